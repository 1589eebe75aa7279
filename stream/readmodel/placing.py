"""Fixes and states → GEO sets, the `seen` hash, and a short stream of what moved, for the screens."""

import asyncio
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import redis
import redis.asyncio
import structlog

from contracts.terms import UnitKind, UnitState
from dispatch import State
from dispatch.tables import Key
from dispatch.unit.entity import Unit
from stream.follow import LogFollower
from stream.readmodel import keys
from stream.readmodel.fixes import Fix

log = structlog.get_logger(__name__)

_GEO_S = 0.5
# Written in one step of the server, during which it answers nobody: a thousand are about two milliseconds.
_CHUNK = 1000


class Placer:
    """Brings the read model after the positions, twice a second, and after commits that put a unit into another set or off the map."""

    def __init__(self, store: redis.asyncio.Redis, follower: LogFollower, fixes: dict[str, dict[str, Fix]]) -> None:
        """fixes: jurisdiction → unit → its last fix; the reader of positions writes it."""
        self._store, self._follower, self._fixes = store, follower, fixes
        self._placed: dict[str, dict[str, str]] = {}
        self._states: dict[str, State] = {}
        self._moved: dict[str, set[str]] = {}
        self._changed: dict[str, set[str]] = {}
        self._epoch: Any = None
        self.counts = {"placed": 0}

    def moved(self, jurisdiction: str, units: Iterable[str]) -> None:
        """Note who has a new fix."""
        self._moved.setdefault(jurisdiction, set()).update(units)

    def changed(self, jurisdiction: str, touched: Iterable[Key]) -> None:
        """Note whom a commit that stands has touched; its state is folded already."""
        for kind, name in touched:
            if kind == "unit":
                self._changed.setdefault(jurisdiction, set()).add(name)
            elif kind == "point":
                # Its people stand where it stands.
                self._states.pop(jurisdiction, None)

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            await asyncio.sleep(_GEO_S)
            try:
                await self.place_all()
            except (redis.RedisError, OSError) as err:
                log.debug("positions_not_placed", error=repr(err))
                self._epoch = b""

    async def place_all(self) -> None:
        """Write what has changed since the last time. Raises redis.RedisError, OSError: all of it is written anew then."""
        epoch = await self._store.get(keys.EPOCH)
        if epoch != self._epoch:
            # Another read model: everything is placed anew.
            self._epoch = epoch
            self._states.clear()
        for state in list(self._follower.states()):
            await self._place(state)

    async def _place(self, state: State) -> None:
        jurisdiction = state.jurisdiction
        moved, changed = self._moved.pop(jurisdiction, set()), self._changed.pop(jurisdiction, set())
        try:
            if self._states.get(jurisdiction) is not state:
                # A fold that began anew, whose commits nobody told of; or what an earlier run left, which may be wrong by now.
                self._placed[jurisdiction] = {}
                self._states[jurisdiction] = state
                await self._write(state, list(state.units), moved, anew=True)
            else:
                for names in _chunks(list(moved | changed)):
                    await self._write(state, names, moved)
        except BaseException:
            self.moved(jurisdiction, moved)
            self._states.pop(jurisdiction, None)
            raise

    async def _write(self, state: State, names: list[str], moved: set[str], *, anew: bool = False) -> None:
        """Write these units in one transaction, so that nobody is ever seen in two sets. anew: in place of all there was."""
        jurisdiction = state.jurisdiction
        fixes, placed = self._fixes.get(jurisdiction, {}), self._placed[jurisdiction]
        added: dict[str, list[float | str]] = {}
        removed: dict[str, list[str]] = {}
        seen: dict[Any, Any] = {}
        shown: list[dict[str, str | float | int]] = []
        for name in names:
            unit = state.units.get(name)
            if unit is None:
                continue
            own = fixes.get(name)
            fix = own or home_of(state, unit)
            key, before = None if fix is None else geo_key(state, unit), placed.get(name)
            if before is not None and before != key:
                removed.setdefault(before, []).append(name)
                del placed[name]
            if key is not None and fix is not None and (key != before or name in moved):
                added.setdefault(key, []).extend((fix.lon_wgs84, fix.lat_wgs84, name))
                placed[name] = key
            if own is not None and (anew or name in moved):
                seen[name] = own.text
                if key is not None and name in moved:
                    shown.append({"unit": name, "lat_wgs84": own.lat_wgs84, "lon_wgs84": own.lon_wgs84, "at_ms": own.at_ms})
        pipeline = self._store.pipeline(transaction=True)
        if anew:
            pipeline.delete(*(keys.geo(jurisdiction, kind.value, free=free) for kind in UnitKind for free in (True, False)))
        for key, gone in removed.items():
            pipeline.zrem(key, *gone)
        for key, points in added.items():
            pipeline.geoadd(key, points)
        if seen:
            pipeline.hset(keys.seen(jurisdiction), mapping=seen)
        if shown:
            pipeline.xadd(keys.moves(jurisdiction), {"m": msgspec.json.encode(shown)}, maxlen=keys.MOVES_KEPT, approximate=False)
        if pipeline.command_stack:
            await pipeline.execute()
        self.counts["placed"] += sum(map(len, added.values())) // 3


def geo_key(state: State, unit: Unit) -> str | None:
    """The GEO set a unit belongs to, None when it is off duty."""
    if unit.state in (UnitState.OFF_DUTY, UnitState.OUT_OF_SERVICE):
        return None
    return keys.geo(state.jurisdiction, unit.entry.kind.value, free=unit.free)


def home_of(state: State, unit: Unit) -> Fix | None:
    """Where a point's people are without telling: at their point."""
    if unit.entry.kind is not UnitKind.POINT or unit.entry.point is None:
        return None
    point = state.points.get(unit.entry.point)
    return None if point is None else Fix(0, point.entry.place.lat_wgs84, point.entry.place.lon_wgs84, None)


def _chunks(names: list[str]) -> Iterator[list[str]]:
    for first in range(0, len(names), _CHUNK):
        yield names[first : first + _CHUNK]
