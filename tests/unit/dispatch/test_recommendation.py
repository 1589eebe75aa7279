"""Whom to ask, why, and what is short."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from contracts.documents import UnitDocument
from contracts.terms import Shortfall, Skill, UnitKind, UnitState
from contracts.values import ShortfallCount
from dispatch.recommend import UnitFacts, rank
from tests.unit.dispatch.night import HOUR_MS, MINUTE_MS, SQUARE, START_MS


def facts(unit: str, metres: float | None = 300, age_ms: int = 0, **more: Any) -> UnitFacts:
    """A volunteer so many metres north of the square."""
    given_fields: dict[str, Any] = {
        "kind": UnitKind.VOLUNTEER, "state": UnitState.AVAILABLE, "skills": (), "rest_until_ms": None, "load_h": 0.0, "acceptance": None,
        "lost_contact": False, **more,
    }
    document = UnitDocument(
        id=unit, jurisdiction="371602", version=1, area="371602001", label="", name=None, phone=None, point=None, incident=None,
        assignment=None,
        queued=(), duty_since_ms=None, stale_location=False, sos_at_ms=None, simulated=False, **given_fields,
    )
    if metres is None:
        return UnitFacts(unit=document)
    return UnitFacts(
        unit=document, lat_wgs84=SQUARE.lat_wgs84 + metres / 111_195, lon_wgs84=SQUARE.lon_wgs84, fix_at_ms=START_MS - age_ms
    )


def ranked(*given_facts: UnitFacts, k: int = 3, **more: Any) -> list[str]:
    """The units in their order."""
    candidates, _ = rank(SQUARE, more.pop("needs", ()), given_facts, START_MS, k=k, **more)
    return [candidate.unit for candidate in candidates]


def test_the_nearest_come_first_and_say_so() -> None:
    """Rank 1 is the nearest when nothing else differs; distance and ETA stand beside it."""
    candidates, shortfalls = rank(SQUARE, (), [facts("far", 900), facts("near", 100), facts("mid", 500)], START_MS, k=3)
    assert [candidate.unit for candidate in candidates] == ["near", "mid", "far"]
    assert [candidate.rank for candidate in candidates] == [1, 2, 3]
    assert "nearest" in candidates[0].reasons
    assert candidates[0].distance_m == 100
    assert candidates[0].eta_s is not None
    assert shortfalls == ()


def test_load_stale_locations_and_seldom_acceptance_rank_lower_but_hide_nobody() -> None:
    """The drawbacks are named."""
    order = ranked(
        facts("tired", load_h=5.0), facts("stale", age_ms=HOUR_MS), facts("seldom", acceptance=0.1), facts("good", acceptance=0.9), k=4
    )
    assert order[0] == "good"
    assert set(order) == {"tired", "stale", "seldom", "good"}
    candidates, _ = rank(SQUARE, (), [facts("stale", age_ms=HOUR_MS)], START_MS, k=1)
    assert "location_stale" in candidates[0].reasons
    assert candidates[0].location_age_s == 3600


def test_what_is_short_is_counted_by_reason() -> None:
    """Only when too few were found."""
    given_facts = [
        facts("ok"), facts("off", state=UnitState.OFF_DUTY), facts("busy", state=UnitState.COMMITTED),
        facts("break", state=UnitState.ON_BREAK),
        facts("rests", rest_until_ms=START_MS + MINUTE_MS), facts("far", 1500), facts("nowhere", None), facts("silent", age_ms=3 * HOUR_MS),
    ]
    candidates, shortfalls = rank(SQUARE, (), given_facts, START_MS, k=3, radius_m=1000)
    assert [candidate.unit for candidate in candidates] == ["ok"]
    assert set(shortfalls) == {
        ShortfallCount(reason=Shortfall.OFF_DUTY, count=1), ShortfallCount(reason=Shortfall.BUSY, count=1),
        ShortfallCount(reason=Shortfall.RESTING, count=2), ShortfallCount(reason=Shortfall.OUTSIDE_RADIUS, count=1),
        ShortfallCount(reason=Shortfall.LOCATION_STALE, count=2),
    }
    assert rank(SQUARE, (), given_facts, START_MS, k=1, radius_m=1000)[1] == ()


def test_a_needed_skill_is_needed() -> None:
    """Nearer without it does not help."""
    needs = (Skill.MEDICAL,)
    candidates, shortfalls = rank(SQUARE, needs, [facts("near", 10), facts("medic", 800, skills=(Skill.MEDICAL,))], START_MS, k=2)
    assert [candidate.unit for candidate in candidates] == ["medic"]
    assert "has_skill" in candidates[0].reasons
    assert shortfalls == (ShortfallCount(reason=Shortfall.NO_SKILL, count=1),)


def test_who_was_asked_before_and_other_kinds_are_passed_over() -> None:
    """They are no shortfall either."""
    given_facts = [facts("asked"), facts("car", kind=UnitKind.VEHICLE), facts("new")]
    assert ranked(*given_facts, asked_before=frozenset({"asked"}), kinds=frozenset({UnitKind.VOLUNTEER})) == ["new"]


def test_a_vehicle_without_a_radius_is_ranked_by_its_driving_time() -> None:
    """A car three kilometres away is there before a walker two kilometres away."""
    assert ranked(facts("walker", 2000), facts("car", 3000, kind=UnitKind.VEHICLE)) == ["car", "walker"]


@given(
    st.lists(
        st.tuples(st.integers(min_value=0, max_value=5000), st.sampled_from(UnitState), st.floats(min_value=0, max_value=24)), max_size=20
    ),
    st.integers(min_value=1, max_value=6),
)
def test_ranking_is_stable_whatever_the_order_it_is_given(given_units: list[tuple[int, UnitState, float]], k: int) -> None:
    """Same facts, same answer; never more than k; everybody is either a candidate, left out with a reason, or beyond k."""
    given_facts = [facts(f"u{n}", metres, state=state, load_h=load_h) for n, (metres, state, load_h) in enumerate(given_units)]
    forward = rank(SQUARE, (), given_facts, START_MS, k=k, radius_m=3000)
    backward = rank(SQUARE, (), list(reversed(given_facts)), START_MS, k=k, radius_m=3000)
    assert forward == backward
    candidates, shortfalls = forward
    assert len(candidates) <= k
    assert [candidate.score for candidate in candidates] == sorted((candidate.score for candidate in candidates), reverse=True)
    if len(candidates) < k:
        assert len(candidates) + sum(shortfall.count for shortfall in shortfalls) == len(given_facts)
