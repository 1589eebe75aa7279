"""Random nights: whatever is sent, in whatever order and at whatever time, these truths hold."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from contracts import commands as cmd
from contracts import events as e
from contracts.commit import decode_commit, digest, stands
from contracts.documents import Document, encode_document
from contracts.effects import FindWave, NotifyUnit
from contracts.observations import WeatherWarning
from contracts.terms import (
    AssignmentState,
    CameraStatus,
    Channel,
    Clock,
    DeliveryStatus,
    Disposition,
    Hazard,
    IncidentState,
    Posture,
    Source,
    UnitKind,
    UnitState,
    Urgency,
    WarningKind,
    WarningLevel,
)
from contracts.values import Actor, Box, Place
from dispatch import State, all_documents, apply, deadlines, decide, document, owed, restore, snapshot
from dispatch.assignment.entity import HOLDS_UNIT
from dispatch.clocks import STEPS, find
from dispatch.evolve import evolve
from dispatch.incident.documents import armed
from dispatch.incident.entity import ENDED, OPEN, SEEKING
from dispatch.tables import Header
from dispatch.transitions import Machine, who_may
from tests.unit.dispatch.night import (
    ADMIN,
    COUNTY,
    HOUR_MS,
    MINUTE_MS,
    OPERATOR,
    SQUARE,
    STATION,
    SUPERVISOR,
    SYSTEM,
    VERIFIER,
    Night,
    candidate,
    responder,
)

VOLUNTEERS = ("v1", "v2", "v3", "v4", "v5")
VEHICLES = ("car1", "car2")
UNITS = (*VOLUNTEERS, *VEHICLES, "crew1")
WAITS = st.sampled_from(
    (0, 1_000, 20_000, MINUTE_MS, 3 * MINUTE_MS, 6 * MINUTE_MS, 20 * MINUTE_MS, HOUR_MS, 13 * HOUR_MS, 31 * 24 * HOUR_MS)
)
ANYBODY = st.sampled_from((OPERATOR, SUPERVISOR, VERIFIER, STATION, SYSTEM, responder("v1")))
DESK = ("reject", "cancel", "hold", "hold", "wake", "reopen", "urgency", "note", "evidence")
pick = st.integers(min_value=0, max_value=50)
seldom = st.integers(min_value=0, max_value=9).map(lambda number: number == 0)


class Nights(RuleBasedStateMachine):
    """One county. The world's clock moves; deadlines are sent late, early, twice or never."""

    def __init__(self) -> None:
        super().__init__()
        self.night = Night()
        self.shown: dict[tuple[str, str], Document] = {}
        self.sent: list[cmd.Command] = []
        self.halfway: tuple[int, bytes] | None = None
        self.effects_done: list[str] = []

    @initialize()
    def evening(self) -> None:
        """Somebody is on duty."""
        night = self.night
        night.units(*VOLUNTEERS)
        night.units(*VEHICLES, kind=UnitKind.VEHICLE)
        night.units("crew1", kind=UnitKind.POINT)
        night.point()
        night.camera()
        plans = (
            night.plan(WarningLevel.YELLOW, urgency_uplift=1, revisit_h=6, open_points=("p1",)),
            night.plan(WarningLevel.RED, urgency_uplift=2, auto_dispatch=True, call_up=3, open_all_points=True, offer_radii_m=(2000, 5000)),
        )
        night.do(cmd.ConfigurePlans(plans=plans), ADMIN)
        for touched in night.touched:
            self._show(touched)

    def _show(self, touched: Any) -> None:
        assert len(touched) == len(set(touched))
        for kind, identifier in touched:
            found = document(self.night.state, kind, identifier)
            if found is None:
                self.shown.pop((kind, identifier), None)
            else:
                self.shown[kind, identifier] = found

    def _send(self, body: cmd.AnyBody, actor: Actor) -> tuple[Any, ...]:
        return self._deliver(self.night.command(body, actor))

    def _deliver(self, command: cmd.Command) -> tuple[Any, ...]:
        night = self.night
        before = night.state.copy()
        frozen = snapshot(night.state)
        events, writes = decide(night.state, command, night.now_ms)
        assert snapshot(night.state) == frozen, "decide changed the state"
        if not events:
            return events
        if any(isinstance(event, e.CommandRejected) for event in events):
            assert len(events) == 1
        night.commit(command, events)
        taken = before.copy()
        record = night.records[-1]
        assert apply(taken, decode_commit(record), digest(record), writes) == night.touched[-1]
        assert snapshot(taken) == snapshot(night.state), "taking over the writes is not the same as folding the commit"
        self.sent.append(command)
        self._show(night.touched[-1])
        self._check_moves(before, events, command)
        return events

    def _check_moves(self, before: State, events: tuple[Any, ...], command: cmd.Command) -> None:
        """Every single event moves along the table; no clock of a limit or a step moves later."""
        header = Header(sequence=before.sequence + 1, at_ms=max(self.night.now_ms, before.last_at_ms), actor=command.actor)
        for event in events:
            tasks = {key: task.state for key, task in before.assignments.items()}
            cases = dict(before.incidents)
            doing = {key: unit.state for key, unit in before.units.items()}
            evolve(before, event, header)
            for key, task in before.assignments.items():
                if tasks.get(key) is not task.state:
                    assert who_may(Machine.ASSIGNMENT, tasks.get(key), task.state) is not None, (event, tasks.get(key), task.state)
            for key, unit in before.units.items():
                if key in doing and doing[key] is not unit.state:
                    assert who_may(Machine.UNIT, doing[key], unit.state) is not None, (event, doing[key], unit.state)
            for key, incident in before.incidents.items():
                old = cases.get(key)
                if (old.state if old else None) is not incident.state:
                    assert who_may(Machine.INCIDENT, old.state if old else None, incident.state) is not None, (event, incident.state)
                if old is not None and not isinstance(event, e.IncidentReopened):
                    assert incident.limit.due_at_ms <= old.limit.due_at_ms
                if old is not None and old.state is incident.state:
                    for step in STEPS:
                        was, runs = find(old.clocks, step), find(incident.clocks, step)
                        assert was is None or runs is None or runs.due_at_ms <= was.due_at_ms

    def _one(self, keys: Any, number: int) -> str:
        ordered = sorted(keys)
        return ordered[number % len(ordered)] if ordered else "none"

    def _incident(self, number: int, *states: IncidentState) -> str:
        incidents = self.night.state.incidents
        fitting = [key for key, incident in incidents.items() if not states or incident.state in states]
        return self._one(fitting or incidents, number)

    def _task(self, number: int, *states: AssignmentState) -> str:
        tasks = self.night.state.assignments
        fitting = [key for key, task in tasks.items() if not states or task.state in states]
        return self._one(fitting or tasks, number)

    def _actor_of(self, task: str) -> Actor:
        known = self.night.state.assignments.get(task)
        return responder(known.unit if known else "v1")

    # --- time

    @rule(ms=WAITS)
    def time_passes(self, ms: int) -> None:
        self.night.now_ms += ms

    @rule(ms=st.integers(min_value=1, max_value=HOUR_MS))
    def the_writers_clock_is_behind(self, ms: int) -> None:
        self.night.now_ms -= ms

    @rule(limit=st.integers(min_value=1, max_value=8))
    def due_deadlines_are_sent(self, limit: int) -> None:
        for _ in range(limit):
            now_ms = max(self.night.now_ms, self.night.state.last_at_ms)
            due = [deadline for deadline in deadlines(self.night.state) if deadline.due_at_ms <= now_ms]
            if not due:
                return
            first = min(due, key=lambda deadline: (deadline.due_at_ms, deadline.subject, deadline.clock))
            body = cmd.DeadlineReached(subject=first.subject, clock=first.clock, due_at_ms=first.due_at_ms, percent=first.percent)
            assert self._send(body, SYSTEM), f"{first} is armed and due, and nothing happened"

    @rule(ms=WAITS, others_first=st.booleans())
    def the_night_goes_on(self, ms: int, others_first: bool) -> None:
        until_ms = self.night.now_ms + ms
        for _ in range(30):
            due = [deadline for deadline in deadlines(self.night.state) if deadline.due_at_ms <= until_ms]
            if not due:
                break
            first = min(due, key=lambda deadline: (deadline.due_at_ms, deadline.subject, deadline.clock))
            self.night.now_ms = max(self.night.now_ms, first.due_at_ms)
            if others_first:
                self.a_wave_is_found(0, list(UNITS))
            self.due_deadlines_are_sent(1)
        else:
            return
        self.night.now_ms = until_ms

    @rule(number=pick)
    def a_deadline_is_sent_early(self, number: int) -> None:
        now_ms = max(self.night.now_ms, self.night.state.last_at_ms)
        later = [deadline for deadline in deadlines(self.night.state) if deadline.due_at_ms > now_ms]
        if later:
            chosen = later[number % len(later)]
            body = cmd.DeadlineReached(subject=chosen.subject, clock=chosen.clock, due_at_ms=chosen.due_at_ms, percent=chosen.percent)
            assert self._send(body, SYSTEM) == ()
            assert chosen in set(deadlines(self.night.state))

    @precondition(lambda self: self.sent)
    @rule(number=pick)
    def a_command_comes_again(self, number: int) -> None:
        chosen = self.sent[number % len(self.sent)]
        if chosen.id in self.night.state.remembered:
            assert decide(self.night.state, chosen, self.night.now_ms).events == ()

    @rule()
    def a_snapshot_is_kept(self) -> None:
        self.halfway = (len(self.night.records), snapshot(self.night.state))

    # --- the ordinary course, so that chance starts from deep inside a night

    @rule(number=pick, steps=st.integers(min_value=1, max_value=12), choice=pick)
    def a_case_goes_on(self, number: int, steps: int, choice: int) -> None:
        if not self.night.state.incidents:
            self.somebody_reports(Urgency.URGENT, minor=False, reference=None)
        incident = self._incident(number, *OPEN)
        for step in range(steps):
            known = self.night.state.incidents.get(incident)
            if known is not None and known.state in OPEN:
                self._next_step(incident, known.state, choice + step)

    def _next_step(self, incident: str, state: IncidentState, choice: int) -> None:
        if state is IncidentState.FILED:
            units = [unit for unit in UNITS if self.night.state.units[unit].free][choice % 3 :][:3]
            chosen = tuple(candidate(unit, rank) for rank, unit in enumerate(units, 1))
            self._send(cmd.DispatchIncident(incident=incident, candidates=chosen), OPERATOR)
        elif state in SEEKING:
            self._next_of_task(incident, choice)
        else:
            bodies: dict[IncidentState, tuple[cmd.AnyBody, Actor]] = {
                IncidentState.REPORTED: (cmd.ReceiveIncident(incident=incident), OPERATOR),
                IncidentState.RECEIVED: (cmd.FileIncident(incident=incident, quota=1 + choice % 2), OPERATOR),
                IncidentState.ON_HOLD: (cmd.WakeIncident(incident=incident), SUPERVISOR),
                IncidentState.FEEDBACK: (cmd.VerifyIncident(incident=incident, accepted=choice % 4 != 0), VERIFIER),
                IncidentState.VERIFIED: (cmd.CloseIncident(incident=incident), OPERATOR),
            }
            self._send(*bodies[state])

    def _next_of_task(self, incident: str, choice: int) -> None:
        known = self.night.state.incidents[incident]
        if known.finding is not None:
            self.a_wave_is_found(choice, list(UNITS[choice % 3 :]))
            return
        state = AssignmentState
        tasks = [self.night.state.assignments[task] for task in known.assignments]
        live = [task for task in tasks if task.state in HOLDS_UNIT and task.state is not state.STANDBY]
        if not live:
            self._send(cmd.ReportDisposition(incident=incident, disposition=list(Disposition)[choice % 8]), OPERATOR)
            return
        task = live[choice % len(live)]
        if task.state is state.OFFERED:
            self._send(cmd.AnswerOffer(assignment=task.id, accept=choice % 5 != 0), responder(task.unit))
            return
        after = {state.ACCEPTED: state.EN_ROUTE, state.EN_ROUTE: state.ON_SCENE, state.TRANSPORTING: state.AT_FACILITY}
        if task.state in after:
            to = after[task.state]
        elif task.state is state.ON_SCENE:
            to = state.CONTACTED if choice % 3 else state.NOT_FOUND
        elif task.state is state.CONTACTED and choice % 2:
            to = state.TRANSPORTING
        elif task.disposition is None and choice % 7:
            body = cmd.ReportDisposition(incident=incident, disposition=list(Disposition)[choice % 8], assignment=task.id)
            self._send(body, responder(task.unit))
            return
        else:
            to = state.CLEARED
        self._send(cmd.MoveAssignment(assignment=task.id, to=to, point="p1" if to is state.TRANSPORTING else None), responder(task.unit))

    # --- incidents

    @rule(urgency=st.sampled_from(Urgency), minor=seldom, reference=st.sampled_from((None, None, "ref-1")))
    def somebody_reports(self, urgency: Urgency, minor: bool, reference: str | None) -> None:
        body = cmd.ReportIncident(source=Source.HOTLINE, place=SQUARE, urgency=urgency, minor=minor, reference=reference)
        self._send(body, OPERATOR)

    @rule(
        camera=st.sampled_from(("cam1", "cam2")), track=st.sampled_from(("t1", "t2")), off=st.sampled_from((0.0, 0.0001, 0.01)), ago=WAITS,
    )
    def a_camera_sees_somebody(self, camera: str, track: str, off: float, ago: int) -> None:
        last_ms = self.night.now_ms - min(ago, HOUR_MS)
        place = Place(lat_wgs84=SQUARE.lat_wgs84 + off, lon_wgs84=SQUARE.lon_wgs84, area=SQUARE.area)
        body = cmd.ReportSighting(
            camera=camera, track=track, place=place, boxes=(Box(x0=0.1, y0=0.1, x1=0.2, y1=0.4, score=0.8, posture=Posture.LYING),),
            first_seen_ms=last_ms - 600_000, last_seen_ms=last_ms, dwell_threshold_s=600,
        )
        self._send(body, SYSTEM)

    @rule(number=pick)
    def receive(self, number: int) -> None:
        self._send(cmd.ReceiveIncident(incident=self._incident(number, IncidentState.REPORTED)), OPERATOR)

    @rule(number=pick, quota=st.integers(min_value=0, max_value=3), urgency=st.none() | st.sampled_from(Urgency))
    def file(self, number: int, quota: int, urgency: Urgency | None) -> None:
        incident = self._incident(number, IncidentState.RECEIVED)
        self._send(cmd.FileIncident(incident=incident, quota=quota, urgency=urgency), OPERATOR)

    @rule(number=pick, what=st.sampled_from(DESK), actor=ANYBODY)
    def the_desk_acts(self, number: int, what: str, actor: Actor) -> None:
        incident = self._incident(number)
        bodies: dict[str, cmd.AnyBody] = {
            "reject": cmd.RejectIncident(incident=self._incident(number, IncidentState.RECEIVED), reason="no"),
            "cancel": cmd.CancelIncident(incident=incident, reason="no"),
            "hold": cmd.HoldIncident(
                incident=self._incident(number, IncidentState.FILED), wake_at_ms=self.night.now_ms + HOUR_MS, reason="later"
            ),
            "wake": cmd.WakeIncident(incident=self._incident(number, IncidentState.ON_HOLD)),
            "reopen": cmd.ReopenIncident(incident=self._incident(number, IncidentState.CLOSED), reason="again"),
            "urgency": cmd.ChangeUrgency(incident=incident, urgency=list(Urgency)[number % 3], reason="colder"),
            "note": cmd.AddNote(incident=incident),
            "evidence": cmd.OpenEvidence(incident=incident, what="picture", reason="check"),
        }
        self._send(bodies[what], actor)

    @rule(number=pick, other=pick)
    def merge(self, number: int, other: int) -> None:
        self._send(cmd.MergeIncident(incident=self._incident(number), into=self._incident(other), reason="same"), OPERATOR)

    @rule(
        number=pick, units=st.lists(st.sampled_from(UNITS), unique=True, max_size=4),
        quota=st.none() | st.integers(min_value=1, max_value=3),
    )
    def dispatch(self, number: int, units: list[str], quota: int | None) -> None:
        incident = self._incident(number, IncidentState.FILED, *SEEKING)
        chosen = tuple(candidate(unit, rank) for rank, unit in enumerate(units, 1))
        self._send(cmd.DispatchIncident(incident=incident, candidates=chosen, quota=quota), OPERATOR)

    @rule(number=pick, disposition=st.sampled_from(Disposition), on_behalf=seldom)
    def feed_back(self, number: int, disposition: Disposition, on_behalf: bool) -> None:
        task = self._task(
            number, AssignmentState.CONTACTED, AssignmentState.NOT_FOUND, AssignmentState.AT_FACILITY, AssignmentState.CLEARED
        )
        known = self.night.state.assignments.get(task)
        incident = known.incident if known else "none"
        body = cmd.ReportDisposition(incident=incident, disposition=disposition, assignment=None if on_behalf else task)
        self._send(body, OPERATOR if on_behalf else self._actor_of(task))

    @rule(number=pick, accepted=st.booleans())
    def verify(self, number: int, accepted: bool) -> None:
        self._send(cmd.VerifyIncident(incident=self._incident(number, IncidentState.FEEDBACK), accepted=accepted), VERIFIER)

    @rule(number=pick)
    def close(self, number: int) -> None:
        self._send(cmd.CloseIncident(incident=self._incident(number, IncidentState.VERIFIED)), OPERATOR)

    # --- tasks

    @rule(number=pick, accept=st.booleans(), on_behalf=seldom)
    def answer(self, number: int, accept: bool, on_behalf: bool) -> None:
        task = self._task(number, AssignmentState.OFFERED, AssignmentState.RECALLED)
        body = cmd.AnswerOffer(assignment=task, accept=accept, channel=Channel.PHONE if on_behalf else Channel.APP)
        self._send(body, OPERATOR if on_behalf else self._actor_of(task))

    @rule(number=pick, to=st.sampled_from(AssignmentState), point=st.sampled_from((None, "p1", "nowhere")))
    def move_anywhere(self, number: int, to: AssignmentState, point: str | None) -> None:
        task = self._task(number)
        self._send(cmd.MoveAssignment(assignment=task, to=to, reason="because", point=point), self._actor_of(task))

    @rule(number=pick, steps=st.integers(min_value=1, max_value=5), transport=st.booleans())
    def go_on(self, number: int, steps: int, transport: bool) -> None:
        task = self._task(number, AssignmentState.ACCEPTED, AssignmentState.EN_ROUTE, AssignmentState.ON_SCENE, AssignmentState.CONTACTED)
        state = AssignmentState
        path = (
            state.EN_ROUTE, state.ON_SCENE, state.CONTACTED, *((state.TRANSPORTING, state.AT_FACILITY) if transport else ()), state.CLEARED
        )
        for to in path[:steps]:
            point = "p1" if to is state.TRANSPORTING else None
            self._send(cmd.MoveAssignment(assignment=task, to=to, point=point), self._actor_of(task))

    @rule(number=pick, actor=ANYBODY, what=st.sampled_from(("recall", "check_in", "bed")))
    def about_a_task(self, number: int, actor: Actor, what: str) -> None:
        task = self._task(number)
        bodies: dict[str, cmd.AnyBody] = {
            "recall": cmd.RecallAssignment(assignment=task, reason="no"),
            "check_in": cmd.CheckIn(assignment=task),
            "bed": cmd.ConfirmBed(assignment=self._task(number, AssignmentState.TRANSPORTING), point="p1", accepted=bool(number % 2)),
        }
        self._send(bodies[what], actor)

    @rule(number=pick, units=st.lists(st.sampled_from((*UNITS, "stranger")), unique=True, max_size=8))
    def a_wave_is_found(self, number: int, units: list[str]) -> None:
        waves = sorted(key for key, effect in owed(self.night.state).items() if isinstance(effect, FindWave))
        if not waves:
            return
        effect = owed(self.night.state)[waves[number % len(waves)]]
        assert isinstance(effect, FindWave)
        chosen = tuple(candidate(unit, rank) for rank, unit in enumerate(units, 1))
        body = cmd.OfferWave(incident=effect.incident, effect=effect.effect, wave=effect.wave, candidates=chosen)
        assert not isinstance(self._send(body, SYSTEM)[0], e.CommandRejected)
        assert effect.effect not in owed(self.night.state)
        (again,) = self._send(body, SYSTEM)
        assert isinstance(again, e.CommandRejected), "an owed effect was done twice"

    @rule(number=pick, status=st.sampled_from(DeliveryStatus))
    def something_owed_is_done(self, number: int, status: DeliveryStatus) -> None:
        others = sorted(key for key, effect in owed(self.night.state).items() if not isinstance(effect, FindWave))
        if not others:
            return
        effect = owed(self.night.state)[others[number % len(others)]]
        body: cmd.AnyBody
        if isinstance(effect, NotifyUnit):
            body = cmd.RecordDelivery(assignment=effect.assignment, channel=Channel.WEB_PUSH, status=status, effect=effect.effect)
        else:
            body = cmd.RecordEffect(effect=effect.effect, done=True)
        assert not isinstance(self._send(body, SYSTEM)[0], e.CommandRejected)
        assert effect.effect not in owed(self.night.state)
        assert effect.effect not in self.effects_done
        self.effects_done.append(effect.effect)

    # --- the city

    @rule(unit=st.sampled_from(UNITS), state=st.sampled_from(UnitState), by_supervisor=seldom)
    def duty(self, unit: str, state: UnitState, by_supervisor: bool) -> None:
        self._send(cmd.SetDuty(unit=unit, state=state), SUPERVISOR if by_supervisor else responder(unit))

    @rule(unit=st.sampled_from(UNITS), what=st.sampled_from(("sos", "stale", "heard", "register", "beds", "camera")))
    def something_about_the_city(self, unit: str, what: str) -> None:
        bodies: dict[str, tuple[cmd.AnyBody, Actor]] = {
            "sos": (cmd.RaiseSos(unit=unit), responder(unit)),
            "stale": (cmd.NoteContact(unit=unit, stale=True), SYSTEM),
            "heard": (cmd.NoteContact(unit=unit, stale=False), SYSTEM),
            "register": (cmd.RegisterUnits(units=(self.night.state.units[unit].entry,)), ADMIN),
            "beds": (cmd.SetBeds(point="p1", beds_free=len(unit) % 5, open=len(unit) % 2 == 0), STATION),
            "camera": (
                cmd.ReportCameraHealth(camera="cam1", status=list(CameraStatus)[len(unit) % 4], reason="r", at_ms=self.night.now_ms),
                SYSTEM,
            ),
        }
        self._send(*bodies[what])

    @rule(
        identifier=st.sampled_from(("w1", "w2")), kind=st.sampled_from(WarningKind), level=st.sampled_from(WarningLevel),
        ahead=st.sampled_from((0, HOUR_MS)), lasts=st.none() | st.sampled_from((2 * HOUR_MS, 20 * HOUR_MS)),
    )
    def a_warning(self, identifier: str, kind: WarningKind, level: WarningLevel, ahead: int, lasts: int | None) -> None:
        now_ms = self.night.now_ms
        warning = WeatherWarning(
            identifier=identifier, sender="s", kind=kind, hazard=Hazard.COLD_WAVE, level=level, headline="cold", sent_at_ms=now_ms,
            effective_at_ms=now_ms + ahead, expires_at_ms=None if lasts is None else now_ms + ahead + lasts, references=("w1",),
        )
        self._send(cmd.ApplyWarning(warning=warning), SYSTEM)

    @rule(level=st.sampled_from((WarningLevel.YELLOW, WarningLevel.RED)), active=st.booleans(), lasts=st.none() | st.just(HOUR_MS))
    def a_plan_by_hand(self, level: WarningLevel, active: bool, lasts: int | None) -> None:
        expires_at_ms = None if lasts is None else self.night.now_ms + lasts
        self._send(cmd.OverridePlan(plan=f"cold_wave-{level}", active=active, reason="cold", expires_at_ms=expires_at_ms), SUPERVISOR)

    # --- what always holds

    @invariant()
    def no_unit_is_committed_twice(self) -> None:
        state = self.night.state
        holding: dict[str, str] = {}
        for key, task in state.assignments.items():
            if task.state in HOLDS_UNIT:
                assert task.unit not in holding, f"{task.unit} has {holding[task.unit]} and {key}"
                holding[task.unit] = key
            assert (key in state.units[task.unit].queued) == (task.state is AssignmentState.PLANNED)
        for identifier, unit in state.units.items():
            assert unit.assignment == holding.get(identifier)

    @invariant()
    def no_clock_is_lost(self) -> None:
        state = self.night.state
        for incident in state.incidents.values():
            if incident.state in OPEN:
                overdue = incident.limit.alerted == 100 or any(running.alerted == 100 for running in incident.clocks)
                assert armed(state, incident) or incident.finding in state.owed or overdue, incident
            else:
                assert incident.state in ENDED
                assert find(incident.clocks, Clock.ARCHIVE) is not None
                assert all(state.assignments[task].state not in HOLDS_UNIT for task in incident.assignments)
        for task in state.assignments.values():
            assert task.clocks == () or task.state in HOLDS_UNIT
            assert task.state not in (AssignmentState.OFFERED, AssignmentState.STANDBY) or task.clocks

    @invariant()
    def what_is_sought_is_owed(self) -> None:
        state = self.night.state
        sought = {incident.finding: incident.id for incident in state.incidents.values() if incident.finding is not None}
        waves = {key: effect.incident for key, effect in state.owed.items() if isinstance(effect, FindWave)}
        assert sought == waves
        assert all(state.incidents[incident].state in SEEKING for incident in waves.values())

    @invariant()
    def changes_equal_a_fresh_snapshot(self) -> None:
        fresh = {(kind, found.id): found for kind, found in all_documents(self.night.state)}
        assert fresh == self.shown

    @invariant()
    def a_restored_state_is_the_same(self) -> None:
        stored = snapshot(self.night.state)
        again = restore(stored)
        assert snapshot(again) == stored
        assert again.tally.sums == self.night.state.tally.sums
        assert _shown(again) == _shown(self.night.state), "the read model of a restored state has other bytes"

    def teardown(self) -> None:
        """The log alone tells it all again, from the beginning and from a snapshot."""
        state = State(COUNTY)
        _fold(state, self.night.records)
        assert snapshot(state) == snapshot(self.night.state)
        if self.halfway is not None:
            later = restore(self.halfway[1])
            _fold(later, self.night.records[self.halfway[0] :])
            assert snapshot(later) == snapshot(self.night.state)


def _shown(state: State) -> list[bytes]:
    return [encode_document(found) for _kind, found in all_documents(state)]


def _fold(state: State, records: list[bytes]) -> None:
    for record in records:
        commit = decode_commit(record)
        assert stands(commit, sequence=state.sequence, head=state.head)
        apply(state, commit, digest(record))


TestNights = Nights.TestCase
TestNights.settings = settings(max_examples=60, stateful_step_count=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
