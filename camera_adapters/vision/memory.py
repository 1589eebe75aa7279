"""What is known of each region: when it was looked at, with what verdict, when to look again. Pure: times come in."""

from dataclasses import dataclass, field
from operator import attrgetter

import cv2
import numpy as np
import numpy.typing as npt

from camera_adapters.vision.boxes import Box, area, overlap
from camera_adapters.vision.crops import Turn
from camera_adapters.vision.gate import Luma, LumaBox
from camera_adapters.vision.settings import MemorySettings

_EARLY_S = 0.1
_SAME_REGION, _SAME_PLACE, _OTHER_THING = 0.3, 0.6, 0.5
_SAME_LOOK = 9.0
_SIGNATURE_PX = 8


def signature_of(luma: Luma, box: LumaBox) -> npt.NDArray[np.float32]:
    """Return (8, 8): how the region looks, without its brightness."""
    x0, y0, x1, y1 = box
    small = cv2.resize(
        luma[y0 : max(y0 + 1, y1), x0 : max(x0 + 1, x1)], (_SIGNATURE_PX, _SIGNATURE_PX), interpolation=cv2.INTER_AREA
    ).astype(np.float32)
    return np.asarray(small - small.mean(), np.float32)


@dataclass(slots=True, eq=False)
class Region:
    """One region. box: frame pixels. still: looks in a row without change. pinned: kept without the gate's word, for somebody was found."""

    box: Box
    luma_box: LumaBox
    signature: npt.NDArray[np.float32]
    first_seen_s: float
    last_seen_s: float
    next_test_s: float
    tests: int = 0
    hits: int = 0
    misses: int = 0
    last_hit_s: float = float("-inf")
    score: float = 0.0
    best_score: float = 0.0
    turn: Turn | None = None
    still: int = 0
    alarm: bool = False
    pinned: bool = False
    seen_now: bool = field(default=True)

    @property
    def fresh(self) -> bool:
        """Never looked at."""
        return self.tests == 0


class RegionMemory:
    """The regions of one camera."""

    def __init__(self, settings: MemorySettings) -> None:
        self._settings = settings
        self.regions: list[Region] = []
        self._restlessness = 0.0

    def observe(self, at_s: float, found: list[tuple[Box, LumaBox]], luma: Luma) -> None:
        """Match the gate's regions with what is known. What changed its place or look is due at once."""
        for region in self.regions:
            region.seen_now = False
        for box, luma_box in found:
            signature = signature_of(luma, luma_box)
            known = max(self.regions, key=lambda region, box=box: overlap(region.box, box), default=None)  # type: ignore[misc]
            if known is None or known.seen_now or overlap(known.box, box) <= _SAME_REGION:
                self.regions.append(Region(box, luma_box, signature, at_s, at_s, at_s))
                continue
            self._seen_again(known, at_s, box, luma_box, signature)
        for region in self.regions:
            if region.pinned and not region.seen_now:
                region.seen_now, region.last_seen_s = True, at_s
                region.still += 1
        self.regions = [region for region in self.regions if at_s - region.last_seen_s < self._settings.forget_s]

    def _seen_again(self, region: Region, at_s: float, box: Box, luma_box: LumaBox, signature: npt.NDArray[np.float32]) -> None:
        shared = overlap(region.box, box)
        same = shared > _SAME_PLACE and float(np.abs(signature - region.signature).mean()) < _SAME_LOOK
        region.still = region.still + 1 if same else 0
        if not same:
            if not (region.alarm and at_s - region.last_hit_s < self._settings.known_s - _EARLY_S):
                region.next_test_s = min(region.next_test_s, at_s)
            if shared < _OTHER_THING:
                region.tests = 0
            region.signature = signature
        # A pinned region keeps the box its person was found in: the gate's may hold a shadow or a bag as well.
        if not (region.pinned and same):
            region.box, region.luma_box = box, luma_box
        region.seen_now, region.last_seen_s = True, at_s

    def due(self, at_s: float) -> list[Region]:
        """Return what to look at now, most pressing first: nobody is known to be there, never looked at, large."""
        waiting = [region for region in self.regions if region.seen_now and at_s >= region.next_test_s - _EARLY_S]
        waiting.sort(key=lambda region: (region.alarm, region.tests > 0, -area(region.box)))
        if self._restlessness > 1.2:
            # Rain, snow, foliage: a fresh region waits for a second sight, but for the largest one.
            new = sorted((region for region in waiting if region.first_seen_s == at_s), key=lambda region: -area(region.box))
            waiting = new[:1] + [region for region in waiting if region.first_seen_s < at_s][:3]
        return waiting[: self._settings.tests_a_look]

    def record_hit(self, region: Region, at_s: float, score: float, turn: Turn) -> None:
        """Somebody was found in the region."""
        s = self._settings
        region.tests += 1
        region.hits += 1
        region.misses = 0
        region.last_hit_s, region.score, region.turn = at_s, score, turn
        region.best_score = max(region.best_score, score)
        sure = s.sure_still if region.still or region.pinned else s.sure_moving
        again = region.hits >= 2 and region.hits >= 0.5 * region.tests and region.best_score >= s.sure_moving
        region.alarm = region.alarm or score >= sure or again
        region.pinned = region.pinned or (region.alarm and region.still > 0)
        region.next_test_s = at_s + (s.known_s if region.alarm else s.again_s)

    def record_miss(self, region: Region, at_s: float) -> None:
        """Nobody was found in the region."""
        s = self._settings
        region.tests += 1
        region.misses += 1
        if region.hits:
            region.next_test_s = at_s + s.again_s
            if region.misses >= s.misses_until_gone:
                region.alarm = region.pinned = False
                region.hits, region.tests, region.turn, region.best_score = 0, 0, None, 0.0
        else:
            region.next_test_s = at_s + (s.backoff_s[min(region.tests, len(s.backoff_s)) - 1] if region.still else s.again_s)

    def settle(self, false_starts: int) -> None:
        """Note how many fresh, moving regions of this look turned out to be nobody."""
        self._restlessness = 0.8 * self._restlessness + 0.2 * false_starts

    def absorbable(self, region: Region, at_s: float) -> bool:
        """Whether this is a thing that was put down: looked at often enough over a long time, and never anybody in it."""
        s = self._settings
        return region.hits == 0 and region.tests >= s.absorb_after_tests and at_s - region.first_seen_s > s.absorb_after_s

    def pin(self, at_s: float, box: Box, luma_box: LumaBox, luma: Luma, *, score: float, turn: Turn) -> Region:
        """Add somebody whom the sweep found and the gate does not see; looked at again in a moment."""
        s = self._settings
        region = Region(
            box,
            luma_box,
            signature_of(luma, luma_box),
            at_s,
            at_s,
            at_s + s.again_s,
            tests=1,
            hits=1,
            last_hit_s=at_s,
            score=score,
            best_score=score,
            turn=turn,
            alarm=score >= s.sure_still,
            pinned=True,
        )
        self.regions.append(region)
        return region

    def protected(self) -> tuple[LumaBox, ...]:
        """Luma boxes of everybody known; the background under them must not learn them."""
        return tuple(region.luma_box for region in self.regions if region.hits)

    def known(self) -> list[Region]:
        """Regions in which somebody is, surest first."""
        return sorted((region for region in self.regions if region.alarm), key=attrgetter("score"), reverse=True)
