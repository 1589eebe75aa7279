"""Many incidents ask at once: nobody is given twice, and nothing else would have been better for all together."""

import itertools
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.documents import UnitDocument
from contracts.registry_entries import UnitEntry
from contracts.terms import Shortfall, Skill, UnitKind, UnitState, Urgency
from contracts.values import Candidate, Place, ShortfallCount
from dispatch import State
from dispatch.recommend.asks import Ask, slots_of
from dispatch.recommend.batch import BETTER_ELSEWHERE, Share, share_out
from dispatch.recommend.force import Fix, force_of
from dispatch.recommend.rank import UnitFacts, rank
from dispatch.unit.documents import unit_document
from dispatch.unit.entity import Unit
from tests.unit.dispatch.night import HOUR_MS, SQUARE, START_MS

ON_FOOT = frozenset({UnitKind.VOLUNTEER, UnitKind.PATROL})
STATE = State("371602")
_METRES_PER_DEGREE = 111_195


def at(north_m: float, east_m: float = 0.0) -> Place:
    """A place so far from the square."""
    lat = SQUARE.lat_wgs84 + north_m / _METRES_PER_DEGREE
    return msgspec.structs.replace(SQUARE, lat_wgs84=lat, lon_wgs84=SQUARE.lon_wgs84 + east_m / 88_000)


def ask(key: str, north_m: float = 0.0, **more: Any) -> Ask:
    """One unit for an incident, from anywhere within three kilometres."""
    fields: dict[str, Any] = {"urgency": Urgency.URGENT, "wanted": 1, "open_slots": 1, "kinds": ON_FOOT, "radius_m": 3_000, **more}
    return Ask(key=key, place=at(north_m, fields.pop("east_m", 0.0)), **fields)


def unit(name: str, *, kind: UnitKind = UnitKind.VOLUNTEER, skills: tuple[Skill, ...] = (), **more: Any) -> Unit:
    """Somebody on duty."""
    entry = UnitEntry(unit=name, kind=kind, area="371602001", skills=skills)
    return Unit(entry=entry, version=1, **{"duty": UnitState.AVAILABLE, **more})


def north(**metres: float) -> dict[str, Fix]:
    """Fresh fixes so far north of the square."""
    return {name: (START_MS, at(north_m).lat_wgs84, SQUARE.lon_wgs84) for name, north_m in metres.items()}


def shared(asks: Sequence[Ask], units: Sequence[Unit], fixes: dict[str, Fix], **more: Any) -> dict[str, Share]:
    """The shares."""
    return share_out(asks, force_of(units, fixes, START_MS), **more)


def own(share: Share) -> list[str]:
    """Whom an ask was given for itself."""
    return [candidate.unit for candidate in share.candidates[: share.given]]


def test_two_incidents_do_not_compete_for_the_same_volunteer() -> None:
    """One by one the first would take the only one whom the second could have."""
    asks = [ask("first", radius_m=1_000), ask("second", 400, radius_m=500)]
    shares = shared(asks, [unit("between"), unit("behind")], north(between=100, behind=-300))
    assert {key: own(share) for key, share in shares.items()} == {"first": ["behind"], "second": ["between"]}
    assert BETTER_ELSEWHERE in shares["first"].candidates[0].reasons
    assert BETTER_ELSEWHERE not in shares["second"].candidates[0].reasons
    assert all(share.shortfalls == () for share in shares.values())


def test_a_cluster_that_is_larger_than_what_each_looks_at_first_is_served_whole() -> None:
    """Sixty incidents at one spot all have the same eight nearest; everybody is served all the same."""
    asks = [ask(f"i{number:02}") for number in range(60)]
    units = [unit(f"u{number:02}") for number in range(60)]
    fixes = north(**{f"u{number:02}": 20.0 * number for number in range(60)})
    shares = shared(asks, units, fixes)
    assert sorted(name for share in shares.values() for name in own(share)) == [f"u{number:02}" for number in range(60)]


def test_who_is_most_urgent_is_served_when_there_are_too_few() -> None:
    """The others go without, and are told that whoever is near is given to others."""
    asks = [ask("a", urgency=Urgency.ROUTINE), ask("b", 900, urgency=Urgency.VERY_URGENT), ask("c", 10)]
    shares = shared(asks, [unit("u")], north(u=0))
    assert {key: own(share) for key, share in shares.items()} == {"a": [], "b": ["u"], "c": []}
    for key in ("a", "c"):
        assert shares[key].candidates == ()
        assert shares[key].shortfalls == (ShortfallCount(reason=Shortfall.BUSY, count=1),)


def test_everybody_gets_one_before_anybody_gets_three() -> None:
    """And the quota comes before those who are only asked so that somebody accepts."""
    asks = [ask("greedy", wanted=3), ask("needs_two", wanted=3, open_slots=2), ask("modest", 2_000, wanted=1)]
    shares = shared(asks, [unit(f"u{number}") for number in range(4)], north(u0=0, u1=0, u2=0, u3=0))
    assert {key: share.given for key, share in shares.items()} == {"greedy": 1, "needs_two": 2, "modest": 1}


def test_a_point_that_is_asked_beside_takes_nobody_from_others() -> None:
    """What is asked for in addition comes last, however urgent."""
    asks = [ask("beside", urgency=Urgency.VERY_URGENT, beside=True), ask("alone", 2_000, urgency=Urgency.ROUTINE)]
    assert own(shared(asks, [unit("u")], north(u=0))["alone"]) == ["u"]


def test_what_is_short_is_counted_by_reason() -> None:
    """As for one incident alone; those of another township who are off duty are not near."""
    units = [
        unit("off", duty=UnitState.OFF_DUTY), unit("busy", assignment="a", committed=True), unit("break", duty=UnitState.ON_BREAK),
        unit("rests", rest_until_ms=START_MS + 1), unit("far"), unit("nowhere"), unit("silent"), unit("car", kind=UnitKind.VEHICLE),
        unit("broken", duty=UnitState.OUT_OF_SERVICE), unit("asked"), unit("ok", skills=(Skill.MEDICAL,)),
    ]  # fmt: skip
    fixes = north(busy=10, rests=10, far=1_500, silent=10, car=10, asked=10, ok=10) | {"break": north(x=20)["x"]}
    fixes["silent"] = (START_MS - 3 * HOUR_MS, *fixes["silent"][1:])
    share = shared([ask("i", wanted=2, radius_m=1_000, asked_before=("asked",))], units, fixes)["i"]
    assert own(share) == ["ok"]
    assert set(share.shortfalls) == {
        ShortfallCount(reason=Shortfall.OFF_DUTY, count=1), ShortfallCount(reason=Shortfall.BUSY, count=1),
        ShortfallCount(reason=Shortfall.RESTING, count=2), ShortfallCount(reason=Shortfall.OUTSIDE_RADIUS, count=1),
        ShortfallCount(reason=Shortfall.LOCATION_STALE, count=2),
    }  # fmt: skip


def test_a_vehicle_that_nobody_can_see_is_called_when_there_is_no_radius() -> None:
    """It counts as half an hour away, so one that is seen near goes first."""
    asks = [ask("i", radius_m=None, kinds=frozenset({UnitKind.VEHICLE})), ask("j", 50, radius_m=None, kinds=frozenset({UnitKind.VEHICLE}))]
    cars = [unit("seen", kind=UnitKind.VEHICLE), unit("unseen", kind=UnitKind.VEHICLE)]
    shares = shared(asks, cars, north(seen=60))
    assert {key: own(share) for key, share in shares.items()} == {"i": ["unseen"], "j": ["seen"]}
    assert shares["i"].candidates[0].distance_m is None
    assert shares["i"].candidates[0].eta_s == 1_800


def test_without_units_or_asks_there_is_nothing_to_share() -> None:
    """Neither is an error."""
    assert shared([], [unit("u")], {}) == {}
    assert shared([ask("i")], [], {})["i"] == Share(candidates=(), given=0)


# --- whatever is asked ----------------------------------------------------------------------------------------------

_metres = st.integers(min_value=-1_500, max_value=1_500)
_units = st.lists(
    st.tuples(
        _metres, _metres, st.sampled_from([UnitKind.VOLUNTEER, UnitKind.VOLUNTEER, UnitKind.PATROL, UnitKind.VEHICLE, UnitKind.POINT]),
        st.sampled_from([UnitState.AVAILABLE, UnitState.AVAILABLE, UnitState.ON_PATROL, UnitState.ON_BREAK, UnitState.OFF_DUTY]),
        st.sampled_from([0.0, 0.0, 1.5, 6.0]), st.booleans(), st.integers(min_value=0, max_value=9_000),
    ),
    max_size=4,
)  # fmt: skip
_asks = st.lists(
    st.tuples(
        _metres, _metres, st.sampled_from(Urgency), st.integers(min_value=1, max_value=3), st.integers(min_value=1, max_value=2),
        st.sampled_from([ON_FOOT, ON_FOOT, frozenset({UnitKind.VEHICLE}), ON_FOOT | {UnitKind.POINT}]), st.booleans(),
        st.sampled_from([None, 300, 1_000, 2_500]), st.lists(st.integers(min_value=0, max_value=3), max_size=2), st.booleans(),
    ),
    min_size=1, max_size=3,
)  # fmt: skip


def drawn(
    units: list[tuple[Any, ...]], asks: list[tuple[Any, ...]]
) -> tuple[list[Unit], dict[str, Fix], list[Ask]]:
    """What Hypothesis drew, as units, fixes and asks."""
    people = [
        unit(f"u{number}", kind=kind, duty=duty, load_h=load_h, skills=(Skill.MEDICAL,) if medical else ())
        for number, (_, _, kind, duty, load_h, medical, _) in enumerate(units)
    ]
    fixes = {
        f"u{number}": (START_MS - age_s * 1000, at(*metres).lat_wgs84, at(*metres).lon_wgs84)
        for number, (*metres, _, _, _, _, age_s) in enumerate(units)
    }
    wishes = [
        ask(
            f"i{number}", north_m, east_m=east_m, urgency=urgency, wanted=wanted, open_slots=min(wanted, slots), kinds=kinds,
            radius_m=radius_m, needs=(Skill.MEDICAL,) if medical else (), asked_before=tuple(f"u{one}" for one in before), beside=beside,
        )
        for number, (north_m, east_m, urgency, wanted, slots, kinds, medical, radius_m, before, beside) in enumerate(asks)
    ]  # fmt: skip
    return people, fixes, wishes


def ranked(wish: Ask, people: Sequence[Unit], fixes: dict[str, Fix], without: frozenset[str] = frozenset()) -> dict[str, Candidate]:
    """Everybody whom this ask could have, by the rules for one incident."""
    facts = []
    for one in people:
        known = unit_document(STATE, one)
        assert isinstance(known, UnitDocument)
        fix = fixes[one.entry.unit]
        facts.append(UnitFacts(unit=known, lat_wgs84=fix[1], lon_wgs84=fix[2], fix_at_ms=fix[0]))
    found, _ = rank(
        wish.place, wish.needs, facts, START_MS, k=len(people) + 1, radius_m=wish.radius_m, kinds=wish.kinds,
        asked_before=without.union(wish.asked_before),
    )  # fmt: skip
    return {candidate.unit: candidate for candidate in found}


def losses(wishes: Sequence[Ask], given_to: dict[str, list[str]], could: dict[str, dict[str, Candidate]]) -> int:
    """What a way to share costs: hundredths of minutes, and what empty slots count."""
    ordered = sorted(wishes, key=lambda wish: wish.key)
    slots = slots_of(ordered)
    total = 0
    for number, wish in enumerate(ordered):
        mine = given_to[wish.key]
        total += sum(round((100 - could[wish.key][name].score) * 100) for name in mine)
        total += int(slots.loss[slots.ask == number][len(mine) :].sum())
    return total


@settings(deadline=None, max_examples=150)
@given(_units, _asks)
def test_no_other_way_to_share_is_better(units: list[tuple[Any, ...]], asks: list[tuple[Any, ...]]) -> None:
    """All ways there are, tried one after the other; and one by one, nearest first, is never better either."""
    people, fixes, wishes = drawn(units, asks)
    could = {wish.key: ranked(wish, people, fixes) for wish in wishes}
    names = [one.entry.unit for one in people]
    best = None
    for owners in itertools.product([None, *could], repeat=len(names)):
        to = {key: [name for name, owner in zip(names, owners, strict=True) if owner == key] for key in could}
        if all(len(to[wish.key]) <= wish.wanted and could[wish.key].keys() >= set(to[wish.key]) for wish in wishes):
            total = losses(wishes, to, could)
            best = total if best is None else min(best, total)
    one_by_one: dict[str, list[str]] = {}
    for wish in wishes:
        gone = frozenset(itertools.chain.from_iterable(one_by_one.values()))
        one_by_one[wish.key] = list(ranked(wish, people, fixes, gone))[: wish.wanted]
    for k in (1, 4):
        shares = shared(wishes, people, fixes, k=k, spare=0)
        reached = losses(wishes, {key: own(share) for key, share in shares.items()}, could)
        assert best is not None
        # Minutes are shown with two figures after the point, each off by half of one.
        assert abs(reached - best) <= len(people)
        assert reached <= losses(wishes, one_by_one, could) + len(people)


@settings(deadline=None, max_examples=150)
@given(_units, _asks, st.integers(min_value=0, max_value=2), st.randoms(use_true_random=False))
def test_nobody_is_given_twice_and_the_order_of_what_comes_in_changes_nothing(
    units: list[tuple[Any, ...]], asks: list[tuple[Any, ...]], spare: int, chance: Any
) -> None:
    """Nobody gets more than asked for; spare ones were given to nobody; each says what one incident alone would."""
    people, fixes, wishes = drawn(units, asks)
    shares = shared(wishes, people, fixes, spare=spare)
    shuffled, reordered = people.copy(), wishes.copy()
    chance.shuffle(shuffled)
    chance.shuffle(reordered)
    assert shared(reordered, shuffled, dict(reversed(fixes.items())), spare=spare) == shares
    everybody = [name for share in shares.values() for name in own(share)]
    assert len(everybody) == len(set(everybody))
    for wish in wishes:
        share, could = shares[wish.key], ranked(wish, people, fixes)
        spares = [candidate.unit for candidate in share.candidates[share.given :]]
        assert share.given <= wish.wanted
        assert len(spares) <= spare
        assert not set(spares) & set(everybody)
        assert [candidate.rank for candidate in share.candidates] == list(range(1, len(share.candidates) + 1))
        for candidate in share.candidates:
            alone = could[candidate.unit]
            assert candidate.score == pytest.approx(alone.score, abs=0.011)
            reasons = tuple(reason for reason in candidate.reasons if reason != BETTER_ELSEWHERE)
            plain = msgspec.structs.replace(candidate, rank=alone.rank, score=alone.score, reasons=reasons)
            assert plain == alone
        if share.given == wish.wanted:
            assert share.shortfalls == ()
