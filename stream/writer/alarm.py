"""When the writer must send itself `DeadlineReached`: the due deadlines of the confirmed states, each asked for until it is done."""

import heapq
from collections.abc import Iterable, Mapping

from contracts.commands import DeadlineReached
from dispatch import Deadline, State, deadline_command_id, deadlines
from dispatch.tables import Key

# A command that was sent and is not decided yet is not sent again at once; one decided too early comes again after this.
AGAIN_MS = 2_000

# Jurisdiction, command id, body.
Rung = tuple[str, str, DeadlineReached]
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
        self._asked_ms = 0

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

    def due(self, states: Mapping[str, State], now_ms: int) -> list[Rung]:
        """Return what must be sent now. Each comes again every AGAIN_MS while its clock runs."""
        self._look(states)
        if now_ms < self._asked_ms:
            # It is earlier than was thought: what was sent too soon must not wait until then.
            self._heap = [(min(at_ms, deadline.due_at_ms), number, deadline, place) for at_ms, number, deadline, place in self._heap]
            heapq.heapify(self._heap)
        self._asked_ms = now_ms
        found: list[Rung] = []
        while self._heap and self._heap[0][0] <= now_ms:
            _, _, deadline, place = heapq.heappop(self._heap)
            if self._runs(deadline, place):
                self._push(now_ms + AGAIN_MS, deadline, place)
                found.append(_rung(deadline, place))
        return found

    def first(self, states: Mapping[str, State]) -> Rung | None:
        """Return what comes next, whether it is time or not; None when no clock runs."""
        self._look(states)
        while self._heap and not self._runs(*self._heap[0][2:]):
            heapq.heappop(self._heap)
        return _rung(*self._heap[0][2:]) if self._heap else None

    def _runs(self, deadline: Deadline, place: _Place) -> bool:
        return deadline in self._armed.get(place, ())

    def _look(self, states: Mapping[str, State]) -> None:
        for jurisdiction in states.keys() - self._scanned:
            self._scanned.add(jurisdiction)
            state = states[jurisdiction]
            self.changed(jurisdiction, (("incident", key) for key in state.incidents))
            self.changed(jurisdiction, (("unit", key) for key, unit in state.units.items() if unit.clocks))
            self.changed(jurisdiction, (("plan", "plan"),))
        for place in self._changed:
            self._arm(states[place[0]], place)
        self._changed.clear()

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


def _rung(deadline: Deadline, place: _Place) -> Rung:
    body = DeadlineReached(subject=deadline.subject, clock=deadline.clock, due_at_ms=deadline.due_at_ms, percent=deadline.percent)
    return place[0], deadline_command_id(deadline), body
