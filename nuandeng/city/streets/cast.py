"""Who is in a film: people who cross the picture, and people who come and stay."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from nuandeng.city.streets.sheet import WIDTH_PX
from nuandeng.city.streets.things import Thing

_CHANGE_S = 0.6


class Action(StrEnum):
    """What somebody does in front of the camera."""

    STANDING = "standing"
    WALKING = "walking"
    SITTING = "sitting"
    LYING = "lying"


@dataclass(frozen=True, kw_only=True)
class Part:
    """One person's part.

    person: seed of their looks. x, y: where they stay, feet in pixels. Somebody WALKING crosses the picture at row y and enters it at
    arrives_s. Others are in their place from arrives_s to leaves_s; walks: they come and go on foot, else they are there at once.
    degrees, squash: of somebody lying, see Person.lying.
    """

    person: int
    action: Action
    x: float = 352.0
    y: float = 420.0
    arrives_s: float = 8.0
    leaves_s: float = 60.0
    from_left: bool = True
    walks: bool = True
    degrees: float = 90.0
    squash: float = 0.85
    scale: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Prop:
    """A thing that stands at (x, y) from appears_s on. size: 1 for a thing of 0.4 of a person's height."""

    thing: Thing
    x: float
    y: float
    appears_s: float = 0.0
    size: float = 1.0


@dataclass(frozen=True)
class Pose:
    """How a part looks at a moment. x: of the feet. opacity: below 1 while they change it. stride_heights: how far they walked."""

    action: Action
    x: float
    opacity: float = 1.0
    stride_heights: float = 0.0
    to_left: bool = False


def speed_px_s(height_px: int) -> float:
    """A walker's pace: 1.2 m/s for 1.7 m of height."""
    return 0.7 * height_px


def poses(part: Part, height_px: int, at_s: float) -> Iterator[Pose]:
    """What is seen of a part; two poses at once while they change."""
    pace, half = speed_px_s(height_px), 0.4 * height_px
    if part.action is Action.WALKING:
        gone = (at_s - part.arrives_s) * pace
        if 0 <= gone <= WIDTH_PX + 2 * half:
            x = gone - half if part.from_left else WIDTH_PX + half - gone
            yield Pose(Action.WALKING, x, 1.0, gone / height_px, not part.from_left)
        return
    if not part.walks:
        if part.arrives_s <= at_s < part.leaves_s:
            yield Pose(part.action, part.x)
        return
    way = part.x + half if part.from_left else WIDTH_PX - part.x + half
    sign = 1 if part.from_left else -1
    before_s, after_s = part.arrives_s - at_s, at_s - part.leaves_s
    if 0 < before_s <= way / pace:
        yield Pose(Action.WALKING, part.x - sign * before_s * pace, 1.0, (way - before_s * pace) / height_px, sign < 0)
    elif 0 < after_s <= way / pace:
        yield Pose(Action.WALKING, part.x - sign * after_s * pace, 1.0, after_s * pace / height_px, sign > 0)
    elif before_s <= 0 and after_s <= 0:
        settled = min(1.0, -before_s / _CHANGE_S, -after_s / _CHANGE_S)
        yield Pose(part.action, part.x, settled)
        if settled < 1 and part.action is not Action.STANDING:
            yield Pose(Action.STANDING, part.x, 1 - settled)


def on_stage_s(part: Part, height_px: int) -> tuple[float, float]:
    """When the part begins and ends, walking in and out included."""
    pace, half = speed_px_s(height_px), 0.4 * height_px
    if part.action is Action.WALKING:
        return part.arrives_s, part.arrives_s + (WIDTH_PX + 2 * half) / pace
    if not part.walks:
        return part.arrives_s, part.leaves_s
    way = part.x + half if part.from_left else WIDTH_PX - part.x + half
    return part.arrives_s - way / pace, part.leaves_s + way / pace
