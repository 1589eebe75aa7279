"""Cuts a region out of a frame, enlarges and turns it for the detector, and maps boxes back."""

import math
from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np
import numpy.typing as npt

from camera_adapters.vision.boxes import Box, Boxes

Frame = npt.NDArray[np.uint8]
STEP_PX = 32


class Turn(Enum):
    """Degrees by which a picture is turned clockwise before the detector sees it."""

    UPRIGHT = 0
    RIGHT = 90
    LEFT = -90
    RIGHT_DOWN = 135
    LEFT_DOWN = -135
    RIGHT_UP = 45
    LEFT_UP = -45

    @property
    def diagonal(self) -> bool:
        """Whether a box cannot be mapped back exactly."""
        return self.value % 90 != 0


@dataclass(frozen=True)
class Crop:
    """A cut-out. picture: (h, w, 3), sides multiples of 32. left, top: frame pixels of its corner; zoom: crop pixels per frame pixel."""

    picture: Frame
    left: float
    top: float
    zoom: float
    mirrored: bool = False

    def to_frame(self, found: Boxes) -> Boxes:
        """Map rows (x0, y0, x1, y1, …) from crop to frame pixels."""
        mapped = found.copy()
        if self.mirrored:
            mapped[:, [0, 2]] = self.picture.shape[1] - found[:, [2, 0]]
        mapped[:, [0, 2]] = mapped[:, [0, 2]] / self.zoom + self.left
        mapped[:, [1, 3]] = mapped[:, [1, 3]] / self.zoom + self.top
        return mapped

    def from_frame(self, found: Boxes) -> Boxes:
        """Map rows from frame to crop pixels."""
        mapped = found.copy()
        mapped[:, [0, 2]] = (found[:, [0, 2]] - self.left) * self.zoom
        mapped[:, [1, 3]] = (found[:, [1, 3]] - self.top) * self.zoom
        if self.mirrored:
            mapped[:, [0, 2]] = self.picture.shape[1] - mapped[:, [2, 0]]
        return mapped


def next_step(length_px: float) -> int:
    """The next multiple of 32, at least 64."""
    return max(2 * STEP_PX, math.ceil(length_px / STEP_PX) * STEP_PX)


def cut(frame: Frame, box: Box, *, cell_px: int, margin: float, most_enlarged: float, mirrored: bool = False) -> Crop:
    """Cut `box` with room around it so that its longer side, times margin, fills cell_px; what lies outside the frame repeats its edge."""
    width, height = box[2] - box[0], box[3] - box[1]
    longest = max(width, height)
    zoom = min(cell_px / (margin * longest), most_enlarged)
    room = (margin - 1) * longest
    out_width, out_height = min(next_step((width + room) * zoom), cell_px), min(next_step((height + room) * zoom), cell_px)
    left, top = (box[0] + box[2]) / 2 - out_width / 2 / zoom, (box[1] + box[3]) / 2 - out_height / 2 / zoom
    # Cut first, then scale: the cost follows the region, not the frame.
    x0, y0 = max(0, int(left)), max(0, int(top))
    x1, y1 = min(frame.shape[1], math.ceil(left + out_width / zoom) + 1), min(frame.shape[0], math.ceil(top + out_height / zoom) + 1)
    part = frame[y0 : max(y0 + 1, y1), x0 : max(x0 + 1, x1)]
    halved = 1.0
    while zoom / halved < 0.6 and min(part.shape[:2]) > 2:
        part = np.asarray(cv2.resize(part, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
        halved /= 2
    factor = zoom / halved
    # Boxes count edges, warping counts the middles of pixels: half a pixel apart.
    half = (factor - 1) / 2
    scale = np.array([[factor, 0, (x0 - left) * zoom + half], [0, factor, (y0 - top) * zoom + half]], np.float32)
    picture = cv2.warpAffine(part, scale, (out_width, out_height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return Crop(np.ascontiguousarray(picture[:, ::-1]) if mirrored else np.asarray(picture, np.uint8), left, top, zoom, mirrored)


_QUARTERS = {Turn.RIGHT: cv2.ROTATE_90_CLOCKWISE, Turn.LEFT: cv2.ROTATE_90_COUNTERCLOCKWISE}


def _diagonal(turn: Turn, width: int, height: int) -> tuple[npt.NDArray[np.float64], int]:
    side = next_step(max(width, height))
    matrix = np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), -turn.value, 1.0), np.float64)
    matrix[:, 2] += np.array([side - width, side - height]) / 2
    return matrix, side


def turned(picture: Frame, turn: Turn) -> Frame:
    """Turn a picture; a diagonal gives a square one with its edges repeated."""
    if turn is Turn.UPRIGHT:
        return picture
    if not turn.diagonal:
        return np.asarray(cv2.rotate(picture, _QUARTERS[turn]), np.uint8)
    matrix, side = _diagonal(turn, picture.shape[1], picture.shape[0])
    # From edges to middles of pixels, see cut().
    matrix[:, 2] += matrix[:, :2] @ (0.5, 0.5) - 0.5
    return np.asarray(cv2.warpAffine(picture, matrix, (side, side), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def turned_back(found: Boxes, turn: Turn, width: int, height: int) -> Boxes:
    """Map rows from a turned picture to the width x height picture it was made from.

    A diagonal box becomes the upright square of the same area around its centre: its true outline cannot be known.
    """
    mapped = found.copy()
    if turn is Turn.RIGHT:
        mapped[:, :4] = np.stack([found[:, 1], height - found[:, 2], found[:, 3], height - found[:, 0]], 1)
    elif turn is Turn.LEFT:
        mapped[:, :4] = np.stack([width - found[:, 3], found[:, 0], width - found[:, 1], found[:, 2]], 1)
    elif turn.diagonal:
        matrix, _ = _diagonal(turn, width, height)
        back = cv2.invertAffineTransform(matrix)
        centres = np.stack([(found[:, 0] + found[:, 2]) / 2, (found[:, 1] + found[:, 3]) / 2, np.ones(len(found), np.float32)])
        x, y = back @ centres
        half = np.sqrt(np.clip(found[:, 2] - found[:, 0], 0, None) * np.clip(found[:, 3] - found[:, 1], 0, None)) / 2
        mapped[:, :4] = np.stack([x - half, y - half, x + half, y + half], 1)
    return mapped
