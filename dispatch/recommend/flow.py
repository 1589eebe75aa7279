"""The cheapest way to give units to those who ask, each unit once: a minimum-cost flow, and the prices that prove it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Arcs(NamedTuple):
    """Who could go where: row n says that unit[n] could be given to ask[n] at this cost. Sorted by ask, then cost, then unit."""

    ask: Ints
    unit: Ints
    cost: Ints


class Slots(NamedTuple):
    """What is asked for: row n is one unit wanted by ask[n]; loss: what it costs to leave it without. Sorted by ask, dearest loss first."""

    ask: Ints
    loss: Ints


def first_choices(arcs: Arcs, wanted: Ints) -> Flags | None:
    """Return each ask's cheapest units if nobody is in two of them (nothing can be cheaper then), else None.

    wanted: by ask, how many.
    """
    begins = np.searchsorted(arcs.ask, np.arange(len(wanted)))
    chosen: Flags = np.arange(len(arcs.ask)) - begins[arcs.ask] < wanted[arcs.ask]
    taken = arcs.unit[chosen]
    return chosen if len(np.unique(taken)) == len(taken) else None


def cheapest(arcs: Arcs, slots: Slots, asks: int) -> Flags:
    """Return which arcs to use so that costs and losses together are least: each unit once, each ask as often as it has slots.

    Args:
        asks: how many there are, numbered from 0.
    Raises:
        ArithmeticError: the solver gave up; costs too large for it.
    Source:
        Goldberg 1997, cost scaling, by OR-Tools; a way past all units for every slot makes each instance solvable.
    """
    # The solver takes the longer the larger the numbers are. If no slot stays empty even when that costs little, the losses don't matter.
    little = np.full(len(slots.loss), 4 * (1 + int(arcs.cost.max(initial=0))))
    chosen = _solved(arcs, Slots(slots.ask, np.minimum(little, slots.loss)), asks)
    return chosen if int(chosen.sum()) == len(slots.ask) else _solved(arcs, slots, asks)


def _solved(arcs: Arcs, slots: Slots, asks: int) -> Flags:
    # Loaded here because it takes 20 MiB and 0.1 s: only where units have rivals it is needed.
    from ortools.graph.python import min_cost_flow  # noqa: PLC0415

    used = np.zeros(int(arcs.unit.max(initial=-1)) + 1, np.int64)
    used[arcs.unit] = 1
    node = asks + np.cumsum(used) - used
    units = int(used.sum())
    flow = min_cost_flow.SimpleMinCostFlow()
    tails = np.concatenate([arcs.ask, np.arange(asks, asks + units), slots.ask])
    heads = np.concatenate([node[arcs.unit], np.full(units + len(slots.ask), asks + units)])
    costs = np.concatenate([arcs.cost, np.zeros(units, np.int64), slots.loss])
    added = flow.add_arcs_with_capacity_and_unit_cost(tails, heads, np.ones(len(tails), np.int64), costs)
    flow.set_nodes_supplies(np.arange(asks), np.bincount(slots.ask, minlength=asks))
    flow.set_node_supply(asks + units, -len(slots.ask))
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise ArithmeticError(f"the flow ended as {status}")
    return np.asarray(flow.flows(added[: len(arcs.ask)]), np.int64) > 0


def marginal_costs(arcs: Arcs, chosen: Flags, slots: Slots, asks: int) -> Ints:
    """Return for each ask up to what cost another unit would still improve the whole.

    The chosen arcs must be the cheapest way over these arcs. Then an arc that is not among them improves nothing if its cost is at
    least its ask's marginal cost: the prices of units below prove it (Kuhn 1955; Demange, Gale and Sotomayor 1986, the lowest prices).
    """
    given = np.bincount(arcs.ask[chosen], minlength=asks)
    number = np.arange(len(slots.ask)) - np.searchsorted(slots.ask, slots.ask)
    least = np.full(asks, np.iinfo(np.int64).min)
    np.maximum.at(least, slots.ask, np.where(number >= given[slots.ask], slots.loss, least[slots.ask]))
    price = np.zeros(int(arcs.unit.max(initial=-1)) + 1, np.int64)
    rejected = ~chosen
    while True:
        marginal = least.copy()
        np.maximum.at(marginal, arcs.ask[chosen], (arcs.cost + price[arcs.unit])[chosen])
        raised = price.copy()
        np.maximum.at(raised, arcs.unit[rejected], (marginal[arcs.ask] - arcs.cost)[rejected])
        if np.array_equal(raised, price):
            return marginal
        price = raised
