"""NanoDet-g for the person class, on pictures whose sides are multiples of 32."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from camera_adapters.vision.boxes import NO_BOXES, Boxes, best_apart
from camera_adapters.vision.crops import STEP_PX, Frame, Turn, turned, turned_back
from camera_adapters.vision.errors import FrameShapeError
from camera_adapters.vision.weights import checked_weights, open_session

DETECTOR_FILE = "nanodet-g-int8.onnx"
STRIDES = (8, 16, 32)
_BINS = 11
# Source: NanoDet-g's configuration; BGR.
_MEAN = np.array([103.53, 116.28, 123.675], np.float32)
_DEVIATION = np.array([57.375, 57.12, 58.395], np.float32)
_SCALE, _OFFSET = 1 / _DEVIATION, -_MEAN / _DEVIATION
_SAME_PERSON = 0.55

Run = Callable[[npt.NDArray[np.float32]], list[npt.NDArray[np.float32]]]


def network_input(picture: Frame) -> npt.NDArray[np.float32]:
    """Return (1, 3, h, w), normalised.

    Raises:
        FrameShapeError: not (h, w, 3) uint8 with sides that are multiples of 32.
    """
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
        raise FrameShapeError(f"the detector takes (h, w, 3) uint8, not {picture.shape} {picture.dtype}")
    height, width = picture.shape[:2]
    if height % STEP_PX or width % STEP_PX or not height or not width:
        raise FrameShapeError(f"the detector takes sides that are multiples of {STEP_PX}, not {width} x {height}")
    planes = np.empty((1, 3, height, width), np.float32)
    for channel in range(3):
        np.multiply(picture[:, :, channel], _SCALE[channel], out=planes[0, channel], casting="unsafe")
        planes[0, channel] += _OFFSET[channel]
    return planes


def decoded(outputs: list[npt.NDArray[np.float32]], floor: float) -> Boxes:
    """Turn scores (1, 1, h, w) and distances (1, 44, h, w) per stride into rows (x0, y0, x1, y1, score).

    Source: Li et al., "Generalized Focal Loss", 2020: a distance is the expectation over 11 bins.
    """
    found = []
    for number, stride in enumerate(STRIDES):
        scores, distances = outputs[2 * number][0, 0], outputs[2 * number + 1][0]
        rows, columns = np.nonzero(scores > floor)
        if not len(rows):
            continue
        bins = distances[:, rows, columns].reshape(4, _BINS, -1)
        weights = np.exp(bins - bins.max(1, keepdims=True))
        reach = (weights * np.arange(_BINS, dtype=np.float32)[None, :, None]).sum(1) / weights.sum(1) * stride
        x, y = (columns + 0.5) * stride, (rows + 0.5) * stride
        found.append(np.stack([x - reach[0], y - reach[1], x + reach[2], y + reach[3], scores[rows, columns]], 1).astype(np.float32))
    return best_apart(np.concatenate(found), _SAME_PERSON) if found else NO_BOXES


class Detector:
    """run: from (1, 3, h, w) to cls8, reg8, cls16, reg16, cls32, reg32. pixels: looked at so far, the measure of what it cost."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.runs = 0
        self.pixels = 0

    @classmethod
    def load(cls, folder: Path) -> "Detector":
        """Open the weights that set-up made. Raises DetectorMissingError, DetectorTamperedError."""
        session = open_session(checked_weights(folder, DETECTOR_FILE))
        names = [f"{kind}{stride}" for stride in STRIDES for kind in ("cls", "reg")]

        def run(planes: npt.NDArray[np.float32]) -> list[npt.NDArray[np.float32]]:
            outputs: list[Any] = session.run(names, {"images": planes})
            return outputs

        return cls(run)

    def find(self, picture: Frame, floor: float) -> Boxes:
        """Return people as rows (x0, y0, x1, y1, score ≥ floor) in pixels of `picture`, best first. Raises FrameShapeError."""
        planes = network_input(picture)
        self.runs += 1
        self.pixels += planes.shape[2] * planes.shape[3]
        return decoded(self._run(planes), floor)

    def find_turned(self, picture: Frame, turn: Turn, floor: float) -> Boxes:
        """The same on the picture turned, in pixels of the picture as it is."""
        return turned_back(self.find(turned(picture, turn), floor), turn, picture.shape[1], picture.shape[0])


def letterboxed(frame: Frame, long_side_px: int) -> tuple[Frame, float]:
    """Shrink a frame to a canvas with sides that are multiples of 32, never stretched. Return it and its zoom."""
    height, width = frame.shape[:2]
    zoom = long_side_px / max(height, width)
    small = cv2.resize(
        frame, (max(1, int(width * zoom)), max(1, int(height * zoom))), interpolation=cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR
    )
    canvas = np.zeros((-(-small.shape[0] // STEP_PX) * STEP_PX, -(-small.shape[1] // STEP_PX) * STEP_PX, 3), np.uint8)
    canvas[: small.shape[0], : small.shape[1]] = small
    return canvas, zoom
