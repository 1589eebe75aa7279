"""Whom to ask when many incidents ask at once: units shared out so that nobody is sent twice and all together wait least."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contracts.values import Candidate, ShortfallCount, Value
from dispatch.recommend.asks import Ask, Choices, choices_of, slots_of
from dispatch.recommend.drawbacks import WEIGHTS, Weights
from dispatch.recommend.flow import cheapest, first_choices, marginal_costs
from dispatch.recommend.force import Force, Ints
from dispatch.recommend.short import shortfalls_of

# Whom it would have suited better was given to another incident of the batch.
BETTER_ELSEWHERE: Final = "better_elsewhere"
_LEAST: Final = 8
_WIDER: Final = 4


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
    slots = slots_of(ordered)
    looked_at = np.maximum(wanted * k + spare, 1 if k == 1 else _LEAST)
    while True:
        choices = choices_of(ordered, force, looked_at, weights)
        chosen = first_choices(choices.arcs, wanted)
        if chosen is None:
            chosen = cheapest(choices.arcs, slots, len(ordered))
        narrow = marginal_costs(choices.arcs, chosen, slots, len(ordered)) > choices.reach
        if not narrow.any():
            return _shares(ordered, force, choices, chosen, wanted, spare)
        looked_at[narrow] *= _WIDER


def _shares(  # noqa: PLR0917 - all that was found
    asks: Sequence[Ask], force: Force, choices: Choices, chosen: NDArray[np.bool_], wanted: Ints, spare: int
) -> dict[str, Share]:
    arcs = choices.arcs
    taken = np.zeros(len(force.units), np.bool_)
    taken[arcs.unit[chosen]] = True
    left = ~taken[arcs.unit]
    place = np.arange(len(arcs.ask)) - np.searchsorted(arcs.ask, arcs.ask)
    nth = _counted(arcs.ask, chosen)
    rows = np.flatnonzero(chosen | (left & (_counted(arcs.ask, left) < spare)))
    rows = rows[np.lexsort((rows, ~chosen[rows], arcs.ask[rows]))]
    candidates: list[list[Candidate]] = [[] for _ in asks]
    columns = (
        arcs.ask[rows], arcs.unit[rows], choices.distance_m[rows], choices.eta_s[rows], np.round(100 - choices.minutes[rows], 2),
        choices.distance_m[rows] == choices.nearest_m[arcs.ask[rows]], chosen[rows] & (place > nth)[rows],
    )  # fmt: skip
    for number, row, distance_m, eta_s, score, nearest, better in zip(*(column.tolist() for column in columns), strict=True):
        ask, unit, mine = asks[number], force.units[row], candidates[number]
        reasons = force.reasons[row]
        if ask.needs:
            reasons = ("has_skill", *reasons)
        if nearest:
            reasons = ("nearest", *reasons)
        if better:
            reasons = (*reasons, BETTER_ELSEWHERE)
        mine.append(
            Candidate(
                unit=unit.entry.unit, kind=unit.entry.kind, rank=len(mine) + 1, score=score,
                distance_m=None if distance_m < 0 else distance_m, eta_s=eta_s, location_age_s=force.age_s[row], skills=unit.entry.skills,
                load_h=unit.load_h, acceptance=force.acceptance[row], reasons=reasons, wave=ask.wave,
            )
        )  # fmt: skip
    given = np.bincount(arcs.ask[chosen], minlength=len(asks))
    owner = np.full(len(force.units), -1)
    owner[arcs.unit[chosen]] = arcs.ask[chosen]
    short = shortfalls_of(asks, force, np.flatnonzero(given < wanted), owner)
    return {
        ask.key: Share(candidates=tuple(candidates[number]), given=int(given[number]), shortfalls=short.get(number, ()))
        for number, ask in enumerate(asks)
    }


def _counted(ask: Ints, flags: NDArray[np.bool_]) -> Ints:
    """Say of each arc how many arcs of the same ask before it have the flag. ask is sorted."""
    before: Ints = np.cumsum(flags) - flags
    return np.asarray(before - before[np.searchsorted(ask, ask)], np.int64)
