"""One camera's pipeline: gate, memory, crops, sweep. Pure of I/O and clocks; time and pictures come in."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from camera_adapters.vision.boxes import Box, clipped, overlap
from camera_adapters.vision.crops import Frame
from camera_adapters.vision.detection import Detection
from camera_adapters.vision.detector import Detector
from camera_adapters.vision.errors import FrameShapeError
from camera_adapters.vision.gate import LUMA_HEIGHT_PX, LUMA_WIDTH_PX, AppearanceGate, Luma, LumaBox, check_luma
from camera_adapters.vision.inspection import Inspector, Request
from camera_adapters.vision.memory import Region, RegionMemory
from camera_adapters.vision.settings import VisionSettings
from camera_adapters.vision.sweep import Sweep, sweep

REFERENCE_HEIGHT_PX = 576
_LEAST_INTERVAL_S = 0.9
_SAME_PERSON = 0.3


@dataclass
class PipelineCounts:
    """What the pipeline did, for metrics."""

    looks: int = 0
    tests: int = 0
    sweeps: int = 0
    everything_changed: int = 0


class CameraPipeline:
    """Made for a look every two seconds; looks that come sooner than 0.9 s after the last are let go.

    frame_size: (width, height) in pixels. phase_s: anything from 0 to 90, different per camera, spreads the sweeps.
    """

    def __init__(self, detector: Detector, settings: VisionSettings, frame_size: tuple[int, int], phase_s: float = 0.0) -> None:
        if min(frame_size) < 2 * LUMA_WIDTH_PX // 5:
            raise FrameShapeError(f"{frame_size[0]} x {frame_size[1]} px is too small to see anybody in")
        self._detector = detector
        self._settings = settings
        self._frame_size = frame_size
        self._unit = frame_size[1] / REFERENCE_HEIGHT_PX
        self._gate = AppearanceGate(settings.gate)
        self._memory = RegionMemory(settings.memory)
        self._inspector = Inspector(detector, settings.inspection)
        self._sweep = Sweep(settings.sweep, phase_s)
        self._last_s = float("-inf")
        self.counts = PipelineCounts()

    @property
    def frame_size(self) -> tuple[int, int]:
        """Width and height it was made for."""
        return self._frame_size

    @property
    def attentive(self) -> bool:
        """Whether something is in sight that is not the empty place."""
        return any(region.seen_now for region in self._memory.regions)

    def known_people(self) -> list[Box]:
        """Where somebody is known to be, looked at in this step or not; frame pixels."""
        return [region.box for region in self._memory.known()]

    def step(self, at_s: float, luma: Luma, frame: Callable[[], Frame]) -> list[Detection]:
        """Look once.

        Args:
            at_s: seconds on any clock that does not go back.
            luma: (144, 176) uint8, the whole frame shrunk.
            frame: gives the BGR frame of frame_size; called only when somebody must be looked at.
        Returns:
            Who was found in this look. Somebody who stays is looked at and reported every 4 s, not in every step; those with `alarm` are
            to be reported, the others are doubtful and will be looked at again within 2 s.
        Raises:
            FrameShapeError: luma or frame have another shape; nothing was changed by a bad luma.
        """
        check_luma(luma)
        if at_s - self._last_s < _LEAST_INTERVAL_S:
            return []
        self._last_s = at_s
        self.counts.looks += 1
        picture = _Once(frame, self._frame_size)
        seen = self._gate.look(luma, self._memory.protected())
        if seen.everything_changed:
            self.counts.everything_changed += 1
            self._sweep.hurry(at_s)
        self._memory.observe(at_s, [(self._to_frame(box), box) for box in seen.regions], luma)
        found = self._inspect(at_s, luma, picture)
        if self._sweep.due(at_s):
            found += self._swept(at_s, luma, picture)
        return _one_each(found)

    def _inspect(self, at_s: float, luma: Luma, picture: "_Once") -> list[Detection]:
        found: list[Detection] = []
        false_starts = 0
        hit = self._settings.inspection.hit
        for region in self._memory.due(at_s):
            self.counts.tests += 1
            looked = self._inspector.look(picture(), Request(region.box, region.tests, region.still > 0, region.turn), self._unit)
            people = [seen for seen in looked if seen.score >= hit and overlap_any(seen.box, region.box)]
            if people:
                best = people[0]
                self._memory.record_hit(region, at_s, best.score, best.turn)
                found += [replace(seen, box=clipped(seen.box, *self._frame_size), alarm=region.alarm) for seen in people]
            else:
                self._memory.record_miss(region, at_s)
                if not region.still and not region.hits and not self._gate.learning:
                    false_starts += 1
                    self._gate.learn_restlessness(region.luma_box)
            if self._memory.absorbable(region, at_s):
                self._gate.absorb(region.luma_box, luma)
        self._memory.settle(false_starts)
        return found

    def _swept(self, at_s: float, luma: Luma, picture: "_Once") -> list[Detection]:
        self.counts.sweeps += 1
        self._sweep.done(at_s, float(luma.mean()))
        found = []
        for seen in sweep(self._detector, picture(), self._settings.sweep, self._settings.inspection.hit):
            if any(region.hits and overlap(region.box, seen.box) > _SAME_PERSON for region in self._memory.regions):
                continue
            region: Region = self._memory.pin(at_s, seen.box, self._to_luma(seen.box), luma, score=seen.score, turn=seen.turn)
            found.append(replace(seen, alarm=region.alarm))
        return found

    def _to_frame(self, box: LumaBox) -> Box:
        x, y = self._frame_size[0] / LUMA_WIDTH_PX, self._frame_size[1] / LUMA_HEIGHT_PX
        return (box[0] * x, box[1] * y, box[2] * x, box[3] * y)

    def _to_luma(self, box: Box) -> LumaBox:
        x, y = LUMA_WIDTH_PX / self._frame_size[0], LUMA_HEIGHT_PX / self._frame_size[1]
        x0, y0 = min(int(box[0] * x), LUMA_WIDTH_PX - 1), min(int(box[1] * y), LUMA_HEIGHT_PX - 1)
        return (
            x0,
            y0,
            min(LUMA_WIDTH_PX, max(x0 + 1, int(np.ceil(box[2] * x)))),
            min(LUMA_HEIGHT_PX, max(y0 + 1, int(np.ceil(box[3] * y)))),
        )


class _Once:
    """Asks for the frame at most once a step, and checks it."""

    def __init__(self, frame: Callable[[], Frame], size: tuple[int, int]) -> None:
        self._frame, self._size = frame, size
        self._taken: Frame | None = None

    def __call__(self) -> Frame:
        if self._taken is None:
            taken = self._frame()
            if taken.dtype != np.uint8 or taken.shape != (self._size[1], self._size[0], 3):
                raise FrameShapeError(
                    f"the pipeline was made for {self._size[0]} x {self._size[1]} BGR, the frame is {taken.shape} {taken.dtype}"
                )
            self._taken = taken
        return self._taken


def overlap_any(a: Box, b: Box) -> bool:
    """Whether two boxes share anything."""
    return min(a[2], b[2]) > max(a[0], b[0]) and min(a[3], b[3]) > max(a[1], b[1])


def _one_each(found: list[Detection]) -> list[Detection]:
    """Neighbouring regions see the same person: keep the best look at each."""
    kept: list[Detection] = []
    for seen in sorted(found, key=lambda d: (d.alarm, d.score), reverse=True):
        if all(overlap(seen.box, other.box) < 0.5 for other in kept):
            kept.append(seen)
    return kept
