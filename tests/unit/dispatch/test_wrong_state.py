"""A step that the present state does not allow is refused as such; the role is blamed only when asking somebody else would help."""

from collections.abc import Callable

import pytest

from contracts import commands as cmd
from contracts import events as e
from contracts.terms import AssignmentState, Disposition, IncidentState, Role, UnitState
from contracts.values import Actor
from dispatch.roles import SENDERS
from tests.unit.dispatch.night import MINUTE_MS, OPERATOR, SUPERVISOR, SYSTEM, VERIFIER, Night, candidate, responder

A, S, U = AssignmentState, IncidentState, UnitState


def brought_to(night: Night, state: IncidentState) -> str:
    """An incident in this state."""
    do = night.do
    if state in (S.REPORTED, S.RECEIVED, S.REJECTED):
        incident = night.reported()
        if state is not S.REPORTED:
            do(cmd.ReceiveIncident(incident=incident), OPERATOR)
        if state is S.REJECTED:
            do(cmd.RejectIncident(incident=incident, reason="r"), OPERATOR)
        return incident
    night.units("v1", "v2")
    incident = night.filed()
    if state is S.ON_HOLD:
        do(cmd.HoldIncident(incident=incident, wake_at_ms=night.now_ms + MINUTE_MS, reason="r"), SUPERVISOR)
    if state in (S.FILED, S.ON_HOLD):
        return incident
    if state is S.CANCELLED:
        do(cmd.CancelIncident(incident=incident, reason="r"), OPERATOR)
        return incident
    if state is S.MERGED:
        do(cmd.MergeIncident(incident=incident, into=night.reported(), reason="r"), OPERATOR)
        return incident
    do(cmd.DispatchIncident(incident=incident, candidates=(candidate("v1"),)), OPERATOR)
    (task,) = night.state.incidents[incident].assignments
    if state is S.DISPATCHED:
        return incident
    night.answer(task)
    night.move(task, A.EN_ROUTE, A.ON_SCENE, A.CONTACTED)
    if state is S.IN_PROGRESS:
        return incident
    do(cmd.ReportDisposition(incident=incident, disposition=Disposition.SHELTERED, assignment=task), responder("v1"))
    night.move(task, A.CLEARED)
    if state is S.FEEDBACK:
        return incident
    do(cmd.VerifyIncident(incident=incident, accepted=True), VERIFIER)
    if state is S.CLOSED:
        do(cmd.CloseIncident(incident=incident), OPERATOR)
    return incident


# Written beside the life cycle of the manual, not from the table: command → where it is possible.
STEPS: dict[str, tuple[Callable[[str, Night], cmd.AnyBody], set[IncidentState]]] = {
    "receive": (lambda i, _: cmd.ReceiveIncident(incident=i), {S.REPORTED}),
    "file": (lambda i, _: cmd.FileIncident(incident=i), {S.RECEIVED}),
    "reject": (lambda i, _: cmd.RejectIncident(incident=i, reason="r"), {S.RECEIVED}),
    "hold": (lambda i, n: cmd.HoldIncident(incident=i, wake_at_ms=n.now_ms + MINUTE_MS, reason="r"), {S.FILED}),
    "wake": (lambda i, _: cmd.WakeIncident(incident=i), {S.ON_HOLD}),
    "merge": (lambda i, n: cmd.MergeIncident(incident=i, into=n.reported(), reason="r"), {S.RECEIVED, S.FILED, S.DISPATCHED}),
    "cancel": (
        lambda i, _: cmd.CancelIncident(incident=i, reason="r"), {S.REPORTED, S.RECEIVED, S.FILED, S.ON_HOLD, S.DISPATCHED},
    ),
    "dispatch": (
        lambda i, _: cmd.DispatchIncident(incident=i, candidates=(candidate("v2"),), quota=2), {S.FILED, S.DISPATCHED, S.IN_PROGRESS},
    ),
    "disposition": (lambda i, _: cmd.ReportDisposition(incident=i, disposition=Disposition.MEDICAL), {S.IN_PROGRESS}),
    "verify": (lambda i, _: cmd.VerifyIncident(incident=i, accepted=True), {S.FEEDBACK}),
    "fail": (lambda i, _: cmd.VerifyIncident(incident=i, accepted=False), {S.FEEDBACK}),
    "close": (lambda i, _: cmd.CloseIncident(incident=i), {S.VERIFIED}),
    "reopen": (lambda i, _: cmd.ReopenIncident(incident=i, reason="r"), {S.CLOSED}),
}


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("step", STEPS)
def test_every_step_is_possible_where_the_life_cycle_says_and_wrong_state_elsewhere(step: str, state: IncidentState) -> None:
    """For each role that may send it at all."""
    make, possible = STEPS[step]
    for role in (Role.OPERATOR, Role.SUPERVISOR, Role.VERIFIER):
        night = Night()
        incident = brought_to(night, state)
        body = make(incident, night)
        if role not in SENDERS[type(body)]:
            continue
        actor = Actor(account="somebody", role=role, area="3716")
        (first, *_) = night.send(night.command(body, actor))
        code = first.code if isinstance(first, e.CommandRejected) else None
        assert code == (None if state in possible else "wrong_state"), role


def test_an_incident_that_is_out_is_not_filed_again_by_anybody() -> None:
    """Not by the operator who pressed twice, and a supervisor reopens a closed one with a reason or not at all."""
    for state in (S.DISPATCHED, S.ON_HOLD, S.CLOSED):
        night = Night()
        incident = brought_to(night, state)
        assert night.refusal(cmd.FileIncident(incident=incident), OPERATOR) == "wrong_state"
        assert night.refusal(cmd.FileIncident(incident=incident), SUPERVISOR) == "wrong_state"
        assert night.state.incidents[incident].state is state


def test_a_task_that_is_over_is_in_the_wrong_state_for_everybody_who_could_move_it() -> None:
    """Responder, desk and station alike; a move that a role never makes stays a matter of the role."""
    night = Night()
    night.units("v1")
    _, (task,) = night.dispatched("v1")
    station = Actor(account="station", role=Role.STATION, area="371602")
    moved = cmd.MoveAssignment
    assert night.refusal(moved(assignment=task, to=A.ON_SCENE), SYSTEM) == "wrong_state"
    assert night.refusal(moved(assignment=task, to=A.AT_FACILITY), station) == "wrong_state"
    assert night.refusal(moved(assignment=task, to=A.CLEARED), station) == "not_your_role"
    assert night.refusal(moved(assignment=task, to=A.CONTACTED), responder("v1")) == "wrong_state"
    night.answer(task, accept=False)
    for actor in (OPERATOR, responder("v1")):
        assert night.refusal(moved(assignment=task, to=A.EN_ROUTE), actor) == "wrong_state"
    assert night.refusal(cmd.RecallAssignment(assignment=task, reason="r"), OPERATOR) == "wrong_state"


def test_duty_that_follows_from_nothing_is_a_wrong_state() -> None:
    """A break from off duty; a vehicle that is out of service is brought back by those who may: there the role is what is wrong."""
    night = Night()
    night.units("v1", on_duty=False)
    assert night.refusal(cmd.SetDuty(unit="v1", state=U.ON_BREAK), responder("v1")) == "wrong_state"
    assert night.refusal(cmd.SetDuty(unit="v1", state=U.ON_BREAK), SYSTEM) == "not_your_role"
    night.do(cmd.SetDuty(unit="v1", state=U.OUT_OF_SERVICE), SUPERVISOR)
    assert night.refusal(cmd.SetDuty(unit="v1", state=U.AVAILABLE), responder("v1")) == "not_your_role"
