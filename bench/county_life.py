"""Counties that live in one process: cases from report to archive by the product's own rules, in the log's time.

Everything is decided from a command's bytes to a commit's, as a writer does; what is owed is recorded, and what is due rings.
"""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from contracts import commands as cmd
from contracts.events import EffectOwed, IncidentClosed, IncidentReported, OfferMade
from contracts.registry_entries import UnitEntry
from contracts.terms import AssignmentState, Channel, Clock, DeliveryStatus, Disposition, Role, Source, UnitKind, UnitState
from contracts.topics import WRITER_PARTITIONS
from contracts.values import Actor, Candidate, Place
from dispatch import State
from dispatch.clocks import find
from stream.partition import partition_of
from stream.writer.decision import Decision, Judge

START_MS = 1_700_000_000_000
_STEP_MS = 60_000
# No identifier of a command that a log told of.
_SENT_BEFORE = 1_000_000_000
SYSTEM = Actor(account="sys", role=Role.SYSTEM)


def codes(count: int) -> list[str]:
    """Division codes of so many counties: provinces of a hundred, cities of ten."""
    return [f"{11 + number // 100}{1 + number % 100 // 10:02d}{1 + number % 10:02d}" for number in range(count)]


class Done(NamedTuple):
    """One command and what it came to."""

    partition: int
    code: str
    decision: Decision


class _Archive(NamedTuple):
    due_at_ms: int
    incident: str


class Counties:
    """Writers of all partitions in one process, and the counties that live under them."""

    def __init__(self, count: int, volunteers: int = 40) -> None:
        self.codes = codes(count)
        self.states: dict[int, dict[str, State]] = {partition: {} for partition in range(WRITER_PARTITIONS)}
        self.now_ms = dict.fromkeys(self.codes, START_MS)
        self._judges = {partition: Judge(partition) for partition in self.states}
        self.closed: dict[str, deque[_Archive]] = {code: deque() for code in self.codes}
        self.turn = dict.fromkeys(self.codes, 0)
        self._volunteers = volunteers
        self.sent = 0

    def take_up(self, states: dict[int, dict[str, State]], turns: dict[str, int]) -> None:
        """Live on from where a log has brought these states, which stay as they are. turns: cases of each county so far."""
        self.states = {partition: {code: state.copy() for code, state in of.items()} for partition, of in states.items()}
        self.turn = dict(turns)
        for state in (state for of in self.states.values() for state in of.values()):
            self.now_ms[state.jurisdiction] = state.last_at_ms
            self.sent = max(self.sent, _SENT_BEFORE + state.sequence)
            archives = ((find(incident.clocks, Clock.ARCHIVE), incident.id) for incident in state.incidents.values())
            due = [_Archive(clock.due_at_ms, incident) for clock, incident in archives if clock is not None]
            self.closed[state.jurisdiction] = deque(sorted(due))

    def register(self, code: str) -> Iterator[Done]:
        """A county's volunteers, five of them on duty."""
        entries = tuple(
            UnitEntry(unit=f"{code}-u{number}", kind=UnitKind.VOLUNTEER, area=code + "001000") for number in range(self._volunteers)
        )
        yield self._send(code, cmd.RegisterUnits(units=entries), Actor(account="admin", role=Role.ADMIN, area=code))
        for entry in entries[:5]:
            yield self._send(code, cmd.SetDuty(unit=entry.unit, state=UnitState.AVAILABLE), _responder(code, entry.unit))

    def help_somebody(self, code: str, every_ms: int) -> Iterator[Done]:
        """One case from its report to its end, and the archiving of those whose time has come; then `every_ms` pass."""
        desk = Actor(account="op", role=Role.OPERATOR, area=code)
        turn = self.turn[code] = self.turn[code] + 1
        unit = f"{code}-u{turn % 5}"
        responder = _responder(code, unit)
        place = Place(lat_wgs84=37.4, lon_wgs84=118.0, area=code + "001000", name="天桥下")
        reported = self._send(code, cmd.ReportIncident(source=Source.HOTLINE, place=place, reference=f"12345-{turn}"), desk)
        yield reported
        incident = next(event.incident for event in _events(reported) if isinstance(event, IncidentReported))
        yield self._send(code, cmd.ReceiveIncident(incident=incident), desk)
        yield self._send(code, cmd.FileIncident(incident=incident), desk)
        chosen = Candidate(unit=unit, kind=UnitKind.VOLUNTEER, rank=1, score=1.0, distance_m=400, eta_s=300)
        offered = self._send(code, cmd.DispatchIncident(incident=incident, candidates=(chosen,)), desk)
        yield offered
        yield from self._record(code, offered)
        task = next(event.assignment for event in _events(offered) if isinstance(event, OfferMade))
        yield self._send(code, cmd.AnswerOffer(assignment=task, accept=True), responder)
        for to in (AssignmentState.EN_ROUTE, AssignmentState.ON_SCENE, AssignmentState.CONTACTED):
            yield self._send(code, cmd.MoveAssignment(assignment=task, to=to), responder)
        body = cmd.ReportDisposition(incident=incident, disposition=Disposition.SUPPLIES_LEFT, assignment=task)
        yield self._send(code, body, responder)
        yield self._send(code, cmd.MoveAssignment(assignment=task, to=AssignmentState.CLEARED), responder)
        verifier = Actor(account="ver", role=Role.VERIFIER, area=code)
        yield self._send(code, cmd.VerifyIncident(incident=incident, accepted=True), verifier)
        closed = self._send(code, cmd.CloseIncident(incident=incident), desk)
        yield closed
        yield from self._record(code, closed)
        ended = next(event for event in _events(closed) if isinstance(event, IncidentClosed))
        self.closed[code].append(_Archive(ended.archive_at_ms, incident))
        self.now_ms[code] += every_ms
        while self.closed[code] and self.closed[code][0].due_at_ms <= self.now_ms[code]:
            due = self.closed[code].popleft()
            body_due = cmd.DeadlineReached(subject=due.incident, clock=Clock.ARCHIVE, due_at_ms=due.due_at_ms)
            yield self._send(code, body_due, SYSTEM)

    def _record(self, code: str, done: Done) -> Iterator[Done]:
        for event in _events(done):
            if not isinstance(event, EffectOwed):
                continue
            effect = event.effect
            body: cmd.AnyBody = cmd.RecordEffect(effect=effect.effect, done=True)
            assignment = getattr(effect, "assignment", None)
            if assignment is not None:
                body = cmd.RecordDelivery(
                    assignment=assignment, channel=Channel.WEB_PUSH, status=DeliveryStatus.SENT, effect=effect.effect
                )
            yield self._send(code, body, SYSTEM)

    def _send(self, code: str, body: cmd.AnyBody, actor: Actor) -> Done:
        self.sent += 1
        now_ms = self.now_ms[code] = self.now_ms[code] + _STEP_MS
        raw = cmd.encode_command(cmd.Command(id=f"c{self.sent}", jurisdiction=code, actor=actor, body=body, sent_at_ms=now_ms))
        partition = partition_of(code)
        decision = self._judges[partition].decide(self.states[partition], raw, now_ms)
        if decision.commit is None or decision.writes is None:
            raise ValueError(f"{type(body).__name__} of {code} came to {decision.commit or decision.letter}")
        return Done(partition, code, decision)


def _responder(code: str, unit: str) -> Actor:
    return Actor(account=f"acc-{unit}", role=Role.RESPONDER, area=code, unit=unit)


def _events(done: Done) -> tuple[object, ...]:
    return done.decision.commit.events if done.decision.commit is not None else ()
