"""unit.positions → the last fix of each unit, staleness and arrival. None of it is in the log but what follows from it."""

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
from stream.partition import partition_count, partition_of
from stream.readmodel.fixes import STALE_AFTER_MS, Arrivals, Fix, fix_of
from stream.readmodel.placing import Placer

log = structlog.get_logger(__name__)

_BACK_MS = 12 * 3_600_000
_RETRY_S = 0.5
_STALENESS_S = 15.0
_AGAIN_MS = 30_000
# A record is up to two thousand fixes, and between two of them the projector beside goes on.
_RECORDS_AT_ONCE = 20

decode_positions = msgspec.json.Decoder(observations.Positions).decode


class Positions:
    """Runs beside the projector and reads states from its follower."""

    def __init__(
        self, settings: dict[str, Any], topic: str, *, store: redis.asyncio.Redis, follower: LogFollower, sender: CommandSender,
        letters: DeadLetters,
    ) -> None:  # fmt: skip
        self._settings, self._topic = settings, topic
        self._follower, self._sender, self.letters = follower, sender, letters
        self._fixes: dict[str, dict[str, Fix]] = {}
        self.placer = Placer(store, follower, self._fixes)
        self._arrivals = Arrivals()
        self._told_at_ms: dict[str, int] = {}
        self.counts = {"fixes": 0, "fixes_refused": 0}

    async def run(self) -> None:
        """Run until cancelled."""
        beside = [asyncio.create_task(self.placer.run()), asyncio.create_task(self._keep_watching())]
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
                got = await consumer.getmany(timeout_ms=500, max_records=_RECORDS_AT_ONCE)
                for place, records in got.items():
                    for record in records:
                        await self._take(place, record)
                        await asyncio.sleep(0)
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
        moved: list[str] = []
        followed: list[tuple[Unit, Fix]] = []
        refused = 0
        for position in packed.fixes:
            fix = fix_of(position, record.timestamp)
            if fix is None:
                refused += 1
                continue
            name = position.unit
            last = known.get(name)
            if last is not None and last.at_ms >= fix.at_ms:
                continue
            known[name] = fix
            moved.append(name)
            unit = None if state is None else state.units.get(name)
            if unit is not None and (unit.assignment is not None or unit.stale):
                followed.append((unit, fix))
            else:
                self._arrivals.left(name)
        self.counts["fixes"] += len(packed.fixes) - refused
        self.counts["fixes_refused"] += refused
        self.placer.moved(packed.jurisdiction, moved)
        if state is not None:
            for unit, fix in followed:
                await self._follow(state, unit, fix)

    async def _follow(self, state: State, unit: Unit, fix: Fix) -> None:
        name = unit.entry.unit
        assignment = self._arrivals.arrived(state, name, fix)
        if assignment is not None:
            await self._tell(state.jurisdiction, f"sys:{assignment}:arrived",
                             MoveAssignment(assignment=assignment, to=AssignmentState.ON_SCENE))  # fmt: skip
        if unit.stale and self._log_ms(state) - fix.at_ms < STALE_AFTER_MS:
            heard = NoteContact(unit=name, stale=False)
            await self._tell(state.jurisdiction, f"sys:{name}:heard:{fix.at_ms}", heard, about=f"{name}:heard")

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
                    log_ms = self._log_ms(state)
                    for unit in stale_units(state, self._fixes.get(state.jurisdiction, {}), log_ms):
                        if self._log_ms(state) < log_ms:
                            break  # the first command that was sent has shown that it is earlier than this process thought
                        since_ms = self._last_heard_ms(state.jurisdiction, unit)
                        command_id = f"sys:{unit.entry.unit}:stale:{since_ms}"
                        await self._tell(state.jurisdiction, command_id, NoteContact(unit=unit.entry.unit, stale=True))
            except (KafkaError, OSError, TimeoutError) as err:
                log.warning("contact_not_told", error=repr(err))

    def _log_ms(self, state: State) -> int:
        return self._follower.clocks.of(partition_of(state.jurisdiction)).now_ms()

    def _last_heard_ms(self, jurisdiction: str, unit: Unit) -> int:
        fix = self._fixes.get(jurisdiction, {}).get(unit.entry.unit)
        return max(unit.duty_since_ms or 0, 0 if fix is None else fix.at_ms)


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
