"""The cheapest way to give units to those who ask, each unit once: a minimum-cost flow, and the prices that prove it."""

from typing import NamedTuple

import numpy as np

from dispatch.recommend.rivals import Arcs, Flags, Ints, needed_rows

# Times the dearest way: what an empty slot counts as at first.
_LITTLE = 2


class Slots(NamedTuple):
    """What is asked for: row n is one unit wanted by ask[n]; loss: what it costs to leave it without, more than any arc costs.

    Sorted by ask, dearest loss first.
    """

    ask: Ints
    loss: Ints


class Proof(NamedTuple):
    """Why no other way is cheaper. marginal: by ask, up to what cost another unit would still improve the whole. price: by unit.

    An arc that was not among those looked at improves nothing if its cost and its unit's price are at least its ask's marginal cost.
    """

    marginal: Ints
    price: Ints


def cheapest(arcs: Arcs, slots: Slots, asks: int) -> Flags:
    """Return which arcs to use so that costs and losses together are least: each unit once, each ask as often as it has slots.

    Only those who have rivals are given to the solver.

    Args:
        asks: how many there are, numbered from 0.
    Raises:
        ArithmeticError: the solver gave up; costs too large for it.
    Source:
        Goldberg 1997, cost scaling, by OR-Tools; a way past all units for every slot makes each instance solvable.
    """
    wanted = np.bincount(slots.ask, minlength=asks)
    chosen = first_choices(arcs, wanted)
    if chosen is not None:
        return chosen
    rows, own = needed_rows(arcs, wanted)
    contested = np.zeros(asks, np.bool_)
    contested[arcs.ask[rows[~own]]] = True
    among = contested[arcs.ask[rows]]
    chosen = np.zeros(len(arcs.ask), np.bool_)
    # Whoever has no rival takes all that is left of its list: as many as it wants, or everybody there is.
    chosen[rows[~among]] = True
    chosen[_fought_out(arcs, slots, rows[among], own[among], contested)] = True
    return chosen


def first_choices(arcs: Arcs, wanted: Ints) -> Flags | None:
    """Return each ask's cheapest units if nobody is in two of them (nothing can be cheaper then), else None.

    wanted: by ask, how many.
    """
    begins = np.searchsorted(arcs.ask, np.arange(len(wanted)))
    chosen: Flags = np.arange(len(arcs.ask)) - begins[arcs.ask] < wanted[arcs.ask]
    taken = arcs.unit[chosen]
    return chosen if bool(np.bincount(taken, minlength=1).max() <= 1) else None


def _fought_out(arcs: Arcs, slots: Slots, rows: Ints, own: Flags, contested: Flags) -> Ints:
    """Return which of the rows, all of contested asks, are used. own: units that nobody else could need."""
    number = np.cumsum(contested) - 1
    slot = contested[slots.ask]
    lists = Arcs(number[arcs.ask[rows]], arcs.unit[rows], arcs.cost[rows])
    asks = int(contested.sum())
    # What all ways of an ask cost alike changes nothing, and the solver takes the longer the larger the numbers are.
    least = np.full(asks, np.iinfo(np.int64).max)
    np.minimum.at(least, lists.ask, lists.cost)
    lists = lists._replace(cost=lists.cost - least[lists.ask])
    asked = number[slots.ask[slot]]
    # If no slot stays empty even when that costs little, the losses don't matter.
    losses = slots.loss[slot] - least[asked]
    little = np.minimum(losses, _LITTLE * (1 + int(lists.cost.max())))
    used = _solved(lists, own, Slots(asked, little), asks)
    if int(used.sum()) < len(asked):
        used = _solved(lists, own, Slots(asked, losses), asks)
    return rows[used]


def _solved(arcs: Arcs, own: Flags, slots: Slots, asks: int) -> Flags:
    # Loaded here because it takes 20 MiB and 0.1 s: only where units have rivals it is needed.
    from ortools.graph.python import min_cost_flow  # noqa: PLC0415

    wanted = np.bincount(slots.ask, minlength=asks)
    # Who has as many units of its own as it wants leaves no slot empty.
    may_lack = np.bincount(arcs.ask[own], minlength=asks) < wanted
    empty = Slots(slots.ask[may_lack[slots.ask]], slots.loss[may_lack[slots.ask]])
    shared, node = np.unique(arcs.unit[~own], return_inverse=True)
    sink = asks + len(shared)
    heads = np.full(len(arcs.ask), sink)
    heads[~own] = asks + node
    flow = min_cost_flow.SimpleMinCostFlow()
    tails = np.concatenate([arcs.ask, np.arange(asks, sink), empty.ask])
    added = flow.add_arcs_with_capacity_and_unit_cost(
        tails, np.concatenate([heads, np.full(len(shared) + len(empty.ask), sink)]), np.ones(len(tails), np.int64),
        np.concatenate([arcs.cost, np.zeros(len(shared), np.int64), empty.loss]),
    )  # fmt: skip
    flow.set_nodes_supplies(np.arange(asks), wanted)
    flow.set_node_supply(sink, -len(slots.ask))
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise ArithmeticError(f"the flow ended as {status}")
    return np.asarray(flow.flows(added[: len(arcs.ask)]), np.int64) > 0


def proof_of(arcs: Arcs, chosen: Flags, slots: Slots, asks: int, units: int) -> Proof:
    """Return prices that prove that the chosen arcs are the cheapest way over these arcs.

    Args:
        units: how many there are, numbered from 0; those that no arc leads to cost nothing.
    Raises:
        ArithmeticError: they are not the cheapest way.
    Source:
        Kuhn 1955; Demange, Gale and Sotomayor 1986: the lowest prices at which everybody wants what it was given.
    """
    given = np.bincount(arcs.ask[chosen], minlength=asks)
    number = np.arange(len(slots.ask)) - np.searchsorted(slots.ask, slots.ask)
    least = np.full(asks, np.iinfo(np.int64).min)
    np.maximum.at(least, slots.ask, np.where(number >= given[slots.ask], slots.loss, least[slots.ask]))
    mine, (ask, unit, cost) = arcs.of(chosen), arcs.of(~chosen)
    price = np.zeros(units, np.int64)
    # A price is what somebody would pay because of another price, and so on through as many as there are asks.
    for _ in range(asks + 2):
        marginal = least.copy()
        np.maximum.at(marginal, mine.ask, mine.cost + price[mine.unit])
        wish = marginal[ask] - cost
        above = wish > price[unit]
        if not above.any():
            break
        np.maximum.at(price, unit[above], wish[above])
    else:
        raise ArithmeticError("prices without end: somebody was given what is not the cheapest way")
    free = np.ones(units, np.bool_)
    free[mine.unit] = False
    if price[free].any():
        raise ArithmeticError("somebody would pay for a unit that nobody was given")
    return Proof(marginal, price)
