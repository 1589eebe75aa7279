"""A responder's way: the clocks that watch over it."""

import pytest

from contracts import commands as cmd
from contracts import events as e
from contracts.effects import NotifyUnit
from contracts.terms import Asked, AssignmentState, Clock, IncidentState, UnitState
from dispatch import owed
from tests.unit.dispatch.night import HOUR_MS, MINUTE_MS, OPERATOR, SECOND_MS, STATION, SYSTEM, Night, names, responder

A = AssignmentState


@pytest.fixture
def night() -> Night:
    """Two volunteers and a rescue point."""
    made = Night()
    made.units("v1", "v2")
    made.point(beds=1)
    return made


def accepted(night: Night, *states: AssignmentState) -> tuple[str, str]:
    """A task of v1 that went through these states."""
    incident, (task,) = night.dispatched("v1")
    night.answer(task)
    night.move(task, *states)
    return incident, task


def templates(night: Night) -> list[str]:
    """What phones are still to be told."""
    return [effect.template for effect in owed(night.state).values() if isinstance(effect, NotifyUnit)]


def test_who_does_not_depart_is_nudged_after_three_minutes_and_replaced_after_five(night: Night) -> None:
    """The task is offered to somebody else at once, the unit is free again."""
    incident, task = accepted(night)
    night.wait(3 * MINUTE_MS)
    assert "depart_nudge" in templates(night)
    assert night.asked(incident) is Asked.CHASE_DEPARTURE
    night.wait(2 * MINUTE_MS)
    assert (night.state.assignments[task].state, night.state.assignments[task].reason) == (A.ABORTED, "not_departed")
    assert night.state.units["v1"].assignment is None
    assert night.state.incidents[incident].finding is not None


def test_who_is_late_by_half_is_chased(night: Night) -> None:
    """1.5 × ETA of 300 s, then the operator is asked; arriving ends it."""
    incident, task = accepted(night, A.EN_ROUTE)
    night.wait(450 * SECOND_MS - 1)
    assert night.asked(incident) is None
    night.wait(1)
    assert night.asked(incident) is Asked.CHASE_ARRIVAL
    (late,) = night.state.assignments[task].clocks
    assert (late.clock, late.alerted, late.due_at_ms) == (Clock.ARRIVE, 100, night.now_ms), "how late it is stays on the screen"
    night.move(task, A.ON_SCENE)
    assert night.asked(incident) is None


def test_arriving_starts_the_handling_and_the_platform_may_say_so(night: Night) -> None:
    """From the geofence, ON_SCENE only; the incident is IN_PROGRESS at the first."""
    incident, task = accepted(night, A.EN_ROUTE)
    assert night.refusal(cmd.MoveAssignment(assignment=task, to=A.CONTACTED), SYSTEM) == "not_your_role"
    events = night.do(cmd.MoveAssignment(assignment=task, to=A.ON_SCENE), SYSTEM)
    assert names(events) == ["AssignmentMoved", "IncidentStarted"]
    assert night.state.incidents[incident].state is IncidentState.IN_PROGRESS


def test_two_missed_check_ins_tell_the_supervisor_and_lose_contact(night: Night) -> None:
    """15 min each; a check-in makes good again."""
    incident, task = accepted(night, A.EN_ROUTE, A.ON_SCENE)
    night.wait(15 * MINUTE_MS)
    assert not night.state.units["v1"].lost
    happened = night.wait(15 * MINUTE_MS)
    assert e.IncidentEscalated(incident=incident, clock=Clock.CHECK_IN, assignment=task) in happened
    assert night.state.units["v1"].lost
    assert night.asked(incident) is Asked.CHASE_CHECK_IN
    night.do(cmd.CheckIn(assignment=task), responder("v1"))
    assert not night.state.units["v1"].lost
    assert night.state.assignments[task].missed == 0


def test_checking_in_in_time_keeps_everything_quiet(night: Night) -> None:
    """Each check-in starts the next quarter of an hour."""
    _, task = accepted(night, A.EN_ROUTE, A.ON_SCENE)
    for _ in range(4):
        night.wait(14 * MINUTE_MS)
        night.do(cmd.CheckIn(assignment=task), responder("v1"))
    assert night.state.assignments[task].missed == 0


def test_a_transport_holds_a_bed_until_half_an_hour_after_its_eta(night: Night) -> None:
    """Held, confirmed, released by time; the last bed is not held twice."""
    _, task = accepted(night, A.EN_ROUTE, A.ON_SCENE, A.CONTACTED)
    night.move(task, A.TRANSPORTING, point="p1")
    point = night.state.points["p1"]
    assert (point.beds_free, point.held) == (0, 1)
    night.do(cmd.ConfirmBed(assignment=task, point="p1"), STATION)
    assert night.state.assignments[task].bed_confirmed
    night.wait(35 * MINUTE_MS)
    point = night.state.points["p1"]
    assert (point.beds_free, point.held) == (1, 0)


def test_a_hospital_that_is_no_point_of_ours_is_a_place_to_go_to(night: Night) -> None:
    """Nothing is held, nothing is refused."""
    _, task = accepted(night, A.EN_ROUTE, A.ON_SCENE, A.CONTACTED)
    night.move(task, A.TRANSPORTING, point="city-hospital")
    night.move(task, A.AT_FACILITY)
    assert night.state.assignments[task].point == "city-hospital"
    assert night.state.points["p1"].beds_free == 1


def test_arriving_at_the_point_takes_the_bed_and_a_refusal_frees_it(night: Night) -> None:
    """Free beds are what the next one can count on."""
    _, task = accepted(night, A.EN_ROUTE, A.ON_SCENE, A.CONTACTED)
    night.move(task, A.TRANSPORTING, point="p1")
    night.do(cmd.ConfirmBed(assignment=task, point="p1", accepted=False), STATION)
    assert night.state.points["p1"].beds_free == 1
    night.move(task, A.AT_FACILITY)
    assert night.state.points["p1"].held == 0
    other = Night()
    other.units("v1")
    other.point(beds=1)
    _, task = accepted(other, A.EN_ROUTE, A.ON_SCENE, A.CONTACTED)
    other.move(task, A.TRANSPORTING, point="p1")
    other.move(task, A.AT_FACILITY)
    assert (other.state.points["p1"].beds_free, other.state.points["p1"].held) == (0, 0)


def test_who_forgets_to_clear_is_nudged_after_half_an_hour(night: Night) -> None:
    """By the phone; cleared, the unit returns and is available ten minutes later."""
    _, task = accepted(night, A.EN_ROUTE, A.ON_SCENE, A.NOT_FOUND)
    night.wait(30 * MINUTE_MS)
    assert "clear_nudge" in templates(night)
    night.move(task, A.CLEARED)
    assert night.unit_state("v1") is UnitState.RETURNING
    night.wait(10 * MINUTE_MS)
    assert night.unit_state("v1") is UnitState.AVAILABLE


def test_a_case_that_was_cleared_without_an_outcome_asks_for_it(night: Night) -> None:
    """Nobody is left who would say by themselves."""
    incident, _ = accepted(night, A.EN_ROUTE, A.ON_SCENE, A.CONTACTED, A.CLEARED)
    assert night.asked(incident) is Asked.FEEDBACK


def test_the_operator_takes_a_task_back_and_the_search_goes_on(night: Night) -> None:
    """An accepted task counts as aborted; the phone is told; a reason is needed."""
    incident, task = accepted(night, A.EN_ROUTE)
    assert night.refusal(cmd.RecallAssignment(assignment=task, reason=""), OPERATOR) == "reason_missing"
    night.do(cmd.RecallAssignment(assignment=task, reason="nearer help"), OPERATOR)
    assert night.state.assignments[task].state is A.ABORTED
    assert night.state.incidents[incident].finding is not None
    assert "recall" in templates(night)


def test_states_cannot_be_skipped_or_set_by_others(night: Night) -> None:
    """The table says what follows what; an offer is answered, not moved."""
    _, (task,) = night.dispatched("v1")
    assert night.refusal(cmd.MoveAssignment(assignment=task, to=A.ACCEPTED), responder("v1")) == "wrong_state"
    night.answer(task)
    assert night.refusal(cmd.MoveAssignment(assignment=task, to=A.CLEARED), responder("v1")) == "wrong_state"
    assert night.refusal(cmd.MoveAssignment(assignment=task, to=A.EN_ROUTE), responder("v2")) == "not_your_unit"
    assert night.refusal(cmd.MoveAssignment(assignment=task, to=A.ABORTED), responder("v1")) == "reason_missing"


def test_a_long_day_ends_with_rest(night: Night) -> None:
    """After six hours on tasks in a day the unit rests; the ranking leaves it out then."""
    _, task = accepted(night, A.EN_ROUTE, A.ON_SCENE)
    for _ in range(26):
        night.wait(14 * MINUTE_MS)
        night.do(cmd.CheckIn(assignment=task), responder("v1"))
    night.move(task, A.NOT_FOUND, A.CLEARED)
    unit = night.state.units["v1"]
    assert unit.load_h > 6
    assert unit.rest_until_ms == night.now_ms + 6 * HOUR_MS
