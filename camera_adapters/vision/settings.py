"""Every threshold of the pipeline. Lengths are for a frame 576 px high and grow with it; times are seconds."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class GateSettings:
    """When a pixel of the small luma picture is foreground.

    difference: grey levels at full light; deviations: times the pixel's usual restlessness. A region needs min_area_px there.
    Above global_share the whole picture changed (infrared switch, lightning) and is learned anew.
    """

    difference: float = 8.0
    deviations: float = 3.0
    least_light: float = 0.4
    min_area_px: int = 22
    min_side_px: int = 7
    global_share: float = 0.45
    learning_frames: int = 12
    background_rate: float = 0.02
    most_regions: int = 10
    join_below_px: int = 65
    clock_mask_px: tuple[int, int] = (70, 10)
    restless_deviation: float = 4.5


@dataclass(frozen=True, kw_only=True)
class InspectionSettings:
    """How a region is looked at. hit: a score that counts; floor: scores below it are not even decoded.

    diagonal_hit: what counts along a diagonal, where bags and cones look most like people.
    """

    hit: float = 0.45
    diagonal_hit: float = 0.6
    floor: float = 0.35
    cell_px: int = 128
    margin: float = 1.5
    large_px: float = 150.0
    largest_cell_px: int = 224
    most_enlarged: float = 2.0


@dataclass(frozen=True, kw_only=True)
class MemorySettings:
    """When a region is looked at again, and when it becomes an alarm."""

    sure_still: float = 0.6
    sure_moving: float = 0.5
    again_s: float = 2.0
    known_s: float = 4.0
    backoff_s: tuple[float, ...] = (2, 2, 4, 8, 16, 30, 60)
    misses_until_gone: int = 4
    tests_a_look: int = 5
    forget_s: float = 6.0
    absorb_after_s: float = 600.0
    absorb_after_tests: int = 8


@dataclass(frozen=True, kw_only=True)
class SweepSettings:
    """The slow look at the whole frame. A dark camera's gate misses more, so it is swept more often."""

    every_s: float = 90.0
    every_dark_s: float = 30.0
    dark_luma: float = 60.0
    long_side_px: int = 416
    largest_share: float = 0.3


@dataclass(frozen=True, kw_only=True)
class VisionSettings:
    """All of them."""

    gate: GateSettings = field(default_factory=GateSettings)
    inspection: InspectionSettings = field(default_factory=InspectionSettings)
    memory: MemorySettings = field(default_factory=MemorySettings)
    sweep: SweepSettings = field(default_factory=SweepSettings)
