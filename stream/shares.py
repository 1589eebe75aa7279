"""Whom searches that are owed at the same time could ask: everybody's positions once, and nobody given to two of them."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

import redis.asyncio

from contracts.effects import FindWave
from contracts.terms import UnitState
from contracts.values import Candidate, ShortfallCount
from dispatch import State
from dispatch.recommend.batch import share_out
from dispatch.recommend.force import Fix, force_of
from dispatch.recommend.searches import answer_of, asks_of, homes_of
from dispatch.unit.entity import Unit
from stream.readmodel import keys

_NAMES_AT_ONCE = 5_000
_AWAY = frozenset({UnitState.OFF_DUTY, UnitState.OUT_OF_SERVICE})

Answers = dict[str, tuple[tuple[Candidate, ...], tuple[ShortfallCount, ...]]]


async def shares_for(
    store: redis.asyncio.Redis, state: State, searches: Sequence[FindWave], promised: frozenset[str], now_ms: int
) -> Answers:
    """Return the answer to each search by its effect; those of incidents that are gone have none.

    Args:
        promised: units whose offers are on their way to the log.
    Raises:
        redis.RedisError: the read model is away; nothing is known of where anybody is.
        ArithmeticError: see share_out.
    """
    # The state moves on while Redis answers: what it says now is taken once. Entities are frozen.
    units = [unit for name, unit in state.units.items() if name not in promised]
    asks = asks_of(state, searches)
    fixes = homes_of(state, units)
    fixes |= await _fixes(store, state.jurisdiction, [unit for unit in units if unit.duty not in _AWAY])
    shares = await asyncio.to_thread(lambda: share_out(asks, force_of(units, fixes, now_ms)))
    return {search.effect: answer_of(search, shares) for search in searches if search.effect in shares}


async def _fixes(store: redis.asyncio.Redis, jurisdiction: str, units: Iterable[Unit]) -> dict[str, Fix]:
    names = [unit.entry.unit for unit in units]
    found: dict[str, Fix] = {}
    for first in range(0, len(names), _NAMES_AT_ONCE):
        some = names[first : first + _NAMES_AT_ONCE]
        seen: list[Any] = await store.hmget(keys.seen(jurisdiction), some)
        for name, raw in zip(some, seen, strict=True):
            if raw is not None:
                at_ms, lat, lon, _ = raw.split(b",")
                found[name] = (int(at_ms), float(lat), float(lon))
    return found
