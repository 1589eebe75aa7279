"""The life cycle of an incident, rule by rule."""

from typing import Any

import pytest

from contracts import commands as cmd
from contracts import events as e
from contracts.effects import TellReporter
from contracts.terms import Asked, AssignmentState, Clock, Disposition, IncidentState, LimitCounts, Role, Source, Urgency
from contracts.values import Actor, Place, Sealed
from dispatch import State, Timers, document, owed
from tests.unit.dispatch.night import (
    COUNTY,
    HOUR_MS,
    MINUTE_MS,
    OPERATOR,
    SECOND_MS,
    SQUARE,
    SUPERVISOR,
    SYSTEM,
    VERIFIER,
    Night,
    candidate,
    names,
    responder,
)

A, S = AssignmentState, IncidentState
AT_WORK = (A.EN_ROUTE, A.ON_SCENE, A.CONTACTED)


def in_progress(night: Night, **more: Any) -> tuple[str, str]:
    """An incident with somebody on the scene."""
    night.units("v1")
    incident, (task,) = night.dispatched("v1", **more)
    night.answer(task)
    night.move(task, *AT_WORK)
    return incident, task


def fed_back(night: Night, disposition: Disposition = Disposition.SHELTERED) -> str:
    """An incident with a disposition."""
    incident, task = in_progress(night)
    night.do(cmd.ReportDisposition(incident=incident, disposition=disposition, assignment=task), responder("v1"))
    night.move(task, A.CLEARED)
    return incident


@pytest.mark.parametrize(("urgency", "hours"), [(Urgency.VERY_URGENT, 2), (Urgency.URGENT, 24), (Urgency.ROUTINE, 72)])
def test_the_limit_runs_from_the_report_and_alerts_at_50_80_and_100_percent(urgency: Urgency, hours: int) -> None:
    """2, 24 or 72 h; at 100 % the supervisor is told."""
    night = Night()
    incident = night.reported(urgency)
    limit = night.state.incidents[incident].limit
    assert limit.due_at_ms - limit.started_at_ms == hours * HOUR_MS
    happened = night.wait(hours * HOUR_MS)
    alerts = [event.percent for event in happened if isinstance(event, e.ClockAlerted) and event.clock is Clock.LIMIT]
    assert alerts == [50, 80, 100]
    assert night.state.incidents[incident].escalated


@pytest.mark.parametrize(("urgency", "seconds"), [(Urgency.VERY_URGENT, 60), (Urgency.URGENT, 300)])
def test_a_report_that_nobody_receives_goes_to_the_supervisor(urgency: Urgency, seconds: int) -> None:
    """60 s very urgent, 5 min urgent; a second before, it does not."""
    night = Night()
    incident = night.reported(urgency)
    night.wait(seconds * SECOND_MS - 1)
    assert not night.state.incidents[incident].escalated
    night.wait(1)
    assert night.state.incidents[incident].escalated


@pytest.mark.parametrize(("urgency", "minutes"), [(Urgency.VERY_URGENT, (5, 3)), (Urgency.URGENT, (15, 15))])
def test_filing_and_dispatching_have_their_clocks(urgency: Urgency, minutes: tuple[int, int]) -> None:
    """File within 5 / 15 min, dispatch within 3 / 15 min, then the supervisor; the step's clock starts anew with each step."""
    night = Night()
    incident = night.reported(urgency)
    night.do(cmd.ReceiveIncident(incident=incident), OPERATOR)
    night.wait(minutes[0] * MINUTE_MS)
    assert night.state.incidents[incident].escalated
    night.do(cmd.FileIncident(incident=incident), OPERATOR)
    assert not night.state.incidents[incident].escalated
    happened = night.wait(minutes[1] * MINUTE_MS)
    assert e.IncidentEscalated(incident=incident, clock=Clock.DISPATCH) in happened


def test_the_whole_course_from_report_to_archive() -> None:
    """Each step asks for the next, the reporter is told, and after 30 days the case leaves the state."""
    night = Night()
    night.units("v1")
    sealed = Sealed(key="k", box="b")
    incident = night.reported(reporter=sealed)
    shown = [night.asked(incident)]
    night.do(cmd.ReceiveIncident(incident=incident), OPERATOR)
    shown.append(night.asked(incident))
    night.do(cmd.FileIncident(incident=incident), OPERATOR)
    shown.append(night.asked(incident))
    assert shown == [Asked.RECEIVE, Asked.FILE, Asked.DISPATCH]
    night.do(cmd.DispatchIncident(incident=incident, candidates=(candidate("v1"),)), OPERATOR)
    (task,) = night.state.incidents[incident].assignments
    night.answer(task)
    night.move(task, *AT_WORK)
    assert night.state.incidents[incident].state is S.IN_PROGRESS
    night.do(cmd.ReportDisposition(incident=incident, disposition=Disposition.SUPPLIES_LEFT, assignment=task), responder("v1"))
    night.move(task, A.CLEARED)
    night.do(cmd.VerifyIncident(incident=incident, accepted=True), VERIFIER)
    night.do(cmd.CloseIncident(incident=incident), OPERATOR)
    assert any(isinstance(effect, TellReporter) and effect.outcome == "supplies_left" for effect in owed(night.state).values())
    night.wait(30 * 24 * HOUR_MS)
    assert document(night.state, "incident", incident) is None
    assert night.state.assignments == {}


def test_a_reason_is_needed_to_reject_merge_cancel_hold_and_reopen() -> None:
    """A blank one does not count."""
    night = Night()
    incident = night.reported()
    other = night.filed()
    night.do(cmd.ReceiveIncident(incident=incident), OPERATOR)
    wake_at_ms = night.now_ms + HOUR_MS
    assert night.refusal(cmd.RejectIncident(incident=incident, reason=" "), OPERATOR) == "reason_missing"
    assert night.refusal(cmd.MergeIncident(incident=incident, into=other, reason=""), OPERATOR) == "reason_missing"
    assert night.refusal(cmd.CancelIncident(incident=incident, reason=""), OPERATOR) == "reason_missing"
    assert night.refusal(cmd.HoldIncident(incident=other, wake_at_ms=wake_at_ms, reason=""), SUPERVISOR) == "reason_missing"


def test_a_hold_wakes_by_itself_and_the_limit_goes_on() -> None:
    """The wake time is mandatory, lies ahead, and the incident is FILED again with a fresh dispatch clock."""
    night = Night()
    incident = night.filed()
    limit = night.state.incidents[incident].limit
    assert night.refusal(cmd.HoldIncident(incident=incident, wake_at_ms=night.now_ms, reason="ice"), SUPERVISOR) == "wake_time_wrong"
    assert night.refusal(cmd.HoldIncident(incident=incident, wake_at_ms=night.now_ms + 1, reason="ice"), OPERATOR) == "not_your_role"
    night.do(cmd.HoldIncident(incident=incident, wake_at_ms=night.now_ms + HOUR_MS, reason="ice"), SUPERVISOR)
    assert night.asked(incident) is None
    happened = night.wait(HOUR_MS)
    assert any(isinstance(event, e.IncidentWoken) and event.by_itself for event in happened)
    assert night.state.incidents[incident].state is S.FILED
    assert night.state.incidents[incident].limit.due_at_ms == limit.due_at_ms


def test_a_set_clock_never_moves_later() -> None:
    """Lowering the urgency keeps the limit and the step; raising it brings both forward."""
    night = Night()
    incident = night.reported(Urgency.URGENT)
    before = night.state.incidents[incident]
    night.do(cmd.ChangeUrgency(incident=incident, urgency=Urgency.ROUTINE, reason="warm"), OPERATOR)
    after = night.state.incidents[incident]
    assert (after.limit.due_at_ms, after.clocks) == (before.limit.due_at_ms, before.clocks)
    night.do(cmd.ChangeUrgency(incident=incident, urgency=Urgency.VERY_URGENT, reason="child"), OPERATOR)
    raised = night.state.incidents[incident]
    assert raised.limit.due_at_ms == raised.limit.started_at_ms + 2 * HOUR_MS
    assert raised.clocks[0].due_at_ms == raised.clocks[0].started_at_ms + MINUTE_MS


def test_cancelling_recalls_everybody_in_the_same_commit() -> None:
    """Offers, the accepted and those on the way; their units are free again; on the scene it is too late."""
    night = Night()
    night.units("v1", "v2", "v3")
    incident, (first, second, third) = night.dispatched("v1", "v2", "v3", quota=2)
    night.answer(first)
    night.move(first, A.EN_ROUTE)
    events = night.do(cmd.CancelIncident(incident=incident, reason="mistake"), OPERATOR)
    assert [event.assignment for event in events if isinstance(event, e.AssignmentRecalled)] == [first, second, third]
    assert all(night.state.units[unit].assignment is None for unit in ("v1", "v2", "v3"))
    night_later = Night()
    incident, _ = in_progress(night_later)
    assert night_later.refusal(cmd.CancelIncident(incident=incident, reason="late"), OPERATOR) == "wrong_state"


def test_merging_recalls_the_offers_and_hands_over_what_was_seen() -> None:
    """The other incident takes over pictures and the rule for minors; a closed or unknown one is no target."""
    night = Night()
    night.units("v1")
    into = night.filed()
    incident, (task,) = night.dispatched("v1", minor=True)
    assert night.refusal(cmd.MergeIncident(incident=incident, into=incident, reason="same"), OPERATOR) == "merge_target_wrong"
    assert night.refusal(cmd.MergeIncident(incident=incident, into="371602-i999", reason="same"), OPERATOR) == "merge_target_wrong"
    events = night.do(cmd.MergeIncident(incident=incident, into=into, reason="same"), OPERATOR)
    assert "AssignmentRecalled" in names(events)
    assert night.state.assignments[task].state is A.RECALLED
    assert night.state.incidents[into].minor
    assert night.state.incidents[into].merged == (incident,)
    assert night.state.incidents[incident].state is S.MERGED


@pytest.mark.parametrize("flag", ["minor", "incapable"])
def test_a_minor_or_somebody_incapable_cannot_be_closed_as_refused(flag: str) -> None:
    """Help is voluntary only for those who can decide."""
    night = Night()
    incident, task = in_progress(night, **{flag: True})
    body = cmd.ReportDisposition(incident=incident, disposition=Disposition.REFUSED, assignment=task)
    assert night.refusal(body, responder("v1")) == "minor_cannot_refuse"
    night.do(cmd.ReportDisposition(incident=incident, disposition=Disposition.SHELTERED, assignment=task), responder("v1"))


@pytest.mark.parametrize("disposition", [Disposition.REFUSED, Disposition.NOT_FOUND])
def test_refused_and_not_found_are_visited_again(disposition: Disposition) -> None:
    """12 h later a new incident is there by itself, with source revisit, tied to the first."""
    night = Night()
    incident = fed_back(night, disposition)
    night.wait(12 * HOUR_MS - 1)
    assert night.state.incidents[incident].revisit is None
    night.wait(1)
    revisit = night.state.incidents[incident].revisit
    assert revisit is not None
    opened = night.state.incidents[revisit]
    assert (opened.source, opened.revisit_of, opened.state) == (Source.REVISIT, incident, S.REPORTED)


def test_sheltered_is_not_visited_again() -> None:
    """Only REFUSED and NOT_FOUND are."""
    night = Night()
    incident = fed_back(night, Disposition.SHELTERED)
    night.wait(20 * HOUR_MS)
    assert night.state.incidents[incident].revisit is None


def test_whoever_handled_it_does_not_verify_it() -> None:
    """Neither an account that fed back nor the phone of a unit that was there; anybody else may, and failing goes back to FILED."""
    night = Night()
    incident = fed_back(night)
    same_person = Actor(account="acc-v1", role=Role.VERIFIER, area=COUNTY)
    same_unit = Actor(account="other", role=Role.VERIFIER, area=COUNTY, unit="v1")
    same_desk = Actor(account="op", role=Role.VERIFIER, area=COUNTY)
    for actor in (same_person, same_unit, same_desk):
        assert night.refusal(cmd.VerifyIncident(incident=incident, accepted=True), actor) == "handled_it"
    night.do(cmd.VerifyIncident(incident=incident, accepted=False, note="nobody there"), VERIFIER)
    assert night.state.incidents[incident].state is S.FILED
    assert not night.state.incidents[incident].limit_stopped


def test_verification_and_closing_are_asked_for_within_a_day() -> None:
    """24 h each; then the supervisor is told."""
    night = Night()
    incident = fed_back(night)
    assert e.IncidentEscalated(incident=incident, clock=Clock.VERIFY) in night.wait(24 * HOUR_MS)
    night.do(cmd.VerifyIncident(incident=incident, accepted=True), VERIFIER)
    assert e.IncidentEscalated(incident=incident, clock=Clock.CLOSE) in night.wait(24 * HOUR_MS)


def test_reopening_needs_the_supervisor_and_starts_a_new_limit() -> None:
    """CLOSED → FILED; the old helpers do not count for the new call."""
    night = Night()
    incident = fed_back(night)
    night.do(cmd.VerifyIncident(incident=incident, accepted=True), VERIFIER)
    night.do(cmd.CloseIncident(incident=incident), OPERATOR)
    assert night.refusal(cmd.ReopenIncident(incident=incident, reason="again"), OPERATOR) == "not_your_role"
    night.do(cmd.ReopenIncident(incident=incident, reason="again"), SUPERVISOR)
    known = night.state.incidents[incident]
    assert known.state is S.FILED
    assert known.limit.due_at_ms == night.now_ms + 24 * HOUR_MS
    night.do(cmd.DispatchIncident(incident=incident, candidates=()), OPERATOR)
    assert not night.state.incidents[incident].filled


def test_what_the_limit_counts_is_a_recorded_policy() -> None:
    """Counting to the first on the scene, it stops there; counting to the feedback, it goes on."""
    for counts, stopped in ((LimitCounts.ON_SCENE, True), (LimitCounts.RESOLVED, False)):
        night = Night()
        night.state = State(COUNTY, timers=Timers(limit_counts=counts))
        incident, _ = in_progress(night)
        assert night.state.incidents[incident].limit_stopped is stopped


def test_the_same_reference_of_one_source_is_no_second_incident() -> None:
    """A case feed that tells again is noted on the open incident; after its end it is a new one."""
    night = Night()
    body = cmd.ReportIncident(source=Source.CASE_FEED, place=SQUARE, reference="case-9")
    incident = night.do(body, SYSTEM)[0].incident
    assert names(night.do(body, SYSTEM)) == ["IncidentReportedAgain"]
    night.do(cmd.CancelIncident(incident=incident, reason="over"), OPERATOR)
    assert names(night.do(body, SYSTEM)) == ["IncidentReported"]


def test_an_action_is_bound_to_the_version_that_was_seen() -> None:
    """If it changed in between, it is asked once more."""
    night = Night()
    incident = night.reported()
    version = night.state.incidents[incident].version
    night.do(cmd.ChangeUrgency(incident=incident, urgency=Urgency.VERY_URGENT, reason="child"), OPERATOR)
    assert night.refusal(cmd.ReceiveIncident(incident=incident, expected_version=version), OPERATOR) == "changed_since"
    night.do(cmd.ReceiveIncident(incident=incident, expected_version=version + 1), OPERATOR)


def test_a_place_elsewhere_is_refused() -> None:
    """Not on the ground, or of another jurisdiction."""
    night = Night()
    for place in (
        Place(lat_wgs84=137.0, lon_wgs84=117.0, area="371602001"),
        Place(lat_wgs84=float("nan"), lon_wgs84=117.0, area="371602001"),
        Place(lat_wgs84=37.0, lon_wgs84=117.0, area="371603001"),
        Place(lat_wgs84=37.0, lon_wgs84=117.0, area=""),
    ):
        assert night.refusal(cmd.ReportIncident(source=Source.PUBLIC, place=place), SYSTEM) == "place_wrong"


def test_numbers_count_the_day_of_the_city() -> None:
    """BZ with the county, month and day in UTC+8, and a counter that begins again at midnight there."""
    night = Night()
    first, second = night.reported(), night.reported()
    assert [night.state.incidents[key].number for key in (first, second)] == ["BZ02-0118-001", "BZ02-0118-002"]
    night.wait(2 * HOUR_MS)
    assert night.state.incidents[night.reported()].number == "BZ02-0119-001"


def test_the_timeline_keeps_the_newest_sixty_lines() -> None:
    """And nothing personal: only codes, identifiers and figures."""
    night = Night()
    incident = night.reported(description=Sealed(key="k", box="secret"))
    for _ in range(70):
        night.do(cmd.AddNote(incident=incident, note=Sealed(key="k", box="secret")), OPERATOR)
    timeline = night.state.incidents[incident].timeline
    assert len(timeline) == 60
    assert timeline[-1].sequence == night.state.sequence
    assert all("secret" not in str(line.facts) for line in timeline)


def test_opening_evidence_is_an_event_with_its_reason() -> None:
    """SUP and the verifier only."""
    night = Night()
    incident = night.reported()
    body = cmd.OpenEvidence(incident=incident, what="picture:1", reason="identify")
    assert night.refusal(body, OPERATOR) == "not_your_role"
    assert names(night.do(body, SUPERVISOR)) == ["EvidenceOpened"]


def test_closing_clears_a_task_that_nobody_cleared() -> None:
    """No unit stays committed to a case that is over."""
    night = Night()
    incident, task = in_progress(night)
    night.do(cmd.ReportDisposition(incident=incident, disposition=Disposition.RETURNED_HOME, assignment=task), responder("v1"))
    night.do(cmd.VerifyIncident(incident=incident, accepted=True), VERIFIER)
    night.do(cmd.CloseIncident(incident=incident), OPERATOR)
    assert night.state.assignments[task].state is A.CLEARED
    assert night.state.units["v1"].assignment is None
