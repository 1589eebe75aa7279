"""What incidents ask for in a batch."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contracts.terms import Skill, UnitKind, Urgency
from contracts.values import Place, Value
from dispatch.recommend.flow import Slots
from dispatch.recommend.force import KIND_BITS, SKILL_BITS, Force, Ints

# Costs are hundredths of a minute of delay, as whole numbers; beyond 22 hours one is as good as another.
COST_MOST: Final = 1 << 17
_URGENCIES: Final = {Urgency.VERY_URGENT: 0, Urgency.URGENT: 1, Urgency.ROUTINE: 2}


class Ask(Value, frozen=True, kw_only=True):
    """What one incident asks for in one wave.

    key: the caller's. wanted: how many to ask. open_slots: how many must accept. radius_m None: no limit. kinds: who may be asked.
    beside: asked in addition to what another ask brings; nobody goes without a unit for it.
    """

    key: str
    place: Place
    urgency: Urgency
    wanted: int
    open_slots: int
    kinds: frozenset[UnitKind]
    needs: tuple[Skill, ...] = ()
    radius_m: int | None = None
    asked_before: tuple[str, ...] = ()
    wave: int = 1
    beside: bool = False


def slots_of(asks: Sequence[Ask]) -> Slots:
    """Return what it costs to leave slots empty: more than any delay, and more for whom they matter more.

    A first unit for everybody, the most urgent before the others; then as many as must accept; then as many as are to be asked. Losses
    one step apart are enough: filling one slot by emptying another changes at most the delays of all the others on the way.
    """
    wanted, must = _column(ask.wanted for ask in asks), _column(ask.open_slots for ask in asks)
    beside = _column(ask.beside for ask in asks)
    urgency = _column(_URGENCIES[ask.urgency] for ask in asks)
    owner = np.repeat(np.arange(len(asks)), wanted)
    slot = np.arange(len(owner)) - np.repeat(np.cumsum(wanted) - wanted, wanted)
    tier = np.where((beside[owner] > 0) | ((slot > 0) & (slot >= must[owner])), 2, np.minimum(slot, 1))
    return Slots(owner, COST_MOST * (1 + len(owner)) * (9 - 3 * tier - urgency[owner]))


def _column(values: Iterable[int]) -> Ints:
    return np.fromiter(values, np.int64)


def fitting(force: Force, kinds: frozenset[UnitKind], needs: frozenset[Skill]) -> NDArray[np.bool_]:
    """Say of each unit whether it is of one of these kinds and has all these skills."""
    wanted = sum(SKILL_BITS[skill] for skill in needs)
    return np.asarray(((force.kind & sum(KIND_BITS[kind] for kind in kinds)) != 0) & ((force.skills & wanted) == wanted), np.bool_)
