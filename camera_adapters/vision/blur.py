"""Makes the heads of people unrecognisable: a head becomes at most four by four averages, and no more is left to recover."""

from collections.abc import Iterable

import cv2
import numpy as np
import numpy.typing as npt

from camera_adapters.vision.boxes import Box, clipped
from camera_adapters.vision.crops import Frame, Turn
from camera_adapters.vision.detection import Detection
from contracts.terms import Posture

_CELLS = 4
_UPRIGHT_SHARE, _CROUCHING_SHARE, _LYING_SHARE = 1 / 3, 0.5, 0.36
_ROOM = 0.12


def head_regions(person: Detection) -> list[Box]:
    """Return where this person's head may be, frame pixels, with room for a box that was drawn a little too tight.

    Upright: the top third. Crouching or sitting (found upright, box not tall): the top half. Lying: both ends, for the turn in which
    somebody was found says which is the head only most of the time. Along a diagonal nothing is known: the whole box.
    """
    x0, y0, x1, y1 = person.box
    width, height = x1 - x0, y1 - y0
    side, above = _ROOM * width, _ROOM * height
    if person.turn is Turn.UPRIGHT:
        share = _UPRIGHT_SHARE if person.posture is Posture.UPRIGHT else _CROUCHING_SHARE
        return [(x0 - side, y0 - above, x1 + side, y0 + share * height)]
    if person.turn.diagonal:
        return [(x0 - side, y0 - above, x1 + side, y1 + above)]
    return [
        (x0 - side, y0 - above, x0 + _LYING_SHARE * width, y1 + above),
        (x1 - _LYING_SHARE * width, y0 - above, x1 + side, y1 + above),
    ]


def face_region(face: Box) -> Box:
    """A face with hair and chin."""
    room_x, room_y = 0.35 * (face[2] - face[0]), 0.35 * (face[3] - face[1])
    return (face[0] - room_x, face[1] - room_y, face[2] + room_x, face[3] + room_y)


def blurred(frame: Frame, regions: Iterable[Box]) -> npt.NDArray[np.uint8]:
    """Return a copy in which each region (frame pixels) is beyond recognition, and every other pixel as it was."""
    public = frame.copy()
    height, width = frame.shape[:2]
    for region in regions:
        x0, y0, x1, y1 = clipped(region, width, height)
        left, top, right, bottom = int(x0), int(y0), int(np.ceil(x1)), int(np.ceil(y1))
        if right - left < 1 or bottom - top < 1:
            continue
        part = public[top:bottom, left:right]
        longest = max(part.shape[:2])
        cells = (max(1, round(_CELLS * part.shape[1] / longest)), max(1, round(_CELLS * part.shape[0] / longest)))
        averages = cv2.resize(part, cells, interpolation=cv2.INTER_AREA)
        public[top:bottom, left:right] = cv2.resize(averages, (part.shape[1], part.shape[0]), interpolation=cv2.INTER_LINEAR)
    return public
