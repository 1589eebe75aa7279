"""Where in the log a commit lies, as far as this process has read: a few places per jurisdiction, from which reading can begin. Pure."""

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

from contracts.commit import GENESIS

_PLACES_MOST = 256
_JURISDICTIONS_MOST = 256


class Place(NamedTuple):
    """After this standing commit, at this offset, reading can begin. head: the commit's hash, which the next one names."""

    sequence: int
    offset: int
    head: str


BEGINNING = Place(0, 0, GENESIS)


class LogIndex:
    """Bounded: of a long log every second place is forgotten again and again, of many jurisdictions those not asked for lately."""

    def __init__(self, places_most: int = _PLACES_MOST, jurisdictions_most: int = _JURISDICTIONS_MOST) -> None:
        self._places_most, self._jurisdictions_most = places_most, jurisdictions_most
        self._known: OrderedDict[str, list[Place]] = OrderedDict()

    def before(self, jurisdiction: str, sequence: int) -> Place:
        """Return the latest known place from which a sequence is still ahead."""
        places = self._known.get(jurisdiction, [])
        at = bisect_left(places, sequence, key=lambda place: place.sequence)
        return places[at - 1] if at else BEGINNING

    def learn(self, jurisdiction: str, places: Iterable[Place]) -> None:
        """Take places that were passed while reading."""
        known = {place.sequence: place for place in (*self._known.pop(jurisdiction, ()), *places)}
        kept = [known[sequence] for sequence in sorted(known)]
        while len(kept) > self._places_most:
            # The last one stays: whoever reads page by page goes on there.
            kept = [*kept[:-1:2], kept[-1]]
        self._known[jurisdiction] = kept
        while len(self._known) > self._jurisdictions_most:
            self._known.popitem(last=False)
