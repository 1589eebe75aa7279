"""CenterFace: faces that no person box accounts for, on pictures that are kept. Too slow for every look, and not needed there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from camera_adapters.vision.boxes import NO_BOXES, Boxes, best_apart
from camera_adapters.vision.crops import Frame
from camera_adapters.vision.detector import letterboxed
from camera_adapters.vision.weights import checked_weights, open_session

FACES_FILE = "centerface.onnx"
_STRIDE = 4
_SAME_FACE = 0.3
_LONG_SIDE_PX = 640
# Heat, size, offset; the fourth output is landmarks, which nobody here needs.
_OUTPUTS = ["537", "538", "539"]

Run = Callable[[npt.NDArray[np.float32]], list[npt.NDArray[np.float32]]]


class FaceDetector:
    """run: from RGB (1, 3, h, w) 0..255 to heat (1, 1, h/4, w/4), log sizes and offsets (1, 2, h/4, w/4), both y first."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @classmethod
    def load(cls, folder: Path) -> "FaceDetector":
        """Open the weights that set-up made. Raises DetectorMissingError, DetectorTamperedError."""
        session = open_session(checked_weights(folder, FACES_FILE))
        name = session.get_inputs()[0].name

        def run(planes: npt.NDArray[np.float32]) -> list[npt.NDArray[np.float32]]:
            outputs: list[Any] = session.run(_OUTPUTS, {name: planes})
            return outputs

        return cls(run)

    def find(self, frame: Frame, floor: float = 0.3) -> Boxes:
        """Return faces as rows (x0, y0, x1, y1, score) in pixels of a BGR frame, best first. Source: Xu et al., "CenterFace", 2019."""
        canvas, zoom = letterboxed(frame, _LONG_SIDE_PX)
        planes = np.ascontiguousarray(canvas[:, :, ::-1].transpose(2, 0, 1)[None], np.float32)
        heat, size, offset = self._run(planes)
        rows, columns = np.nonzero(heat[0, 0] > floor)
        if not len(rows):
            return NO_BOXES
        half_height, half_width = (np.exp(size[0, axis, rows, columns]) * _STRIDE / 2 for axis in (0, 1))
        y, x = ((index + offset[0, axis, rows, columns] + 0.5) * _STRIDE for axis, index in ((0, rows), (1, columns)))
        found = np.stack([x - half_width, y - half_height, x + half_width, y + half_height, heat[0, 0, rows, columns]], 1).astype(
            np.float32
        )
        found = best_apart(found, _SAME_FACE)
        found[:, :4] /= zoom
        return found
