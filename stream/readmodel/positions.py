"""unit.positions → GEO sets, `seen`, staleness and arrival. None of it is in the log but what follows from it."""

import asyncio
import contextlib
import time
from typing import Any

import msgspec
import redis
import redis.asyncio
import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from contracts import observations
from contracts.commands import MoveAssignment, NoteContact
from contracts.terms import AssignmentState, UnitKind, UnitState
from dispatch import State
from dispatch.unit.entity import Unit
from stream.access import REQUEST_MS
from stream.commands import CommandSender, system_command
from stream.deadletters import DeadLetters
from stream.follow import LogFollower
from stream.partition import partition_count
from stream.readmodel import keys
from stream.readmodel.fixes import STALE_AFTER_MS, Arrivals, Fix, fix_of

log = structlog.get_logger(__name__)

CHANNEL = "positions"
_BACK_MS = 12 * 3_600_000
_RETRY_S = 0.5
_STALENESS_S = 15.0
_GEO_S = 0.5
_AGAIN_MS = 30_000

decode_positions = msgspec.json.Decoder(observations.Positions).decode


class Positions:
    """Runs beside the projector and reads states from its follower."""

    def __init__(
        self, settings: dict[str, Any], topic: str, *, store: redis.asyncio.Redis, follower: LogFollower, sender: CommandSender,
        letters: DeadLetters,
    ) -> None:  # fmt: skip
        self._settings, self._topic, self._store = settings, topic, store
        self._follower, self._sender, self.letters = follower, sender, letters
        self._fixes: dict[str, dict[str, Fix]] = {}
        self._placed: dict[str, dict[str, str]] = {}
        self._placed_at: dict[str, int] = {}
        self._moved: dict[str, set[str]] = {}
        self._arrivals = Arrivals()
        self._told_at_ms: dict[str, int] = {}
        self._epoch: Any = None
        self.counts = {"fixes": 0, "fixes_refused": 0}

    async def run(self) -> None:
        """Run until cancelled."""
        beside = [asyncio.create_task(self._keep_placing()), asyncio.create_task(self._keep_watching())]
        try:
            while True:
                try:
                    await self._read()
                except (KafkaError, OSError, TimeoutError) as err:
                    log.warning("positions_unreadable", error=repr(err))
                    await asyncio.sleep(_RETRY_S)
        finally:
            for task in beside:
                task.cancel()

    # --- reading --------------------------------------------------------------------------------------------------

    async def _read(self) -> None:
        places = [TopicPartition(self._topic, partition) for partition in range(partition_count())]
        consumer = AIOKafkaConsumer(
            **self._settings, group_id=None, enable_auto_commit=False, fetch_max_wait_ms=100, request_timeout_ms=REQUEST_MS
        )
        try:
            await consumer.start()
            consumer.assign(places)
            # The ends first: seeking to the end means wherever it is at the first fetch, and a fix sent until then would be passed over.
            ends = await consumer.end_offsets(places)
            back_to = await consumer.offsets_for_times(dict.fromkeys(places, time.time_ns() // 1_000_000 - _BACK_MS))
            for place in places:
                found = back_to.get(place)
                consumer.seek(place, ends[place] if found is None else found.offset)
            while True:
                got = await consumer.getmany(timeout_ms=500, max_records=500)
                for place, records in got.items():
                    for record in records:
                        await self._take(place, record)
        finally:
            with contextlib.suppress(KafkaError, OSError, TimeoutError):
                await asyncio.wait_for(consumer.stop(), 3.0)

    async def _take(self, place: TopicPartition, record: Any) -> None:
        raw = record.value or b""
        try:
            packed = decode_positions(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError) as err:
            await self.letters.put(
                "unreadable", str(err), raw, topic=self._topic, partition=place.partition, offset=record.offset, key=record.key
            )
            return
        known = self._fixes.setdefault(packed.jurisdiction, {})
        state = self._follower.state(packed.jurisdiction)
        for position in packed.fixes:
            fix = fix_of(position, record.timestamp)
            if fix is None:
                self.counts["fixes_refused"] += 1
                continue
            self.counts["fixes"] += 1
            last = known.get(position.unit)
            if last is not None and last.at_ms >= fix.at_ms:
                continue
            known[position.unit] = fix
            self._moved.setdefault(packed.jurisdiction, set()).add(position.unit)
            if state is not None:
                await self._follow(state, position.unit, fix)

    async def _follow(self, state: State, unit: str, fix: Fix) -> None:
        assignment = self._arrivals.arrived(state, unit, fix)
        if assignment is not None:
            await self._tell(state.jurisdiction, f"sys:{assignment}:arrived",
                             MoveAssignment(assignment=assignment, to=AssignmentState.ON_SCENE))  # fmt: skip
        found = state.units.get(unit)
        if found is not None and found.stale and time.time_ns() // 1_000_000 - fix.at_ms < STALE_AFTER_MS:
            heard = NoteContact(unit=unit, stale=False)
            await self._tell(state.jurisdiction, f"sys:{unit}:heard:{fix.at_ms}", heard, about=f"{unit}:heard")

    async def _tell(self, jurisdiction: str, command_id: str, body: MoveAssignment | NoteContact, about: str | None = None) -> None:
        now_ms = time.time_ns() // 1_000_000
        if now_ms - self._told_at_ms.get(about or command_id, 0) < _AGAIN_MS:
            return
        self._told_at_ms[about or command_id] = now_ms
        await self._sender.send(system_command(body, jurisdiction=jurisdiction, command_id=command_id))

    # --- staleness ------------------------------------------------------------------------------------------------

    async def _keep_watching(self) -> None:
        while True:
            await asyncio.sleep(_STALENESS_S)
            now_ms = time.time_ns() // 1_000_000
            self._told_at_ms = {key: at_ms for key, at_ms in self._told_at_ms.items() if now_ms - at_ms < _AGAIN_MS}
            try:
                for state in list(self._follower.states()):
                    for unit in stale_units(state, self._fixes.get(state.jurisdiction, {}), now_ms):
                        since_ms = self._last_heard_ms(state.jurisdiction, unit)
                        command_id = f"sys:{unit.entry.unit}:stale:{since_ms}"
                        await self._tell(state.jurisdiction, command_id, NoteContact(unit=unit.entry.unit, stale=True))
            except (KafkaError, OSError, TimeoutError) as err:
                log.warning("contact_not_told", error=repr(err))

    def _last_heard_ms(self, jurisdiction: str, unit: Unit) -> int:
        fix = self._fixes.get(jurisdiction, {}).get(unit.entry.unit)
        return max(unit.duty_since_ms or 0, 0 if fix is None else fix.at_ms)

    # --- GEO ------------------------------------------------------------------------------------------------------

    async def _keep_placing(self) -> None:
        while True:
            await asyncio.sleep(_GEO_S)
            try:
                epoch = await self._store.get(keys.EPOCH)
                if epoch != self._epoch:
                    # Another read model: everything is placed anew.
                    self._epoch = epoch
                    self._placed.clear()
                    self._placed_at.clear()
                    self._moved = {jurisdiction: set(fixes) for jurisdiction, fixes in self._fixes.items()}
                for state in list(self._follower.states()):
                    await self._place(state)
            except (redis.RedisError, OSError) as err:
                log.debug("positions_not_placed", error=repr(err))
                self._epoch = b""

    async def _place(self, state: State) -> None:
        """Write fixes that are new, and move units whose key changed: free, busy, or off the map."""
        jurisdiction = state.jurisdiction
        fixes = self._fixes.get(jurisdiction, {})
        placed = self._placed.setdefault(jurisdiction, {})
        moved = self._moved.pop(jurisdiction, set())
        pipeline = self._store.pipeline(transaction=True)
        if jurisdiction not in self._placed_at:
            # What an earlier run left may be wrong by now: replaced whole, in the same transaction.
            pipeline.delete(*(keys.geo(jurisdiction, kind.value, free=free) for kind in UnitKind for free in (True, False)))
        # Without a commit since, nobody's key has changed.
        unchanged = self._placed_at.get(jurisdiction) == state.sequence
        if unchanged and not moved:
            return
        self._placed_at[jurisdiction] = state.sequence
        for name in moved if unchanged else list(state.units):
            unit = state.units.get(name)
            if unit is None:
                continue
            fix = fixes.get(name) or home_of(state, unit)
            key = None if fix is None else geo_key(state, unit)
            before = placed.get(name)
            if key == before and name not in moved:
                continue
            if before is not None and before != key:
                pipeline.zrem(before, name)
                del placed[name]
            if key is not None and fix is not None:
                pipeline.geoadd(key, (fix.lon_wgs84, fix.lat_wgs84, name))
                placed[name] = key
        for name in moved & state.units.keys():
            pipeline.hset(keys.seen(jurisdiction), name, fixes[name].text)
        if moved:
            shown = [{"unit": name, "lat_wgs84": fixes[name].lat_wgs84, "lon_wgs84": fixes[name].lon_wgs84, "at_ms": fixes[name].at_ms}
                     for name in sorted(moved) if placed.get(name)]  # fmt: skip
            pipeline.publish(CHANNEL, msgspec.json.encode({"jurisdiction": jurisdiction, "fixes": shown}))
        try:
            await pipeline.execute()
        except BaseException:
            self._moved.setdefault(jurisdiction, set()).update(moved)
            placed.clear()
            del self._placed_at[jurisdiction]
            raise


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


def stale_units(state: State, fixes: dict[str, Fix], now_ms: int) -> list[Unit]:
    """Units on duty or on a task that were not heard for ten minutes and are not marked yet. People of a point stay where they are."""
    found = []
    for name, unit in state.units.items():
        if unit.stale or unit.entry.kind is UnitKind.POINT or unit.state in (UnitState.OFF_DUTY, UnitState.OUT_OF_SERVICE):
            continue
        fix = fixes.get(name)
        heard_ms = max(unit.duty_since_ms or 0, 0 if fix is None else fix.at_ms)
        if heard_ms and now_ms - heard_ms > STALE_AFTER_MS:
            found.append(unit)
    return found
