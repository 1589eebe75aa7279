"""Whether a camera's picture can be looked at at all. A blind camera counts as unwatched, and says why."""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
import numpy.typing as npt

from camera_adapters.vision.gate import Luma, check_luma

_Plane = npt.NDArray[np.float32]


class Usability(StrEnum):
    """Stable reason codes. USABLE alone counts as watched."""

    USABLE = "usable"
    OFFLINE = "offline"
    BLACK = "black"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    FLAT = "flat"
    FROZEN = "frozen"
    NOISY = "noisy"
    COVERED = "covered"
    BLURRED = "blurred"


@dataclass(frozen=True, kw_only=True)
class QualitySettings:
    """Thresholds. Levels are of 255. sharpness: strength of edges over contrast. covered_share: of the picture without any edge."""

    offline_after_s: float = 5.0
    black_mean: float = 12.0
    dark_mean: float = 30.0
    bright_mean: float = 220.0
    flat_deviation: float = 8.0
    frozen_looks: int = 10
    frozen_share: float = 0.95
    noise_share: float = 0.15
    covered_share: float = 0.6
    sharpness: float = 0.17
    looks_until_told: int = 3


@dataclass(frozen=True, slots=True)
class Measures:
    """Six figures of one look; the seventh is the silence between looks."""

    mean: float
    deviation: float
    alike_share: float
    noise_share: float
    smooth_share: float
    sharpness: float


class QualityWatch:
    """One camera. A fault is told after three looks in a row, and taken back after as many; a frozen picture after ten."""

    def __init__(self, settings: QualitySettings | None = None) -> None:
        self._settings = settings or QualitySettings()
        self._last: _Plane | None = None
        self._alike = 0
        self._recent: deque[Usability] = deque(maxlen=self._settings.looks_until_told)
        self._told = Usability.USABLE
        self._last_look_s: float | None = None

    def look(self, at_s: float, luma: Luma) -> Usability:
        """Take one look, about every two seconds. luma: (144, 176) uint8. Raises FrameShapeError."""
        check_luma(luma)
        self._last_look_s = at_s
        measures = self.measure(luma)
        self._alike = self._alike + 1 if measures.alike_share > self._settings.frozen_share else 0
        self._recent.append(self._verdict(measures))
        if len(self._recent) == self._recent.maxlen and len(set(self._recent)) == 1:
            self._told = self._recent[-1]
        return self._told

    def silence(self, at_s: float) -> Usability:
        """The state when no picture came: offline 5 s after the last one, or at once if there never was one."""
        if self._last_look_s is None or at_s - self._last_look_s > self._settings.offline_after_s:
            return Usability.OFFLINE
        return self._told

    def measure(self, luma: Luma) -> Measures:
        """Return the figures and remember the picture for the next comparison."""
        # The recorder's clock runs on in a frozen picture, so it is left out.
        plane = luma.astype(np.float32)
        body = plane[10:]
        alike = 0.0 if self._last is None else float((np.abs(body - self._last[10:]) < 0.5).mean())
        self._last = plane
        median = np.asarray(cv2.medianBlur(luma, 3), np.float32)[10:]
        edges = np.abs(cv2.Laplacian(cv2.GaussianBlur(body, (0, 0), 0.8), cv2.CV_32F))
        rows, columns = body.shape[0] // 8 * 8, body.shape[1] // 8 * 8
        cells = edges[:rows, :columns].reshape(rows // 8, 8, columns // 8, 8).max((1, 3))
        return Measures(
            mean=float(body.mean()),
            deviation=float(body.std()),
            alike_share=alike,
            noise_share=float((np.abs(body - median) > 14).mean()),
            smooth_share=float((cells < 2.5).mean()),
            sharpness=float(np.percentile(edges, 97)) / max(1.0, float(body.std())),
        )

    def _verdict(self, m: Measures) -> Usability:
        """The first that applies; from the most certain to the least."""
        s = self._settings
        checks = (
            (m.mean < s.black_mean, Usability.BLACK),
            (m.mean < s.dark_mean, Usability.TOO_DARK),
            (m.mean > s.bright_mean, Usability.TOO_BRIGHT),
            (m.deviation < s.flat_deviation, Usability.FLAT),
            (self._alike >= s.frozen_looks, Usability.FROZEN),
            (m.noise_share > s.noise_share, Usability.NOISY),
            (m.sharpness < s.sharpness, Usability.BLURRED),
            (m.smooth_share > s.covered_share, Usability.COVERED),
        )
        return next((reason for applies, reason in checks if applies), Usability.USABLE)
