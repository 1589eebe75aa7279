"""One decision in the making: events are folded into a draft as they are emitted, so that each rule sees what the ones before it did."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from contracts import events as e
from contracts.codes import REFUSALS
from contracts.commands import Body, Command
from contracts.effects import Effect
from contracts.terms import Role
from contracts.values import Actor
from dispatch.areas import covers
from dispatch.assignment.entity import Assignment
from dispatch.clocks import Timers
from dispatch.evolve import ROUTES
from dispatch.incident.entity import Incident
from dispatch.tables import Draft, Header
from dispatch.transitions import Machine, refusal, who_may
from dispatch.unit.entity import Unit

NO_AREA: Final = frozenset({Role.SYSTEM, Role.PUBLIC})


class Refused(Exception):  # noqa: N818 - it is an answer, not an error
    """The rules say no; becomes CommandRejected."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code if code in REFUSALS else "internal"
        self.detail = detail


class Decision:
    """What a handler works on. state: the draft. now_ms: the log's time of the commit that this becomes."""

    __slots__ = ("_numbered", "actor", "command", "events", "header", "now_ms", "state", "timers")

    def __init__(self, draft: Draft, command: Command, now_ms: int, sequence: int, timers: Timers) -> None:
        self.state = draft
        draft.new_day(now_ms)
        self.command = command
        self.actor: Actor = command.actor
        self.now_ms = now_ms
        self.timers = timers
        self.header = Header(sequence=sequence, at_ms=now_ms, actor=command.actor)
        self.events: list[Any] = []
        self._numbered = 0

    def emit(self, event: e.Fact) -> None:
        """Add an event and fold it into the draft."""
        self.events.append(event)
        ROUTES[type(event)](self.state, event, self.header)

    def owe(self, effect: Effect) -> None:
        """Add something to be done after the commit."""
        self.emit(e.EffectOwed(effect=effect))

    def new_id(self, letter: str) -> str:
        """Return an identifier that no other commit of any jurisdiction makes: jurisdiction, letter of its kind, sequence, and a number."""
        self._numbered += 1
        suffix = "" if self._numbered == 1 else f".{self._numbered}"
        return f"{self.state.jurisdiction}-{letter}{self.header.sequence}{suffix}"

    # --- what is looked up, or refused

    def incident(self, identifier: str) -> Incident:
        """Return the incident. Refuses unknown_incident."""
        found = self.state.incidents.get(identifier)
        if found is None:
            raise Refused("unknown_incident", identifier)
        return found

    def assignment(self, identifier: str) -> Assignment:
        """Return the task. Refuses unknown_assignment."""
        found = self.state.assignments.get(identifier)
        if found is None:
            raise Refused("unknown_assignment", identifier)
        return found

    def unit(self, identifier: str) -> Unit:
        """Return the unit. Refuses unknown_unit."""
        found = self.state.units.get(identifier)
        if found is None:
            raise Refused("unknown_unit", identifier)
        return found

    def in_area(self, area: str) -> None:
        """Refuse not_your_area unless the actor may act there."""
        if self.actor.role not in NO_AREA and not covers(self.actor.area, area):
            raise Refused("not_your_area", area)

    def own_incident(self, identifier: str, expected_version: int | None = None) -> Incident:
        """Return an incident of the actor's area, unchanged since it was looked at."""
        incident = self.incident(identifier)
        self.in_area(incident.place.area)
        if expected_version is not None and expected_version != incident.version:
            raise Refused("changed_since", f"version {incident.version}, not {expected_version}")
        return incident

    def own_assignment(self, identifier: str) -> Assignment:
        """Return a task of the actor's own unit, or one of the actor's area for those who act on behalf."""
        task = self.assignment(identifier)
        if self.actor.role is Role.RESPONDER:
            if self.actor.unit != task.unit:
                raise Refused("not_your_unit", task.unit)
        else:
            self.in_area(self.state.incidents[task.incident].place.area)
        return task

    def may_move(self, machine: Machine, before: str | None, to: str | None, *, by_system: bool = False) -> None:
        """Check a move of a life cycle against the table. Refuses wrong_state or not_your_role.

        by_system: the move follows by itself; otherwise the command must be one that asks for it.
        """
        if by_system:
            code = None if who_may(machine, before, to) is not None else "wrong_state"
        else:
            code = refusal(machine, before, to, type(self.command.body), self.actor.role)
        if code is not None:
            raise Refused(code, f"{before} → {to}")

    @staticmethod
    def reason(text: str) -> str:
        """Return the reason. Refuses reason_missing."""
        stripped = text.strip()
        if not stripped:
            raise Refused("reason_missing")
        return stripped[:500]


B = TypeVar("B", bound=Body)
Handler = Callable[[Decision, Any], None]


def handles(table: dict[type[Body], Handler], body: type[B]) -> Callable[[Callable[[Decision, B], None]], Callable[[Decision, B], None]]:
    """Enter a function into a room's table. Raises ValueError when the command has one already."""

    def enter(function: Callable[[Decision, B], None]) -> Callable[[Decision, B], None]:
        if body in table:
            raise ValueError(f"{body.__name__} is decided twice")
        table[body] = function
        return function

    return enter
