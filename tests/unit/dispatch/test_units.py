"""Units: duty by hand, the rest by their tasks."""

import pytest

from contracts import commands as cmd
from contracts.registry_entries import UnitEntry
from contracts.terms import AssignmentState, UnitKind, UnitState
from dispatch import all_documents, document
from tests.unit.dispatch.night import ADMIN, MINUTE_MS, OPERATOR, STATION, SUPERVISOR, SYSTEM, Night, names, responder

U = UnitState


def test_somebody_off_duty_stands_in_the_roster_and_nowhere_else() -> None:
    """A unit is in exactly one of the two kinds, and both are touched when it moves."""
    night = Night()
    night.units("v1", on_duty=False)
    assert document(night.state, "unit", "v1") is None
    assert document(night.state, "roster", "v1") is not None
    night.do(cmd.SetDuty(unit="v1", state=U.AVAILABLE), responder("v1"))
    assert set(night.touched[-1]) >= {("unit", "v1"), ("roster", "v1")}
    assert document(night.state, "roster", "v1") is None
    assert [kind for kind, found in all_documents(night.state) if found.id == "v1"] == ["unit"]


@pytest.mark.parametrize("state", [U.RESERVED, U.COMMITTED, U.RETURNING])
def test_what_follows_from_tasks_is_never_set_by_hand(state: UnitState) -> None:
    """Not even by a supervisor."""
    night = Night()
    night.units("v1")
    assert night.refusal(cmd.SetDuty(unit="v1", state=state), SUPERVISOR) == "duty_wrong"


def test_a_break_ends_by_itself_after_half_an_hour() -> None:
    """And the unit rests until then."""
    night = Night()
    night.units("v1")
    night.do(cmd.SetDuty(unit="v1", state=U.ON_BREAK), responder("v1"))
    night.wait(30 * MINUTE_MS - 1)
    assert night.unit_state("v1") is U.ON_BREAK
    night.wait(1)
    assert night.unit_state("v1") == U.AVAILABLE


def test_who_has_a_task_cannot_go_off_duty() -> None:
    """It is cleared or given up first."""
    night = Night()
    night.units("v1")
    _, (task,) = night.dispatched("v1")
    night.answer(task)
    assert night.refusal(cmd.SetDuty(unit="v1", state=U.OFF_DUTY), responder("v1")) == "unit_busy"


def test_going_off_duty_declines_an_open_offer() -> None:
    """The search goes on at once."""
    night = Night()
    night.units("v1")
    incident, (task,) = night.dispatched("v1")
    night.do(cmd.SetDuty(unit="v1", state=U.OFF_DUTY), responder("v1"))
    assert night.state.assignments[task].state is AssignmentState.DECLINED
    assert night.state.incidents[incident].finding is not None
    assert night.unit_state("v1") is U.OFF_DUTY


def test_out_of_service_is_for_the_station_and_the_supervisor() -> None:
    """A responder or operator cannot; nor can they bring the unit back."""
    night = Night()
    night.units("car1", kind=UnitKind.VEHICLE)
    body = cmd.SetDuty(unit="car1", state=U.OUT_OF_SERVICE, reason="tyre")
    assert night.refusal(body, responder("car1")) == "not_your_role"
    assert night.refusal(body, OPERATOR) == "not_your_role"
    night.do(body, STATION)
    assert night.refusal(cmd.SetDuty(unit="car1", state=U.AVAILABLE), responder("car1")) == "not_your_role"
    night.do(cmd.SetDuty(unit="car1", state=U.AVAILABLE), SUPERVISOR)


def test_danger_tells_the_supervisor_and_ends_with_a_sign_of_life() -> None:
    """SOS on a task escalates its incident; checking in ends it."""
    night = Night()
    night.units("v1")
    incident, (task,) = night.dispatched("v1")
    night.answer(task)
    assert names(night.do(cmd.RaiseSos(unit="v1"), responder("v1"))) == ["SosRaised", "IncidentEscalated"]
    assert night.state.incidents[incident].escalated
    assert night.state.units["v1"].sos_at_ms == night.now_ms
    night.do(cmd.CheckIn(assignment=task), responder("v1"))
    assert night.state.units["v1"].sos_at_ms is None


def test_a_stale_location_is_noted_once() -> None:
    """The same fact told again writes nothing."""
    night = Night()
    night.units("v1")
    assert names(night.do(cmd.NoteContact(unit="v1", stale=True), SYSTEM)) == ["ContactNoted"]
    assert night.do(cmd.NoteContact(unit="v1", stale=True), SYSTEM) == ()


def test_registering_again_keeps_what_a_unit_is_doing() -> None:
    """Only its entry changes; too many at once or of another area are refused."""
    night = Night()
    night.units("v1")
    night.dispatched("v1")
    night.do(cmd.RegisterUnits(units=(UnitEntry(unit="v1", kind=UnitKind.VOLUNTEER, area="371602002"),)), ADMIN)
    assert night.unit_state("v1") is U.RESERVED
    assert night.state.units["v1"].entry.area == "371602002"
    many = tuple(UnitEntry(unit=f"u{n}", kind=UnitKind.VOLUNTEER, area="371602") for n in range(501))
    assert night.refusal(cmd.RegisterUnits(units=many), ADMIN) == "too_many"
    elsewhere = (UnitEntry(unit="x", kind=UnitKind.VOLUNTEER, area="371603001"),)
    assert night.refusal(cmd.RegisterUnits(units=elsewhere), ADMIN) == "place_wrong"


def test_acceptance_counts_the_last_twenty_answers() -> None:
    """Accepted over asked; None when never asked."""
    night = Night()
    night.units("v1")
    shown = document(night.state, "unit", "v1")
    assert shown is not None
    assert shown.acceptance is None  # type: ignore[union-attr]
    _, (task,) = night.dispatched("v1")
    night.answer(task, accept=False)
    _, (task,) = night.dispatched("v1")
    night.answer(task)
    assert document(night.state, "unit", "v1").acceptance == 0.5  # type: ignore[union-attr]


def test_the_shift_puts_units_on_and_off_duty() -> None:
    """The platform may begin and end a shift, nothing else."""
    night = Night()
    night.units("v1", on_duty=False)
    night.do(cmd.SetDuty(unit="v1", state=U.AVAILABLE, reason="shift"), SYSTEM)
    assert night.refusal(cmd.SetDuty(unit="v1", state=U.OUT_OF_SERVICE), SYSTEM) == "not_your_role"
    night.do(cmd.SetDuty(unit="v1", state=U.OFF_DUTY, reason="shift"), SYSTEM)
    assert night.unit_state("v1") is U.OFF_DUTY
