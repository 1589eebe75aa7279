"""The slow look at the whole frame, for whoever was there before the background was learned, or whom the dark hides from the gate."""

from camera_adapters.vision.boxes import area, clipped
from camera_adapters.vision.crops import Frame
from camera_adapters.vision.detection import Detection
from camera_adapters.vision.detector import Detector, letterboxed
from camera_adapters.vision.inspection import whole_frame
from camera_adapters.vision.settings import SweepSettings

_LEAST_SIDE_PX = 12.0


class Sweep:
    """When to sweep one camera. phase_s: how long after its first look it comes back, so that a city's cameras don't sweep at once."""

    def __init__(self, settings: SweepSettings, phase_s: float) -> None:
        self._settings = settings
        self._phase_s = phase_s % settings.every_s
        self._next_s: float | None = None

    def due(self, at_s: float) -> bool:
        """The first look is always swept: somebody may be there already."""
        return self._next_s is None or at_s >= self._next_s

    def done(self, at_s: float, mean_luma: float) -> None:
        """Note that it was done."""
        s = self._settings
        first = self._next_s is None
        interval_s = s.every_dark_s if mean_luma < s.dark_luma else s.every_s
        self._next_s = at_s + (self._phase_s % interval_s or interval_s if first else interval_s)

    def hurry(self, at_s: float) -> None:
        """Everything changed: sweep at the next look."""
        self._next_s = at_s


def sweep(detector: Detector, frame: Frame, settings: SweepSettings, hit: float) -> list[Detection]:
    """Return people in the whole frame. What covers a third of it, or next to nothing, is no person."""
    canvas, zoom = letterboxed(frame, settings.long_side_px)
    height, width = frame.shape[:2]
    found = []
    for seen in whole_frame(detector, canvas, zoom, hit):
        box = clipped(seen.box, width, height)
        plausible = (
            area(box) < settings.largest_share * width * height and min(box[2] - box[0], box[3] - box[1]) >= _LEAST_SIDE_PX * height / 576
        )
        if plausible:
            found.append(Detection(box, seen.score, seen.posture, alarm=False, turn=seen.turn, swept=True))
    return found
