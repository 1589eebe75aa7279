"""The line a recorder burns into the upper left: what this is and how long it runs. It says that the footage is drawn."""

import cv2
import numpy as np
import numpy.typing as npt

from nuandeng.city.streets.signs import strokes_of

STAMP_WIDTH_PX, STAMP_HEIGHT_PX = 200, 34


class Stamp:
    """Keeps the strip of the second it is in."""

    def __init__(self) -> None:
        self._second = -1
        self._strip = np.zeros((STAMP_HEIGHT_PX, STAMP_WIDTH_PX), np.uint8)

    def press(self, luma: npt.NDArray[np.uint8], at_s: float) -> None:
        """Draw onto a luma plane in place: white with a dark edge."""
        if int(at_s) != self._second:
            self._second = int(at_s)
            self._strip = self._drawn(self._second)
        window = luma[:STAMP_HEIGHT_PX, :STAMP_WIDTH_PX]
        edge = cv2.dilate(self._strip, np.ones((3, 3), np.uint8))
        cv2.subtract(window, edge, window)
        cv2.add(window, self._strip, window)

    @staticmethod
    def _drawn(second: int) -> npt.NDArray[np.uint8]:
        strip = np.zeros((STAMP_HEIGHT_PX, STAMP_WIDTH_PX), np.uint8)
        for k, character in enumerate("演示"):
            for stroke in strokes_of(character):
                points = [(int((10 + k * 20 + x * 17) * 8), int((9 + y * 17) * 8)) for x, y in stroke]
                cv2.polylines(strip, [np.asarray(points, np.int32)], False, 255, 1, cv2.LINE_AA, 3)
        text = f"DEMO {second // 60:02d}:{second % 60:02d}"
        cv2.putText(strip, text, (54, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 255, 1, cv2.LINE_AA)
        return strip
