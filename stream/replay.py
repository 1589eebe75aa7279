"""Replaying the log: the state at given offsets, or as of a minute, and its digest. Reads Kafka alone."""

import asyncio
from collections.abc import Callable, Mapping
from typing import NamedTuple

from aiokafka.errors import KafkaError

from contracts.errors import StoreAwayError
from contracts.runtime import Runtime
from contracts.topics import COMMITS
from dispatch import State
from stream.access import kafka_settings, topic
from stream.log.fold import Fold
from stream.log.read import RangeReader
from stream.partition import partition_count, partition_of
from stream.readmodel.digest import digest_of_states


class Replayed(NamedTuple):
    """What a replay found. offsets: the last folded record of each partition that has one; ignored: records that don't stand."""

    offsets: dict[int, int]
    states: dict[str, State]
    records: int
    ignored: int

    @property
    def digest(self) -> str:
        """The same as the read model's at these offsets."""
        return digest_of_states(self.states)


def replay(
    runtime: Runtime, *, at: Mapping[int, int] | None = None, until_ms: int | None = None, jurisdiction: str | None = None
) -> Replayed:
    """Fold the log from its beginning; no snapshot is trusted.

    Args:
        at: partition → last offset to fold; a partition that is missing is not folded at all. None: to the end.
        until_ms: fold what occurred up to this time.
        jurisdiction: this one alone.
    Raises:
        StoreAwayError: the broker does not answer.
    """
    try:
        return asyncio.run(_replay(runtime, at, until_ms, jurisdiction))
    except (KafkaError, OSError, TimeoutError) as err:
        raise StoreAwayError(f"Kafka does not answer: {err}.") from err


async def _replay(runtime: Runtime, at: Mapping[int, int] | None, until_ms: int | None, jurisdiction: str | None) -> Replayed:
    reader = RangeReader(kafka_settings(runtime), topic(runtime, COMMITS))
    offsets: dict[int, int] = {}
    states: dict[str, State] = {}
    records = ignored = 0
    try:
        wanted = range(partition_count()) if jurisdiction is None else (partition_of(jurisdiction),)
        for partition in wanted:
            if at is not None and partition not in at:
                continue
            stop = None if at is None else at[partition] + 1
            fold = Fold(partition, until_ms)
            await reader.read(partition, 0, _into(fold), stop)
            states.update(fold.states if jurisdiction is None else _only(fold.states, jurisdiction))
            if fold.next_offset:
                offsets[partition] = fold.next_offset - 1
            records += fold.next_offset
            ignored += fold.ignored
    finally:
        await reader.stop()
    return Replayed(offsets, states, records, ignored)


def _into(fold: Fold) -> Callable[[int, bytes], None]:
    def take(offset: int, record: bytes) -> None:
        fold.step(offset, record)

    return take


def _only(states: dict[str, State], jurisdiction: str) -> dict[str, State]:
    return {name: state for name, state in states.items() if name == jurisdiction}
