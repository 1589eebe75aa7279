"""Appearance gate: what in the small luma picture looks other than the empty place. Not motion: who lies still stays foreground."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from camera_adapters.vision.errors import FrameShapeError
from camera_adapters.vision.settings import GateSettings

LUMA_WIDTH_PX, LUMA_HEIGHT_PX = 176, 144
_GAIN_CELLS = 4
_USUAL_LUMA, _LEAST_LUMA = 90.0, 20.0
_FIRST_DEVIATION = 2.5

Luma = npt.NDArray[np.uint8]
_Plane = npt.NDArray[np.float32]
LumaBox = tuple[int, int, int, int]


def luma_of(frame: npt.NDArray[np.uint8]) -> Luma:
    """Shrink a BGR or grey frame to the (144, 176) luma the gate takes. Raises FrameShapeError."""
    if frame.dtype != np.uint8 or frame.ndim not in {2, 3} or not frame.size:
        raise FrameShapeError(f"a frame is (h, w) or (h, w, 3) uint8, not {frame.shape} {frame.dtype}")
    grey = frame if frame.ndim == 2 else cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
    return np.asarray(cv2.resize(grey, (LUMA_WIDTH_PX, LUMA_HEIGHT_PX), interpolation=cv2.INTER_AREA), np.uint8)


def check_luma(luma: Luma) -> None:
    """Raise FrameShapeError unless (144, 176) uint8."""
    if luma.shape != (LUMA_HEIGHT_PX, LUMA_WIDTH_PX) or luma.dtype != np.uint8:
        raise FrameShapeError(f"the gate takes ({LUMA_HEIGHT_PX}, {LUMA_WIDTH_PX}) uint8, not {luma.shape} {luma.dtype}")


@dataclass(frozen=True)
class GateResult:
    """regions: in luma pixels, largest first. everything_changed: the background was learned anew, nothing can be said of regions."""

    regions: tuple[LumaBox, ...]
    everything_changed: bool = False


class AppearanceGate:
    """The background of one camera: mean and usual deviation per pixel, compared under a local gain so that light may change."""

    def __init__(self, settings: GateSettings) -> None:
        self._settings = settings
        self._background: _Plane = np.zeros((LUMA_HEIGHT_PX, LUMA_WIDTH_PX), np.float32)
        self._deviation = np.full((LUMA_HEIGHT_PX, LUMA_WIDTH_PX), _FIRST_DEVIATION, np.float32)
        self._difference = np.zeros((LUMA_HEIGHT_PX, LUMA_WIDTH_PX), np.float32)
        self._frames = 0

    @property
    def learning(self) -> bool:
        """Whether the background is still being learned."""
        return self._frames <= self._settings.learning_frames

    def look(self, luma: Luma, protected: tuple[LumaBox, ...] = (), strictness: float = 1.0) -> GateResult:
        """Compare with the background, then update it where nothing is foreground.

        Args:
            luma: (144, 176) uint8.
            protected: luma boxes of known people; the background under them is kept as it was.
            strictness: factor on the threshold.
        Raises:
            FrameShapeError: another shape or type.
        """
        check_luma(luma)
        s = self._settings
        seen = luma.astype(np.float32)
        if not self._frames:
            self._background = seen.copy()
        gain = self._gain(seen)
        expected = self._background * gain
        self._difference = np.abs(cv2.GaussianBlur(cv2.medianBlur(seen - expected, 3), (3, 3), 0))
        # Contrast shrinks with the light: so does what counts as a difference.
        light = np.clip(gain * np.sqrt(max(float(expected.mean()), _LEAST_LUMA) / _USUAL_LUMA), s.least_light, 1.2)
        threshold = np.maximum(s.difference * light, s.deviations * self._deviation) * strictness
        foreground = (self._difference > threshold).astype(np.uint8)
        foreground[: s.clock_mask_px[1], : s.clock_mask_px[0]] = 0
        foreground = np.asarray(cv2.morphologyEx(foreground, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)), np.uint8)
        self._frames += 1
        if foreground.mean() > s.global_share and not self.learning:
            self._background, self._frames = seen.copy(), s.learning_frames - 4
            return GateResult((), everything_changed=True)
        self._update(seen, foreground, protected)
        return GateResult(self._regions(foreground))

    def _gain(self, seen: _Plane) -> _Plane:
        """How much brighter each part of the picture is than its background: the median per coarse cell, which no person moves."""
        ratio = (cv2.blur(seen, (5, 5)) + 8) / (cv2.blur(self._background, (5, 5)) + 8)
        cells = ratio.reshape(_GAIN_CELLS, LUMA_HEIGHT_PX // _GAIN_CELLS, _GAIN_CELLS, LUMA_WIDTH_PX // _GAIN_CELLS).transpose(0, 2, 1, 3)
        medians = np.median(cells.reshape(_GAIN_CELLS, _GAIN_CELLS, -1), axis=2).astype(np.float32)
        smooth = cv2.blur(medians, (3, 3), borderType=cv2.BORDER_REPLICATE)
        return np.asarray(cv2.resize(smooth, (LUMA_WIDTH_PX, LUMA_HEIGHT_PX)), np.float32)

    def _update(self, seen: _Plane, foreground: npt.NDArray[np.uint8], protected: tuple[LumaBox, ...]) -> None:
        s = self._settings
        held = np.zeros_like(foreground) if self.learning else np.asarray(cv2.dilate(foreground, np.ones((5, 5), np.uint8)), np.uint8)
        for x0, y0, x1, y1 in protected:
            held[y0:y1, x0:x1] = 1
        free = held == 0
        away = seen - self._background
        rate = max(s.background_rate, 1.0 / (self._frames + 1)) if self.learning else s.background_rate
        step = rate * away
        if self.learning:
            step += 0.3 * np.clip(away, -2, 2)
        self._background[free] += step[free]
        self._deviation[free] += 0.05 * (np.minimum(self._difference, 20) - self._deviation)[free]

    def _regions(self, foreground: npt.NDArray[np.uint8]) -> tuple[LumaBox, ...]:
        s = self._settings
        _, _, statistics, _ = cv2.connectedComponentsWithStats(cv2.dilate(foreground, np.ones((3, 3), np.uint8)))
        found = [
            (int(x), int(y), int(x + width), int(y + height))
            for x, y, width, height, size in statistics[1:]
            if size >= s.min_area_px and max(width, height) >= s.min_side_px
        ]
        found.sort(key=lambda box: -(box[2] - box[0]) * (box[3] - box[1]))
        return tuple(_joined(found, s.join_below_px)[: s.most_regions])

    def absorb(self, box: LumaBox, luma: Luma) -> None:
        """Take what is in the box now for background: a thing that was left there and is nobody."""
        x0, y0, x1, y1 = box
        self._background[y0:y1, x0:x1] = luma[y0:y1, x0:x1]

    def learn_restlessness(self, box: LumaBox) -> None:
        """What was foreground here is nobody and moves (foliage, a flag): raise the threshold a little, up to a limit."""
        x0, y0, x1, y1 = box
        usual, limit = self._deviation[y0:y1, x0:x1], self._settings.restless_deviation
        raised = usual + 0.05 * (np.minimum(self._difference[y0:y1, x0:x1], 25) - usual)
        self._deviation[y0:y1, x0:x1] = np.minimum(raised, np.maximum(usual, limit))


def _joined(boxes: list[LumaBox], below_px: int) -> list[LumaBox]:
    """Join what nearly touches, as long as the whole stays small: a body cut in two by a post is one region."""
    joined: list[LumaBox] = []
    for box in boxes:
        for number, other in enumerate(joined):
            whole = (min(box[0], other[0]), min(box[1], other[1]), max(box[2], other[2]), max(box[3], other[3]))
            near = min(box[2], other[2]) + 2.5 > max(box[0], other[0]) and min(box[3], other[3]) + 2.5 > max(box[1], other[1])
            if near and whole[2] - whole[0] < below_px and whole[3] - whole[1] < below_px:
                joined[number] = whole
                break
        else:
            joined.append(box)
    return joined
