"""Offers, waves, answers, the quota: how somebody is found."""

from contracts import commands as cmd
from contracts import events as e
from contracts.effects import FindWave, NotifyUnit
from contracts.terms import Asked, AssignmentState, Channel, Clock, DeliveryStatus, IncidentState, Shortfall, UnitKind, UnitState, Urgency
from contracts.values import ShortfallCount
from dispatch import deadlines, owed
from tests.unit.dispatch.night import MINUTE_MS, OPERATOR, SECOND_MS, SYSTEM, Night, candidate, names, responder

A, S = AssignmentState, IncidentState


def waves_owed(night: Night) -> list[FindWave]:
    """The searches that are out."""
    return [effect for effect in owed(night.state).values() if isinstance(effect, FindWave)]


def found(night: Night, *units: str, kind: UnitKind = UnitKind.VOLUNTEER) -> tuple[object, ...]:
    """Answer the one search that is out with these."""
    (wave,) = waves_owed(night)
    chosen = tuple(candidate(unit, rank, kind) for rank, unit in enumerate(units, 1))
    return night.do(cmd.OfferWave(incident=wave.incident, effect=wave.effect, wave=wave.wave, candidates=chosen), SYSTEM)


def test_the_first_acceptance_fills_the_quota_and_recalls_all_others_in_the_same_commit() -> None:
    """No second person sets out for nothing; no further wave starts."""
    night = Night()
    night.units("v1", "v2", "v3")
    incident, (first, second, third) = night.dispatched("v1", "v2", "v3")
    events = night.answer(second)
    assert {event.assignment for event in events if isinstance(event, e.AssignmentRecalled)} == {first, third}
    assert night.unit_state("v2") is UnitState.COMMITTED
    assert night.unit_state("v1") is UnitState.AVAILABLE
    night.wait(2 * MINUTE_MS + 59 * SECOND_MS)
    assert waves_owed(night) == []
    assert night.asked(incident) is None


def test_a_quota_of_two_waits_for_the_second() -> None:
    """The others are recalled only when both have accepted."""
    night = Night()
    night.units("v1", "v2", "v3")
    _, (first, second, third) = night.dispatched("v1", "v2", "v3", quota=2)
    assert "AssignmentRecalled" not in names(night.answer(first))
    night.answer(second)
    assert night.state.assignments[third].state is A.RECALLED


def test_an_acceptance_that_crosses_the_recall_stands_by_until_the_window_ends() -> None:
    """Then it is thanked and not needed."""
    night = Night()
    night.units("v1", "v2")
    _, (first, second) = night.dispatched("v1", "v2")
    night.answer(first)
    night.wait(30 * SECOND_MS)
    assert names(night.answer(second)) == ["StandbyTaken"]
    assert night.unit_state("v2") is UnitState.RESERVED
    night.wait(150 * SECOND_MS)
    assert night.state.assignments[second].state is A.NOT_NEEDED
    assert night.unit_state("v2") is UnitState.AVAILABLE


def test_standby_steps_in_when_somebody_falls_away() -> None:
    """In the same commit, without a new search."""
    night = Night()
    night.units("v1", "v2")
    _, (first, second) = night.dispatched("v1", "v2")
    night.answer(first)
    night.answer(second)
    events = night.do(cmd.MoveAssignment(assignment=first, to=A.ABORTED, reason="fell"), responder("v1"))
    assert e.OfferAccepted in {type(event) for event in events}
    assert night.state.assignments[second].state is A.ACCEPTED
    assert waves_owed(night) == []


def test_the_window_is_a_minute_when_very_urgent_and_three_when_urgent() -> None:
    """An offer expires then, and counts as unanswered."""
    for urgency, seconds in ((Urgency.VERY_URGENT, 60), (Urgency.URGENT, 180)):
        night = Night()
        night.units("v1")
        _, (task,) = night.dispatched("v1", urgency=urgency)
        night.wait(seconds * SECOND_MS - 1)
        assert night.state.assignments[task].state is A.OFFERED
        night.wait(1)
        assert night.state.assignments[task].state is A.EXPIRED
        assert night.state.units["v1"].answers == (False,)


def test_an_answer_that_stands_before_its_deadline_counts_however_late_the_machine_is() -> None:
    """Only DeadlineReached expires something."""
    night = Night()
    night.units("v1")
    _, (task,) = night.dispatched("v1")
    late = next(deadline for deadline in deadlines(night.state) if deadline.subject == task)
    night.now_ms += 10 * MINUTE_MS
    night.answer(task)
    assert night.state.assignments[task].state is A.ACCEPTED
    assert night.reach(late) == ()
    assert night.state.assignments[task].state is A.ACCEPTED


def test_the_next_wave_starts_at_two_thirds_of_the_window_of_the_one_before() -> None:
    """The offers of the first stay open meanwhile."""
    night = Night()
    night.units("v1")
    incident, (task,) = night.dispatched("v1")
    night.wait(120 * SECOND_MS - 1)
    assert waves_owed(night) == []
    night.wait(1)
    (wave,) = waves_owed(night)
    assert (wave.wave, wave.radius_m, wave.wanted, wave.with_point, wave.asked_before) == (2, 3000, 5, True, ("v1",))
    assert night.state.assignments[task].state is A.OFFERED
    assert night.state.incidents[incident].state is S.DISPATCHED


def test_three_waves_then_the_supervisor_is_told_to_phone() -> None:
    """Near volunteers, more volunteers and the point, a vehicle that must answer; then the case is back with the supervisor."""
    night = Night()
    night.units("v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9")
    night.units("crew1", kind=UnitKind.POINT)
    night.units("car1", "car2", kind=UnitKind.VEHICLE)
    incident = night.filed()
    night.do(cmd.DispatchIncident(incident=incident, candidates=()), OPERATOR)
    first = found(night, "v1", "v2", "v3", "v4")
    assert sum(isinstance(event, e.OfferMade) for event in first) == 3
    night.wait(120 * SECOND_MS)
    second = found(night, "v1", "v4", "v5", "v6", "v7", "v8", "v9", "crew1")
    offered = [event.candidate.unit for event in second if isinstance(event, e.OfferMade)]
    assert offered == ["v4", "v5", "v6", "v7", "v8", "crew1"]
    night.wait(120 * SECOND_MS)
    (wave,) = waves_owed(night)
    assert wave.vehicles
    assert wave.radius_m is None
    third = found(night, "car1", "car2", kind=UnitKind.VEHICLE)
    (vehicle,) = [event for event in third if isinstance(event, e.OfferMade)]
    assert vehicle.mandatory
    happened = night.wait(180 * SECOND_MS)
    assert e.IncidentEscalated(incident=incident, clock=Clock.OFFER_WINDOW, assignment=vehicle.assignment) in happened
    known = night.state.incidents[incident]
    assert (known.state, known.escalated) == (S.FILED, True)
    assert night.asked(incident) is Asked.PHONE_SUPERVISOR


def test_when_all_have_declined_the_next_wave_does_not_wait() -> None:
    """Nobody is left to wait for."""
    night = Night()
    night.units("v1", "v2")
    _, (first, second) = night.dispatched("v1", "v2")
    night.answer(first, accept=False)
    assert waves_owed(night) == []
    night.answer(second, accept=False)
    assert [wave.wave for wave in waves_owed(night)] == [2]


def test_an_empty_wave_goes_on_to_the_next_at_once() -> None:
    """Candidates that are no longer free are dropped and recorded."""
    night = Night()
    night.units("v1", "busy")
    night.dispatched("busy")
    incident, _ = night.dispatched("v1")
    night.wait(120 * SECOND_MS)
    (search,) = [wave for wave in waves_owed(night) if wave.incident == incident]
    chosen = (candidate("busy"), candidate("stranger"))
    events = night.do(cmd.OfferWave(incident=incident, effect=search.effect, wave=2, candidates=chosen), SYSTEM)
    (empty,) = [event for event in events if isinstance(event, e.WaveEmpty)]
    assert empty.dropped == ("busy", "stranger")
    assert [wave.wave for wave in waves_owed(night) if wave.incident == incident] == [3]


def test_what_was_short_in_a_wave_is_shown() -> None:
    """The newest search's counts stand on the incident."""
    night = Night()
    night.units("v1", "v2")
    incident, _ = night.dispatched("v1")
    night.wait(120 * SECOND_MS)
    (wave,) = waves_owed(night)
    short = (ShortfallCount(reason=Shortfall.OUTSIDE_RADIUS, count=4),)
    body = cmd.OfferWave(incident=incident, effect=wave.effect, wave=2, candidates=(candidate("v2"),), shortfalls=short)
    night.do(body, SYSTEM)
    assert night.state.incidents[incident].shortfalls == short


def test_waves_that_end_with_some_but_too_few_tell_the_supervisor_and_keep_those_who_go() -> None:
    """The case stays dispatched."""
    night = Night()
    night.units("v1")
    incident, (task,) = night.dispatched("v1", quota=2)
    night.answer(task)
    found(night)
    found(night)
    assert night.state.incidents[incident].state is S.DISPATCHED
    assert night.asked(incident) is Asked.PHONE_SUPERVISOR


def test_an_abort_is_offered_again_at_once() -> None:
    """Beginning with the nearest; whoever was asked is not asked again."""
    night = Night()
    night.units("v1")
    incident, (task,) = night.dispatched("v1")
    night.answer(task)
    night.move(task, A.EN_ROUTE, A.ON_SCENE, A.ABORTED)
    (wave,) = waves_owed(night)
    assert (wave.incident, wave.wave, wave.asked_before) == (incident, 1, ("v1",))


def test_when_everybody_fell_away_the_case_is_back_with_the_supervisor_at_once() -> None:
    """FILED, escalated, with a dispatch clock that runs."""
    night = Night()
    night.units("v1")
    incident, (task,) = night.dispatched("v1")
    night.answer(task)
    night.move(task, A.EN_ROUTE, A.ON_SCENE, A.ABORTED)
    events = found(night)
    assert names(events)[-2:] == ["WaveEmpty", "EffectOwed"]
    found(night)
    assert "IncidentReturned" in names(found(night))
    known = night.state.incidents[incident]
    assert (known.state, known.escalated, known.clocks[0].clock) == (S.FILED, True, Clock.DISPATCH)


def test_an_answer_on_behalf_carries_its_channel() -> None:
    """The operator phones; the log says who said so and how."""
    night = Night()
    night.units("v1")
    _, (task,) = night.dispatched("v1")
    night.do(cmd.AnswerOffer(assignment=task, accept=True, channel=Channel.PHONE), OPERATOR)
    known = night.state.assignments[task]
    assert (known.answered_by, known.channel) == ("op", Channel.PHONE)


def test_a_second_task_is_queued_and_offered_when_the_first_ends() -> None:
    """A unit is never committed twice."""
    night = Night()
    night.units("v1")
    _, (first,) = night.dispatched("v1")
    night.answer(first)
    second_case, (second,) = night.dispatched("v1")
    assert night.state.assignments[second].state is A.PLANNED
    assert night.state.units["v1"].queued == (second,)
    night.move(first, A.EN_ROUTE, A.ON_SCENE, A.CONTACTED)
    events = night.do(cmd.MoveAssignment(assignment=first, to=A.CLEARED), responder("v1"))
    assert [event.assignment for event in events if isinstance(event, e.OfferMade)] == [second]
    assert night.unit_state("v1") is UnitState.RESERVED
    assert night.state.incidents[second_case].state is S.DISPATCHED


def test_a_planned_task_that_nobody_needs_any_more_is_taken_back() -> None:
    """When the other incident filled its quota."""
    night = Night()
    night.units("v1", "v2")
    _, (first,) = night.dispatched("v1")
    night.answer(first)
    _, (planned, offered) = night.dispatched("v1", "v2")
    night.answer(offered)
    assert night.state.assignments[planned].state is A.RECALLED
    assert night.state.units["v1"].queued == ()


def test_dispatching_only_to_people_who_cannot_be_asked_is_refused() -> None:
    """Off duty, unknown, or asked already."""
    night = Night()
    night.units("v1", on_duty=False)
    incident = night.filed()
    body = cmd.DispatchIncident(incident=incident, candidates=(candidate("v1"), candidate("stranger")))
    assert night.refusal(body, OPERATOR) == "nobody_free"
    assert night.state.incidents[incident].state is S.FILED


def test_more_can_be_sent_later_by_raising_the_quota() -> None:
    """A filled quota refuses; a higher one offers again."""
    night = Night()
    night.units("v1", "v2")
    incident, (task,) = night.dispatched("v1")
    night.answer(task)
    more = (candidate("v2"),)
    assert night.refusal(cmd.DispatchIncident(incident=incident, candidates=more), OPERATOR) == "quota_filled"
    night.do(cmd.DispatchIncident(incident=incident, candidates=more, quota=2), OPERATOR)
    assert night.unit_state("v2") is UnitState.RESERVED


def test_each_offer_owes_a_message_and_an_answer_on_any_channel_cancels_it() -> None:
    """What was delivered before is settled by its record; a recall is told to phones that rang."""
    night = Night()
    night.units("v1", "v2", "v3")
    _, (first, second, third) = night.dispatched("v1", "v2", "v3")
    assert {effect.unit for effect in owed(night.state).values() if isinstance(effect, NotifyUnit)} == {"v1", "v2", "v3"}
    rang = cmd.RecordDelivery(assignment=third, channel=Channel.WEB_PUSH, status=DeliveryStatus.DELIVERED, effect=f"{third}:offer")
    night.do(rang, SYSTEM)
    assert night.refusal(rang, SYSTEM) == "not_owed"
    night.answer(first)
    left = [effect for effect in owed(night.state).values() if isinstance(effect, NotifyUnit)]
    assert [(effect.unit, effect.template) for effect in left] == [("v3", "recall")]
    assert night.state.assignments[second].state is A.RECALLED


def test_a_vehicle_must_answer_and_says_why_it_cannot_go() -> None:
    """A volunteer owes nobody a reason; a crew does."""
    night = Night()
    night.units("car1", kind=UnitKind.VEHICLE)
    _, (task,) = night.dispatched("car1")
    assert night.refusal(cmd.AnswerOffer(assignment=task, accept=False), responder("car1")) == "reason_missing"
    night.do(cmd.AnswerOffer(assignment=task, accept=False, reason="flat tyre"), responder("car1"))
    assert night.state.assignments[task].reason == "flat tyre"


def test_an_answer_counts_once() -> None:
    """Whoever accepted does not decline any more, and the other way round; giving up has its own step."""
    night = Night()
    night.units("v1", "v2")
    _, (first, second) = night.dispatched("v1", "v2", quota=2)
    night.answer(first)
    night.answer(second, accept=False)
    assert night.refusal(cmd.AnswerOffer(assignment=first, accept=False), responder("v1")) == "already_answered"
    assert night.refusal(cmd.AnswerOffer(assignment=second, accept=True), responder("v2")) == "already_answered"
