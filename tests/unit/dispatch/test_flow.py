"""Leaving out who has no rivals, and looking farther only where prices say so, changes nothing of what the whole costs."""

import itertools
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.terms import Urgency
from dispatch.recommend.asks import Ask
from dispatch.recommend.batch import Share
from dispatch.recommend.flow import Slots, cheapest, proof_of
from dispatch.recommend.force import Fix
from dispatch.recommend.rivals import Arcs, needed_rows
from dispatch.unit.entity import Unit
from tests.unit.dispatch.night import START_MS
from tests.unit.dispatch.test_batch import ask, at, shared, unit

_UNITS, _LOSS = 5, 1_000


def problem(wanted: list[int], drawn: dict[tuple[int, int], int]) -> tuple[Arcs, Slots]:
    """Columns from what Hypothesis drew: (ask, unit) → cost."""
    rows = sorted((number, cost, unit_) for (number, unit_), cost in drawn.items() if number < len(wanted))
    number, cost, unit_ = (np.array(column, np.int64) for column in zip(*rows, strict=True)) if rows else [np.empty(0, np.int64)] * 3
    owner = np.repeat(np.arange(len(wanted)), wanted)
    slot = np.arange(len(owner)) - np.repeat(np.cumsum(wanted) - wanted, wanted)
    return Arcs(number, unit_, cost), Slots(owner, _LOSS * (5 - slot))


def cost_of(arcs: Arcs, slots: Slots, used: Any, asks: int) -> int:
    """Costs of the arcs and losses of the slots that stay empty."""
    given_ = np.bincount(arcs.ask[used], minlength=asks)
    slot = np.arange(len(slots.ask)) - np.searchsorted(slots.ask, slots.ask)
    return int(arcs.cost[used].sum() + slots.loss[slot >= given_[slots.ask]].sum())


def allowed(arcs: Arcs, wanted: list[int], used: Any) -> bool:
    """Each unit once, nobody more than it wants."""
    most = np.bincount(arcs.unit[used], minlength=1).max() <= 1
    return bool(most and (np.bincount(arcs.ask[used], minlength=len(wanted)) <= np.array(wanted)).all())


_wanted = st.lists(st.integers(min_value=1, max_value=2), min_size=1, max_size=4)
_arcs = st.dictionaries(
    st.tuples(st.integers(min_value=0, max_value=3), st.integers(min_value=0, max_value=_UNITS - 1)), st.integers(min_value=0, max_value=9),
    max_size=10,
)  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(_wanted, _arcs)
def test_no_other_way_over_the_arcs_is_cheaper_and_prices_prove_it(wanted: list[int], drawn: dict[tuple[int, int], int]) -> None:
    """All ways there are, tried one after the other; and for any that is dearer no prices are found."""
    arcs, slots = problem(wanted, drawn)
    chosen = cheapest(arcs, slots, len(wanted))
    assert allowed(arcs, wanted, chosen)
    ways = [np.array(flags, np.bool_) for flags in itertools.product([False, True], repeat=len(arcs.ask))]
    costs = [(cost_of(arcs, slots, way, len(wanted)), way) for way in ways if allowed(arcs, wanted, way)]
    least = min(cost for cost, _ in costs)
    assert cost_of(arcs, slots, chosen, len(wanted)) == least
    proof = proof_of(arcs, chosen, slots, len(wanted), _UNITS)
    gain = proof.marginal[arcs.ask] - arcs.cost - proof.price[arcs.unit]
    assert (gain[~chosen] <= 0).all()
    assert (gain[chosen] >= 0).all()
    dearer = next((way for cost, way in costs if cost > least), None)
    if dearer is not None:
        with pytest.raises(ArithmeticError):
            proof_of(arcs, dearer, slots, len(wanted), _UNITS)


@settings(deadline=None, max_examples=200)
@given(_wanted, _arcs)
def test_what_is_needed_of_the_lists_is_enough(wanted: list[int], drawn: dict[tuple[int, int], int]) -> None:
    """The cheapest way over the shortened lists costs what it costs over the whole ones; whose unit nobody else needs is told."""
    arcs, slots = problem(wanted, drawn)
    if not len(arcs.ask):
        return
    rows, own = needed_rows(arcs, np.array(wanted))
    short = arcs.of(rows)
    whole = cost_of(arcs, slots, cheapest(arcs, slots, len(wanted)), len(wanted))
    assert cost_of(short, slots, cheapest(short, slots, len(wanted)), len(wanted)) == whole
    assert all(int((short.unit == one).sum()) == 1 for one in short.unit[own].tolist())


@settings(deadline=None, max_examples=25)
@given(st.randoms(use_true_random=False), st.integers(min_value=1, max_value=3), st.integers(min_value=0, max_value=800))
def test_a_crowded_street_is_shared_as_if_everybody_had_been_listed(chance: Any, wanted: int, long_m: int) -> None:
    """Lists begin with one unit each, and are drawn out until prices prove the rest; the same minutes as with everybody listed at once."""
    units: list[Unit] = [unit(f"u{number:03}", load_h=chance.choice([0.0, 0.0, 1.5])) for number in range(120)]
    fixes: dict[str, Fix] = {one.entry.unit: (START_MS, *place(chance, 900)) for one in units}
    asks: list[Ask] = [
        ask(f"i{number:02}", chance.uniform(0, 20), east_m=chance.uniform(0, long_m), wanted=wanted, urgency=chance.choice(list(Urgency)))
        for number in range(30)
    ]
    drawn_out, listed = (scores(shared(asks, units, fixes, k=k, spare=0).values()) for k in (1, 200))
    assert drawn_out == pytest.approx(listed, abs=0.01 * len(units))


def scores(shares: Iterable[Share]) -> float:
    """What all that was given is worth together."""
    return sum(candidate.score for share in shares for candidate in share.candidates[: share.given])


def place(chance: Any, within_m: int) -> tuple[float, float]:
    """Somewhere around the square."""
    found = at(chance.uniform(-within_m, within_m), chance.uniform(-within_m, within_m))
    return found.lat_wgs84, found.lon_wgs84
