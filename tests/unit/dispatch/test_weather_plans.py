"""Warnings and plans: at most one per hazard, the highest; a reversal changes only what starts later."""

from typing import Any

import msgspec
import pytest

from contracts import commands as cmd
from contracts import events as e
from contracts.effects import CallUp, FindWave
from contracts.observations import WeatherWarning
from contracts.terms import Asked, Disposition, Hazard, IncidentState, Skill, Source, Urgency, WarningKind, WarningLevel
from contracts.terms import AssignmentState as A
from contracts.values import PlanSettings
from dispatch import owed
from dispatch.weather.decide import DISPATCHED_AT_ONCE
from dispatch.weather.settings import settings_in_force
from tests.unit.dispatch.night import ADMIN, HOUR_MS, MINUTE_MS, OPERATOR, SECOND_MS, SQUARE, SUPERVISOR, SYSTEM, Night, names

L = WarningLevel


def warning(night: Night, identifier: str = "w1", level: WarningLevel = L.ORANGE, **more: Any) -> cmd.ApplyWarning:
    """A warning of now, for six hours."""
    given: dict[str, Any] = {
        "kind": WarningKind.ALERT, "hazard": Hazard.COLD_WAVE, "headline": "cold wave", "effective_at_ms": night.now_ms,
        "expires_at_ms": night.now_ms + 6 * HOUR_MS,
    }
    return cmd.ApplyWarning(
        warning=WeatherWarning(identifier=identifier, sender="s", level=level, sent_at_ms=night.now_ms, **{**given, **more})
    )


def cold_night(**orange: Any) -> Night:
    """Plans for yellow and orange cold waves and for ice."""
    night = Night()
    night.point("p1")
    night.point("p2")
    orange = {"urgency_uplift": 1, "patrol_cadence_min": 20, "open_points": ("p1",), "offer_radii_m": (1500, 4000), **orange}
    plans = (
        night.plan(L.YELLOW, patrol_cadence_min=40, dwell_threshold_s=300),
        night.plan(L.ORANGE, **orange),
        night.plan(L.BLUE, Hazard.ICY_ROAD, patrol_cadence_min=50, dwell_threshold_s=240, open_points=("p1", "p2")),
    )
    night.do(cmd.ConfigurePlans(plans=plans), ADMIN)
    return night


def active(night: Night) -> dict[str, str]:
    """Hazard → plan."""
    return {hazard: found.active.plan for hazard, found in night.state.in_force.items()}


def test_a_warning_activates_its_plan_and_expiry_reverts_all_of_it() -> None:
    """Settings, rescue points; each with the warning's identifier."""
    night = cold_night()
    (_, activated) = night.do(warning(night), SYSTEM)
    assert (activated.plan, activated.warning, activated.opened) == ("cold_wave-orange", "w1", ("p1",))
    assert settings_in_force(night.state).patrol_cadence_min == 20
    assert night.state.points["p1"].open
    happened = night.wait(6 * HOUR_MS)
    (reverted,) = [event for event in happened if isinstance(event, e.PlanReverted)]
    assert (reverted.warning, reverted.closed) == ("w1", ("p1",))
    assert settings_in_force(night.state) == PlanSettings()
    assert not night.state.points["p1"].open


def test_the_highest_level_of_a_hazard_is_active_and_falls_back() -> None:
    """Orange over yellow; when orange is cancelled, yellow holds again; red without a plan is at least orange."""
    night = cold_night()
    night.do(warning(night, "w1", L.YELLOW), SYSTEM)
    night.do(warning(night, "w2", L.RED), SYSTEM)
    assert active(night) == {"cold_wave": "cold_wave-orange"}
    events = night.do(warning(night, "w3", L.RED, kind=WarningKind.CANCEL, references=("w2",)), SYSTEM)
    assert names(events) == ["WarningEnded", "PlanChanged"]
    assert active(night) == {"cold_wave": "cold_wave-yellow"}


def test_the_strictest_parameters_over_all_plans_hold() -> None:
    """Each parameter by itself; points stay open as long as one plan wants them."""
    night = cold_night()
    night.do(warning(night), SYSTEM)
    night.do(warning(night, "ice", L.BLUE, hazard=Hazard.ICY_ROAD, expires_at_ms=night.now_ms + 8 * HOUR_MS), SYSTEM)
    settings = settings_in_force(night.state)
    assert (settings.patrol_cadence_min, settings.dwell_threshold_s, settings.urgency_uplift) == (20, 240, 1)
    night.wait(6 * HOUR_MS)
    assert night.state.points["p1"].open
    night.wait(2 * HOUR_MS)
    assert not night.state.points["p1"].open


def test_an_update_replaces_what_it_refers_to() -> None:
    """No moment without a plan in between."""
    night = cold_night()
    night.do(warning(night, "w1", L.ORANGE), SYSTEM)
    events = night.do(warning(night, "w2", L.YELLOW, kind=WarningKind.UPDATE, references=("w1",)), SYSTEM)
    assert names(events) == ["WarningEnded", "WarningNoted", "PlanChanged"]
    assert set(night.state.warnings) == {"w2"}
    assert night.do(warning(night, "w2", L.YELLOW, kind=WarningKind.UPDATE, references=("w1",)), SYSTEM) == ()


def test_a_warning_sent_ahead_takes_effect_at_its_time() -> None:
    """Not before."""
    night = cold_night()
    night.do(warning(night, effective_at_ms=night.now_ms + HOUR_MS), SYSTEM)
    night.wait(HOUR_MS - 1)
    assert active(night) == {}
    night.wait(1)
    assert active(night) == {"cold_wave": "cold_wave-orange"}


def test_a_reversal_changes_only_what_starts_later() -> None:
    """Clocks set under the plan stay; a new incident has the everyday ones."""
    night = cold_night()
    night.do(warning(night), SYSTEM)
    uplifted = night.reported(Urgency.URGENT)
    known = night.state.incidents[uplifted]
    assert (known.urgency, known.uplifted_from) == (Urgency.VERY_URGENT, Urgency.URGENT)
    night.do(warning(night, "w2", kind=WarningKind.CANCEL, references=("w1",)), SYSTEM)
    assert night.state.incidents[uplifted].limit.due_at_ms == known.limit.due_at_ms
    assert night.state.incidents[night.reported(Urgency.URGENT)].urgency is Urgency.URGENT


def test_a_re_visit_comes_after_two_hours_under_a_plan() -> None:
    """And stays at two hours when the plan ends in between."""
    night = cold_night()
    night.units("v1")
    night.do(warning(night), SYSTEM)
    incident, (task,) = night.dispatched("v1")
    night.answer(task)
    night.move(task, A.EN_ROUTE, A.ON_SCENE, A.NOT_FOUND)
    night.do(cmd.ReportDisposition(incident=incident, disposition=Disposition.NOT_FOUND), OPERATOR)
    night.do(warning(night, "w2", kind=WarningKind.CANCEL, references=("w1",)), SYSTEM)
    night.wait(2 * HOUR_MS)
    assert night.state.incidents[incident].revisit is not None


def test_a_plan_with_automatic_dispatch_does_not_wait_for_the_button() -> None:
    """Filing under it dispatches in the same commit and owes the first wave with the plan's radius."""
    night = cold_night(auto_dispatch=True)
    night.do(warning(night), SYSTEM)
    incident = night.filed()
    known = night.state.incidents[incident]
    assert known.state is IncidentState.DISPATCHED
    wave = owed(night.state)[known.finding or ""]
    assert (wave.wave, wave.radius_m) == (1, 1500)  # type: ignore[union-attr]


def test_activation_calls_for_help_for_all_that_waits() -> None:
    """What was filed before, the most urgent first; what nobody has received yet still waits for a person."""
    night = cold_night(auto_dispatch=True)
    waiting = [night.filed(urgency) for urgency in (Urgency.ROUTINE, Urgency.VERY_URGENT, Urgency.URGENT)]
    reported = night.reported()
    events = night.do(warning(night), SYSTEM)
    dispatched = [event.incident for event in events if isinstance(event, e.IncidentDispatched)]
    assert dispatched == [waiting[1], waiting[2], waiting[0]]
    searches = [effect for effect in owed(night.state).values() if isinstance(effect, FindWave)]
    assert {search.incident for search in searches} == set(waiting)
    assert {(search.wave, search.radius_m) for search in searches} == {(1, 1500)}
    assert night.state.incidents[reported].state is IncidentState.REPORTED
    assert night.do(warning(night, "w2"), SYSTEM) != ()
    assert len([effect for effect in owed(night.state).values() if isinstance(effect, FindWave)]) == 3


def test_what_one_commit_cannot_dispatch_follows_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest first; the others when half of their time for dispatching is over."""
    monkeypatch.setattr("dispatch.weather.decide.DISPATCHED_AT_ONCE", 2)
    night = cold_night(auto_dispatch=True)
    waiting = []
    for _ in range(3):
        waiting.append(night.filed())
        night.wait(SECOND_MS)
    night.do(warning(night), SYSTEM)
    states = [night.state.incidents[incident].state for incident in waiting]
    assert states == [IncidentState.DISPATCHED, IncidentState.DISPATCHED, IncidentState.FILED]
    night.wait(8 * MINUTE_MS)
    assert night.state.incidents[waiting[2]].state is IncidentState.DISPATCHED


def test_a_case_that_found_nobody_is_not_dispatched_again_by_the_clock() -> None:
    """All waves are over: that is for a supervisor to settle, not for the plan to repeat."""
    night = cold_night(auto_dispatch=True)
    night.do(warning(night), SYSTEM)
    incident = night.filed()
    for _ in range(3):
        search = night.state.incidents[incident].finding
        assert search is not None
        wave = owed(night.state)[search]
        assert isinstance(wave, FindWave)
        night.do(cmd.OfferWave(incident=incident, effect=search, wave=wave.wave, candidates=()), SYSTEM)
    assert night.state.incidents[incident].state is IncidentState.FILED
    night.wait(20 * MINUTE_MS)
    assert night.state.incidents[incident].state is IncidentState.FILED
    assert night.asked(incident) is Asked.PHONE_SUPERVISOR


def test_five_hundred_that_wait_fit_into_one_commit() -> None:
    """With long names of places and needs, well below what the broker takes."""
    night = cold_night(auto_dispatch=True)
    place = msgspec.structs.replace(SQUARE, name="渤海十一路与黄河五路交叉口东南角过街天桥下桥墩北侧" * 2)
    for _ in range(DISPATCHED_AT_ONCE):
        events = night.do(cmd.ReportIncident(source=Source.HOTLINE, place=place, urgency=Urgency.URGENT), OPERATOR)
        night.do(cmd.ReceiveIncident(incident=events[0].incident), OPERATOR)
        night.do(cmd.FileIncident(incident=events[0].incident, needs=tuple(Skill)), OPERATOR)
    night.do(warning(night), SYSTEM)
    assert sum(isinstance(effect, FindWave) for effect in owed(night.state).values()) == DISPATCHED_AT_ONCE
    assert len(night.records[-1]) < 600 * 1024


def test_a_supervisor_activates_and_ends_a_plan_by_hand() -> None:
    """By hand it ends at its time; ended by hand it stays so until the next warning of the hazard."""
    night = cold_night()
    body = cmd.OverridePlan(plan="cold_wave-yellow", active=True, reason="frost on the bridge", expires_at_ms=night.now_ms + HOUR_MS)
    assert night.refusal(body, OPERATOR) == "not_your_role"
    night.do(body, SUPERVISOR)
    assert active(night) == {"cold_wave": "cold_wave-yellow"}
    night.wait(HOUR_MS)
    assert active(night) == {}
    night.do(warning(night), SYSTEM)
    night.do(cmd.OverridePlan(plan="cold_wave-orange", active=False, reason="false alarm"), SUPERVISOR)
    assert active(night) == {}
    night.do(warning(night, "w2"), SYSTEM)
    assert active(night) == {"cold_wave": "cold_wave-orange"}


def test_a_call_up_is_owed_once_and_only_for_more() -> None:
    """Activation calls up; the same plan under a new warning does not again."""
    night = cold_night(call_up=20, message="please come")
    night.do(warning(night), SYSTEM)
    night.do(warning(night, "w2"), SYSTEM)
    calls = [effect for effect in owed(night.state).values() if isinstance(effect, CallUp)]
    assert [(call.wanted, call.message) for call in calls] == [(20, "please come")]
    night.do(cmd.RecordEffect(effect=calls[0].effect, done=True, detail="18 told"), SYSTEM)
    assert owed(night.state) == {}


def test_a_cancellation_of_nothing_and_a_warning_that_is_over_are_refused() -> None:
    """With codes of their own."""
    night = cold_night()
    assert night.refusal(warning(night, kind=WarningKind.CANCEL), SYSTEM) == "unknown_warning"
    night.now_ms += MINUTE_MS
    assert night.refusal(warning(night, expires_at_ms=night.now_ms), SYSTEM) == "warning_over"


def test_the_plans_of_a_hazard_do_not_touch_offers_that_are_out() -> None:
    """A wave that runs keeps its radius; the next one has the new one."""
    night = cold_night()
    night.units("v1")
    incident, _ = night.dispatched("v1")
    night.do(warning(night), SYSTEM)
    wave = night.state.incidents[incident].wave
    assert wave is not None
    assert wave.radius_m == 1000
    night.wait(2 * MINUTE_MS)
    (search,) = owed(night.state).keys() - {f"{task}:offer" for task in night.state.assignments}
    assert owed(night.state)[search].radius_m == 4000  # type: ignore[union-attr]


def test_settings_of_a_plan_out_of_range_are_refused_whole() -> None:
    """With the name of the setting; what was configured before stays."""
    night = cold_night()
    for wrong in ({"revisit_h": 0}, {"urgency_uplift": 9}, {"offer_radii_m": (3000, 1000)}, {"dwell_threshold_s": -1}):
        assert night.refusal(cmd.ConfigurePlans(plans=(night.plan(**wrong),)), ADMIN) == "settings_wrong"
    assert len(night.state.plans) == 3


def test_configuring_plans_during_a_warning_takes_effect_at_once() -> None:
    """The plan in force follows its new settings."""
    night = cold_night()
    night.do(warning(night), SYSTEM)
    events = night.do(cmd.ConfigurePlans(plans=(night.plan(L.ORANGE, patrol_cadence_min=5),)), ADMIN)
    assert names(events) == ["PlansConfigured", "PlanChanged"]
    assert settings_in_force(night.state).patrol_cadence_min == 5
    assert not night.state.points["p1"].open
