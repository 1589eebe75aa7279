"""A jurisdiction to play with: commands go in, commits stand, nothing else."""

from typing import Any

from contracts import commands as cmd
from contracts import events as e
from contracts.commit import Commit, decode_commit, digest, encode_commit
from contracts.documents import IncidentDocument
from contracts.registry_entries import CameraEntry, PlanEntry, PointEntry, UnitEntry
from contracts.terms import Asked, Hazard, Role, Source, UnitKind, UnitState, Urgency, WarningLevel
from contracts.values import Actor, Candidate, Place, PlanSettings
from dispatch import Deadline, State, apply, deadline_command_id, deadlines, decide, document

COUNTY = "371602"
START_MS = 1_768_744_800_000  # 18 January 2026, 22:00 in UTC+8
SECOND_MS = 1_000
MINUTE_MS = 60_000
HOUR_MS = 3_600_000

OPERATOR = Actor(account="op", role=Role.OPERATOR, area="371602")
SUPERVISOR = Actor(account="sup", role=Role.SUPERVISOR, area="3716")
VERIFIER = Actor(account="ver", role=Role.VERIFIER, area="371602")
STATION = Actor(account="station", role=Role.STATION, area="371602")
ADMIN = Actor(account="admin", role=Role.ADMIN, area="3716")
SYSTEM = Actor(account="sys", role=Role.SYSTEM)
SQUARE = Place(lat_wgs84=37.38, lon_wgs84=117.97, area="371602001002", name="north square")


def responder(unit: str) -> Actor:
    """The account of a unit's own phone."""
    return Actor(account=f"acc-{unit}", role=Role.RESPONDER, area="371602", unit=unit)


def candidate(unit: str, rank: int = 1, kind: UnitKind = UnitKind.VOLUNTEER, eta_s: int | None = 300) -> Candidate:
    """A unit that may be asked."""
    return Candidate(unit=unit, kind=kind, rank=rank, score=1.0, distance_m=400, eta_s=eta_s)


class Night:
    """One jurisdiction, its log, and a clock that only moves when told."""

    def __init__(self, jurisdiction: str = COUNTY) -> None:
        self.state = State(jurisdiction)
        self.now_ms = START_MS
        self.records: list[bytes] = []
        self.touched: list[tuple[tuple[str, str], ...]] = []
        self._sent = 0

    def command(self, body: cmd.AnyBody, actor: Actor = SYSTEM, command_id: str | None = None) -> cmd.Command:
        """A command of now."""
        self._sent += 1
        return cmd.Command(
            id=command_id or f"c{self._sent}", jurisdiction=self.state.jurisdiction, actor=actor, body=body, sent_at_ms=self.now_ms,
            body_sha256="b",
        )

    def send(self, command: cmd.Command) -> tuple[Any, ...]:
        """Decide, and let the commit stand if there is something to write."""
        events = decide(self.state, command, self.now_ms).events
        if events:
            self.commit(command, events)
        return events

    def commit(self, command: cmd.Command, events: tuple[Any, ...]) -> None:
        """Write the events as the next commit and fold it, through its bytes."""
        record = encode_commit(
            Commit(
                jurisdiction=self.state.jurisdiction, sequence=self.state.sequence + 1, previous=self.state.head, command_id=command.id,
                occurred_at_ms=max(self.now_ms, self.state.last_at_ms), actor=command.actor, events=events, body_sha256=command.body_sha256,
            )
        )
        self.records.append(record)
        self.touched.append(apply(self.state, decode_commit(record), digest(record)))

    def do(self, body: cmd.AnyBody, actor: Actor = SYSTEM) -> tuple[Any, ...]:
        """Send a body that must not be refused."""
        events = self.send(self.command(body, actor))
        assert not (events and isinstance(events[0], e.CommandRejected)), events
        return events

    def refusal(self, body: cmd.AnyBody, actor: Actor = SYSTEM) -> str:
        """Send a body that must be refused and return the code."""
        (event,) = self.send(self.command(body, actor))
        assert isinstance(event, e.CommandRejected)
        return event.code

    def wait(self, ms: int) -> list[Any]:
        """Let time pass; every deadline is sent when it is due, in order. Returns the events."""
        until_ms = self.now_ms + ms
        happened: list[Any] = []
        while True:
            due = [deadline for deadline in deadlines(self.state) if deadline.due_at_ms <= until_ms]
            if not due:
                break
            first = min(due, key=lambda deadline: (deadline.due_at_ms, deadline.subject, deadline.clock, deadline.percent))
            self.now_ms = max(self.now_ms, first.due_at_ms)
            events = self.reach(first)
            assert events, first
            happened += events
        self.now_ms = until_ms
        return happened

    def reach(self, deadline: Deadline) -> tuple[Any, ...]:
        """Send one deadline now."""
        body = cmd.DeadlineReached(subject=deadline.subject, clock=deadline.clock, due_at_ms=deadline.due_at_ms, percent=deadline.percent)
        return self.send(self.command(body, SYSTEM, deadline_command_id(deadline)))

    def asked(self, incident: str) -> Asked | None:
        """What the incident's document asks of a person."""
        shown = document(self.state, "incident", incident)
        assert isinstance(shown, IncidentDocument)
        return shown.asked

    def unit_state(self, unit: str) -> UnitState:
        """What a unit is doing."""
        return self.state.units[unit].state

    # --- what most tests need first

    def units(self, *names: str, kind: UnitKind = UnitKind.VOLUNTEER, on_duty: bool = True) -> None:
        """Register units and put them on duty."""
        self.do(cmd.RegisterUnits(units=tuple(UnitEntry(unit=name, kind=kind, area="371602001") for name in names)), ADMIN)
        for name in names if on_duty else ():
            self.do(cmd.SetDuty(unit=name, state=UnitState.AVAILABLE), responder(name))

    def point(self, name: str = "p1", beds: int = 4) -> str:
        """Register a rescue point."""
        self.do(cmd.RegisterPoints(points=(PointEntry(point=name, name="point", place=SQUARE, beds=beds),)), ADMIN)
        return name

    def camera(self, name: str = "cam1") -> str:
        """Register a camera."""
        self.do(cmd.RegisterCameras(cameras=(CameraEntry(camera=name, name="camera", place=SQUARE, owner="police"),)), ADMIN)
        return name

    def reported(self, urgency: Urgency = Urgency.URGENT, **more: Any) -> str:
        """Report an incident and return its identifier."""
        events = self.do(cmd.ReportIncident(source=Source.HOTLINE, place=SQUARE, urgency=urgency, **more), OPERATOR)
        return str(events[0].incident)

    def filed(self, urgency: Urgency = Urgency.URGENT, quota: int = 1, **more: Any) -> str:
        """Report, receive and file."""
        incident = self.reported(urgency, **more)
        self.do(cmd.ReceiveIncident(incident=incident), OPERATOR)
        self.do(cmd.FileIncident(incident=incident, quota=quota), OPERATOR)
        return incident

    def dispatched(self, *names: str, urgency: Urgency = Urgency.URGENT, quota: int = 1, **more: Any) -> tuple[str, list[str]]:
        """File and offer to these units; returns the incident and its assignments."""
        incident = self.filed(urgency, quota, **more)
        chosen = tuple(candidate(name, rank) for rank, name in enumerate(names, 1))
        self.do(cmd.DispatchIncident(incident=incident, candidates=chosen), OPERATOR)
        return incident, list(self.state.incidents[incident].assignments)

    def answer(self, assignment: str, accept: bool = True) -> tuple[Any, ...]:
        """The unit's own answer."""
        unit = self.state.assignments[assignment].unit
        return self.do(cmd.AnswerOffer(assignment=assignment, accept=accept), responder(unit))

    def move(self, assignment: str, *states: Any, point: str | None = None) -> None:
        """The unit moves its task through these states."""
        unit = self.state.assignments[assignment].unit
        for state in states:
            self.do(cmd.MoveAssignment(assignment=assignment, to=state, reason="because", point=point), responder(unit))

    def plan(self, level: WarningLevel = WarningLevel.ORANGE, hazard: Hazard = Hazard.COLD_WAVE, **settings: Any) -> PlanEntry:
        """An entry of a plan."""
        return PlanEntry(plan=f"{hazard}-{level}", hazard=hazard, level=level, settings=PlanSettings(**settings), name=f"{hazard} {level}")


def names(events: Any) -> list[str]:
    """The events' names."""
    return [type(event).__name__ for event in events]
