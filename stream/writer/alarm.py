"""When the writer must send itself `DeadlineReached`: the due deadlines of the confirmed states, each asked for until it is done."""

import heapq
from collections.abc import Iterable, Mapping

from contracts.commands import DeadlineReached
from dispatch import Deadline, State, deadline_command_id, deadlines
from dispatch.tables import Key

# A command that was sent and is not decided yet is not sent again at once; one decided too early comes again after this.
AGAIN_MS = 2_000

_Place = tuple[str, Key]
# The kinds of documents that clocks stand in; see dispatch.state.deadlines.
_WITH_CLOCKS = frozenset({"incident", "unit", "plan"})


class Alarm:
    """Pure: time comes in. After a commit it looks only at what that commit touched; what a commit stopped is never sent."""

    def __init__(self) -> None:
        self._changed: dict[_Place, None] = {}
        self._armed: dict[_Place, tuple[Deadline, ...]] = {}
        self._heap: list[tuple[int, int, Deadline, _Place]] = []
        self._pushed = 0
        self._scanned: set[str] = set()

    def changed(self, jurisdiction: str, touched: Iterable[Key]) -> None:
        """A commit that stands touched these."""
        for key in touched:
            if key[0] in _WITH_CLOCKS:
                self._changed[jurisdiction, key] = None

    def forget(self) -> None:
        """The partition went to somebody else, or came back: everything is looked at anew."""
        self._changed.clear()
        self._armed.clear()
        self._heap.clear()
        self._scanned.clear()

    def due(self, states: Mapping[str, State], now_ms: int) -> list[tuple[str, str, DeadlineReached]]:
        """Return (jurisdiction, command id, body) of what must be sent now. Each comes again every AGAIN_MS while its clock runs."""
        for jurisdiction in states.keys() - self._scanned:
            self._scanned.add(jurisdiction)
            state = states[jurisdiction]
            self.changed(jurisdiction, (("incident", key) for key in state.incidents))
            self.changed(jurisdiction, (("unit", key) for key, unit in state.units.items() if unit.clocks))
            self.changed(jurisdiction, (("plan", "plan"),))
        for place in self._changed:
            self._arm(states[place[0]], place)
        self._changed.clear()
        found: list[tuple[str, str, DeadlineReached]] = []
        while self._heap and self._heap[0][0] <= now_ms:
            _, _, deadline, place = heapq.heappop(self._heap)
            if deadline not in self._armed.get(place, ()):
                continue
            self._push(now_ms + AGAIN_MS, deadline, place)
            body = DeadlineReached(subject=deadline.subject, clock=deadline.clock, due_at_ms=deadline.due_at_ms, percent=deadline.percent)
            found.append((place[0], deadline_command_id(deadline), body))
        return found

    def _arm(self, state: State, place: _Place) -> None:
        before = self._armed.pop(place, ())
        now = tuple(deadlines(state, (place[1],)))
        for deadline in now:
            if deadline not in before:
                self._push(deadline.due_at_ms, deadline, place)
        if now:
            self._armed[place] = now

    def _push(self, at_ms: int, deadline: Deadline, place: _Place) -> None:
        self._pushed += 1
        heapq.heappush(self._heap, (at_ms, self._pushed, deadline, place))
