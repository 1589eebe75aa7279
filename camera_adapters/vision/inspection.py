"""Looks at one region with the detector: which scale, mirror and turns, in which order, and when to stop."""

from dataclasses import dataclass

import numpy as np

from camera_adapters.vision.boxes import Box, best_apart
from camera_adapters.vision.crops import Crop, Frame, Turn, cut
from camera_adapters.vision.detection import Detection, posture_of
from camera_adapters.vision.detector import Detector
from camera_adapters.vision.settings import InspectionSettings

_UPRIGHT_FIRST = (Turn.UPRIGHT, Turn.RIGHT, Turn.LEFT)
_WIDE_FIRST = (Turn.RIGHT, Turn.LEFT, Turn.UPRIGHT)
_DIAGONALS = tuple(turn for turn in Turn if turn.diagonal)
_TURNS = tuple(Turn)
# Later looks differ in scale, so that one unlucky crop does not decide.
_LATER_MARGINS = (1.3, 1.5, 1.8, 1.4)
_SAME_PERSON = 0.5


@dataclass(frozen=True)
class Request:
    """What to look at. box: frame pixels. tests: looks before this one. still: not moving. known_turn: in which somebody was found here."""

    box: Box
    tests: int = 0
    still: bool = False
    known_turn: Turn | None = None


class Inspector:
    """Shared by all cameras of a process: it keeps nothing between looks."""

    def __init__(self, detector: Detector, settings: InspectionSettings) -> None:
        self._detector = detector
        self._settings = settings

    def look(self, frame: Frame, request: Request, unit: float) -> list[Detection]:
        """Return people in and around the region, best first; alarm is not decided here.

        Args:
            frame: (h, w, 3) BGR.
            request: the region.
            unit: frame height / 576, by which lengths grow.
        """
        s = self._settings
        width, height = request.box[2] - request.box[0], request.box[3] - request.box[1]
        large = max(width, height) > s.large_px * unit
        crop = self._crop(frame, request, large, unit)
        rows: list[np.ndarray[tuple[int, int], np.dtype[np.float32]]] = []
        hit_turn: Turn | None = None
        for turn in self._order(request, wide=width > 1.25 * height and not large):
            rows.append(self._find(crop, turn))
            if rows[-1][:, 4].max(initial=0) >= s.hit:
                hit_turn = turn
                break
        if hit_turn in {Turn.RIGHT, Turn.LEFT} and request.known_turn is None and len(rows) < 3:
            # Two people side by side are wide as well: let the upright view object before anybody is said to lie.
            rows.append(self._find(crop, Turn.UPRIGHT))
        if hit_turn is None and request.tests >= 1 and request.still:
            rows += [self._find(crop, turn) for turn in _DIAGONALS]
        found = best_apart(crop.to_frame(np.concatenate(rows)), _SAME_PERSON)
        return [_detection(row, mirrored=crop.mirrored) for row in found]

    def _crop(self, frame: Frame, request: Request, large: bool, unit: float) -> Crop:
        s = self._settings
        margin, cell = s.margin, s.cell_px
        if request.tests >= 2:
            margin = _LATER_MARGINS[request.tests % len(_LATER_MARGINS)]
        if large:
            # Several people, or a car: keep the detail.
            longest = max(request.box[2] - request.box[0], request.box[3] - request.box[1]) / unit
            cell = max(cell, min(s.largest_cell_px, int(longest * margin * 0.6 / 32 + 1) * 32))
        return cut(
            frame, request.box, cell_px=cell, margin=margin, most_enlarged=s.most_enlarged / min(1.0, unit), mirrored=request.tests % 2 == 1
        )

    @staticmethod
    def _order(request: Request, *, wide: bool) -> tuple[Turn, ...]:
        order = _WIDE_FIRST if wide else _UPRIGHT_FIRST
        known = request.known_turn
        if known is None:
            return order
        if known.diagonal:
            # The mirror swaps the sides of a diagonal.
            return (known, Turn(-known.value), *order)
        if request.tests % 2 and known is not Turn.UPRIGHT:
            known = Turn(-known.value)
        return (known, *(turn for turn in order if turn is not known))

    def _find(self, crop: Crop, turn: Turn) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        """Rows (x0, y0, x1, y1, score, number of the turn) in crop pixels."""
        s = self._settings
        found = self._detector.find_turned(crop.picture, turn, s.diagonal_hit if turn.diagonal else s.floor)
        return np.hstack([found, np.full((len(found), 1), _TURNS.index(turn), np.float32)])


def _detection(row: np.ndarray[tuple[int], np.dtype[np.float32]], *, mirrored: bool = False) -> Detection:
    box: Box = (float(row[0]), float(row[1]), float(row[2]), float(row[3]))
    turn = _TURNS[int(row[5])]
    if mirrored:
        turn = Turn(-turn.value)
    return Detection(box, float(row[4]), posture_of(box, turn), alarm=False, turn=turn)


def whole_frame(detector: Detector, canvas: Frame, zoom: float, floor: float) -> list[Detection]:
    """Look at a letterboxed frame upright and on both sides, with every turn's canvas of multiples of 32. Boxes in frame pixels."""
    rows = []
    for turn in _UPRIGHT_FIRST:
        found = detector.find_turned(canvas, turn, floor)
        found[:, :4] /= zoom
        rows.append(np.hstack([found, np.full((len(found), 1), _TURNS.index(turn), np.float32)]))
    return [_detection(row) for row in best_apart(np.concatenate(rows), _SAME_PERSON)]
