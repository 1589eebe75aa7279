"""A decoded picture, as the vision pipeline takes it."""

from functools import cached_property
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

LUMA_WIDTH, LUMA_HEIGHT = 176, 144
_PLANAR = {"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "gray"}


class Frame:
    """One picture. Colours are converted only when asked for: most pictures end at the gate, which needs the luma alone."""

    def __init__(self, picture: av.VideoFrame, captured_at_ms: int) -> None:
        self._picture = picture
        self.captured_at_ms = captured_at_ms
        self.width = picture.width
        self.height = picture.height

    @cached_property
    def luma(self) -> NDArray[np.uint8]:
        """Brightness, shape (144, 176)."""
        full: NDArray[Any]
        if self._picture.format.name in _PLANAR:
            plane = self._picture.planes[0]
            full = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: self.height, : self.width]
        else:
            full = self._picture.to_ndarray(format="gray")
        return np.asarray(cv2.resize(full, (LUMA_WIDTH, LUMA_HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)

    @cached_property
    def _colours(self) -> NDArray[np.uint8]:
        return np.asarray(self._picture.to_ndarray(format="bgr24"), np.uint8)

    def bgr(self) -> NDArray[np.uint8]:
        """The whole picture, shape (height, width, 3), BGR; converted once. Not to be written to."""
        return self._colours
