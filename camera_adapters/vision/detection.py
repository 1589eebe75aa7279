"""What the pipeline reports."""

from dataclasses import dataclass

from camera_adapters.vision.boxes import Box
from camera_adapters.vision.crops import Turn
from contracts.terms import Posture

_CLEARLY = 1.25


@dataclass(frozen=True, slots=True)
class Detection:
    """One person in one look. box: frame pixels. alarm: sure enough to be reported; without it the region is only looked at again soon."""

    box: Box
    score: float
    posture: Posture
    alarm: bool
    turn: Turn
    swept: bool = False


def posture_of(box: Box, turn: Turn) -> Posture:
    """What turn and shape of the box let us say, and no more.

    Upright only if the person was found upright in a box clearly taller than wide; lying only if found on the side in a box clearly
    wider than tall. Somebody found along a diagonal, crouching, or seen from straight above is UNKNOWN; nobody is ever said to sit.
    """
    width, height = box[2] - box[0], box[3] - box[1]
    if turn is Turn.UPRIGHT and height > _CLEARLY * width:
        return Posture.UPRIGHT
    if turn in {Turn.RIGHT, Turn.LEFT} and width > _CLEARLY * height:
        return Posture.LYING
    return Posture.UNKNOWN
