"""Whom to ask when many incidents ask at once: units shared out so that nobody is sent twice and all together wait least."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from contracts.values import Candidate, ShortfallCount, Value
from dispatch.recommend.asks import Ask, slots_of
from dispatch.recommend.choices import Choices, Ways, choices_of, place_in_list, ways_of
from dispatch.recommend.drawbacks import WEIGHTS, Weights
from dispatch.recommend.flow import cheapest, proof_of
from dispatch.recommend.force import Force, Ints
from dispatch.recommend.rivals import Arcs, Flags
from dispatch.recommend.short import shortfalls_of

# Whom it would have suited better was given to another incident of the batch.
BETTER_ELSEWHERE: Final = "better_elsewhere"
_LEAST: Final = 8
# So many times longer a list becomes that may have been too short; the latter where somebody even went without.
_WIDER: Final = 4
_MUCH_WIDER: Final = 16
# So many more arcs of each ask are given to the solver at once.
_MORE: Final = 16
# Reasons that stand before and after those of the unit itself: 1 nobody is nearer, 2 it has the skills, 4 somebody better went elsewhere.
_MARKS: Final = tuple(
    (
        (("nearest",) if mark & 1 else ()) + (("has_skill",) if mark & 2 else ()),
        (BETTER_ELSEWHERE,) if mark & 4 else (),
    )
    for mark in range(8)
)  # fmt: skip


class Share(Value, frozen=True, kw_only=True):
    """What an ask was given: first the `given` units that are its own, then spare ones that nobody has, each best first."""

    candidates: tuple[Candidate, ...]
    given: int
    shortfalls: tuple[ShortfallCount, ...] = ()


def share_out(asks: Iterable[Ask], force: Force, *, spare: int = 1, k: int = 4, weights: Weights = WEIGHTS) -> dict[str, Share]:
    """Return what each ask is given, by its key.

    First everybody gets one unit, the most urgent before the others when there are too few; then as many as must accept; then as many
    as are to be asked. Of all ways to do that it is one with the least minutes in sum, each drawback counted as minutes (see `rank`).
    The result does not depend on the order in which asks or units come.

    Args:
        asks: with different keys.
        force: the units of the jurisdiction.
        spare: so many more for each ask, whom nobody was given, for when one of its own is no longer free by then.
        k: of how many of the cheapest for each unit wanted each ask thinks first; of more when the others' wishes make that worth it.
    Raises:
        ArithmeticError: the solver gave up.
    """
    ordered = sorted(asks, key=lambda ask: ask.key)
    if not ordered:
        return {}
    wanted = np.array([ask.wanted for ask in ordered], np.int64)
    looked_at = np.maximum(wanted * k + spare, 1 if k == 1 else _LEAST)
    choices, chosen = _settled(ordered, force, looked_at, weights)
    return _shares(ordered, force, choices, chosen, wanted, spare, weights)


def _settled(asks: Sequence[Ask], force: Force, looked_at: Ints, weights: Weights) -> tuple[Choices, Flags]:
    """Return whom the asks could have, and which of these arcs are the cheapest way of all there are."""
    slots = slots_of(asks)
    choices = choices_of(asks, force, looked_at, weights)
    arcs = choices.arcs
    solved = np.ones(len(arcs.ask), np.bool_)
    chosen = cheapest(arcs, slots, len(asks))
    while True:
        proof = proof_of(arcs.of(solved), chosen[solved], slots, len(asks), len(force.units))
        narrow = np.flatnonzero(proof.marginal > choices.reach)
        if len(narrow):
            short = np.bincount(arcs.ask[chosen], minlength=len(asks)) < np.bincount(slots.ask, minlength=len(asks))
            looked_at[narrow] *= np.where(short[narrow], _MUCH_WIDER, _WIDER)
            before = choices
            choices = before.widened(narrow, choices_of([asks[number] for number in narrow.tolist()], force, looked_at[narrow], weights))
            arcs = choices.arcs
            place = np.searchsorted(choices.keys, before.keys)
            solved, chosen = _moved(solved, place, len(arcs.ask)), _moved(chosen, place, len(arcs.ask))
        better = ~solved & (arcs.cost + proof.price[arcs.unit] < proof.marginal[arcs.ask])
        if better.any():
            solved[_some(arcs, better, len(asks))] = True
            chosen = np.zeros(len(arcs.ask), np.bool_)
            chosen[solved] = cheapest(arcs.of(solved), slots, len(asks))
        elif not len(narrow):
            return choices, chosen


def _moved(flags: Flags, place: Ints, count: int) -> Flags:
    moved = np.zeros(count, np.bool_)
    moved[place[flags]] = True
    return moved


def _some(arcs: Arcs, better: Flags, asks: int) -> Ints:
    """Return some of the better rows of each ask: its cheapest, and as many that lie apart, other ones for each ask.

    Where a hundred incidents stand in one street all have the same cheapest, and most of them will have to look farther.
    """
    rows = np.flatnonzero(better)
    ask = arcs.ask[rows]
    place, many = place_in_list(ask, asks), np.bincount(ask, minlength=asks)
    apart = 1 + many[ask] // _MORE
    return np.asarray(rows[(place < _MORE) | ((place + ask) % apart == 0)], np.int64)


def _shares(  # noqa: PLR0917 - all that was found
    asks: Sequence[Ask], force: Force, choices: Choices, chosen: Flags, wanted: Ints, spare: int, weights: Weights
) -> dict[str, Share]:
    arcs = choices.arcs
    owner = np.full(len(force.units), -1)
    owner[arcs.unit[chosen]] = arcs.ask[chosen]
    left = owner[arcs.unit] < 0
    nth = _counted(arcs.ask, chosen, len(asks))
    # Spare ones stand behind those that are its own.
    rows = np.flatnonzero(chosen | (left & (_counted(arcs.ask, left, len(asks)) < spare)))
    rows = rows[np.lexsort((rows, ~chosen[rows], arcs.ask[rows]))]
    number, unit, mine = arcs.ask[rows], arcs.unit[rows], chosen[rows]
    ways = ways_of(asks, force, number, unit, weights)
    needs = np.array([bool(ask.needs) for ask in asks])
    nearest = ways.distance_m == choices.nearest_m[number]
    better = mine & (place_in_list(arcs.ask, len(asks))[rows] > nth[rows])
    candidates = _written(asks, force, number, unit, ways, place_in_list(number, len(asks)) + 1, nearest + 2 * needs[number] + 4 * better)
    given = np.bincount(number[mine], minlength=len(asks)).tolist()
    ends = np.cumsum(np.bincount(number, minlength=len(asks))).tolist()
    short = shortfalls_of(asks, force, np.flatnonzero(np.array(given) < wanted), owner)
    shares, begin = {}, 0
    for ask_number, (ask, end, own) in enumerate(zip(asks, ends, given, strict=True)):
        shares[ask.key] = Share(candidates=tuple(candidates[begin:end]), given=own, shortfalls=short.get(ask_number, ()))
        begin = end
    return shares


def _written(  # noqa: PLR0917 - the columns of one table
    asks: Sequence[Ask], force: Force, number: Ints, unit: Ints, ways: Ways, rank: Ints, marks: Ints
) -> list[Candidate]:
    """Return one candidate a row. marks: bits of _MARKS."""
    rows = unit.tolist()
    waves = np.array([ask.wave for ask in asks])[number]
    table = zip(
        [force.units[row] for row in rows], [force.reasons[row] for row in rows], [force.age_s[row] for row in rows],
        [force.acceptance[row] for row in rows], ways.distance_m.tolist(), ways.eta_s.tolist(), np.round(100 - ways.minutes, 2).tolist(),
        rank.tolist(), [_MARKS[mark] for mark in marks.tolist()], waves.tolist(), strict=True,
    )  # fmt: skip
    return [
        Candidate(
            unit=(entry := one.entry).unit, kind=entry.kind, rank=place, score=score, distance_m=distance_m if distance_m >= 0 else None,
            eta_s=eta_s, location_age_s=age_s, skills=entry.skills, load_h=one.load_h, acceptance=acceptance,
            reasons=before + reasons + after, wave=wave,
        )
        for one, reasons, age_s, acceptance, distance_m, eta_s, score, place, (before, after), wave in table
    ]  # fmt: skip


def _counted(ask: Ints, flags: Flags, asks: int) -> Ints:
    """Say of each arc how many arcs of the same ask before it have the flag. ask is sorted."""
    before: Ints = np.cumsum(flags) - flags
    many = np.bincount(ask, minlength=asks)
    return np.asarray(before - np.append(before, 0)[np.cumsum(many) - many][ask], np.int64)
