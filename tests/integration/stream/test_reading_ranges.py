"""Reading a range of a topic: every record of it once, in order, whatever its batches look like and wherever it begins and ends."""

import asyncio

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import OffsetOutOfRangeError

from contracts.runtime import Runtime
from contracts.topics import OBSERVATIONS
from stream.access import kafka_settings, topic
from stream.log.read import RangeReader

Records = list[tuple[int, bytes]]


async def _appended(runtime: Runtime, partition: int, sizes: tuple[int, ...]) -> Records:
    """Batches of so many records, the second of them packed."""
    name, found = topic(runtime, OBSERVATIONS), []
    for turn, size in enumerate(sizes):
        producer = AIOKafkaProducer(**kafka_settings(runtime, "admin"), acks="all", compression_type="gzip" if turn == 1 else None)
        await producer.start()
        batch = producer.create_batch()
        values = [b"%d.%d" % (turn, number) for number in range(size)]
        for value in values:
            assert batch.append(key=None, value=value, timestamp=None) is not None
        batch.close()
        written = await (await producer.send_batch(batch, name, partition=partition))
        found += [(written.offset + number, value) for number, value in enumerate(values)]
        await producer.stop()
    return found


async def _read(reader: RangeReader, partition: int, start: int, stop: int | None = None) -> tuple[Records, int]:
    found: Records = []
    following = await reader.read(partition, start, lambda offset, record: found.append((offset, record)), stop)
    return found, following


def test_any_range_is_read_whole_and_no_more(runtime: Runtime) -> None:
    """From the midst of a batch to the midst of another, packed or not; from the end on, nothing."""

    async def run() -> None:
        everything = await _appended(runtime, 1, (5, 4, 1, 7))
        reader = RangeReader(kafka_settings(runtime), topic(runtime, OBSERVATIONS))
        assert (await reader.begin(1), await reader.end(1)) == (0, 17)
        for start in range(18):
            for stop in (None, 3, 7, 10, 17, 40):
                end = 17 if stop is None else min(stop, 17)
                assert await _read(reader, 1, start, stop) == (everything[start:end], max(start, end))
        with pytest.raises(OffsetOutOfRangeError):
            await reader.read(1, -5, lambda _offset, _record: None)
        assert await _read(reader, 1, 16) == (everything[16:], 17), "it connects again after an error"
        await reader.stop()

    asyncio.run(run())


def test_markers_of_a_transaction_are_passed(runtime: Runtime) -> None:
    """They take an offset and are no record."""

    async def run() -> None:
        name = topic(runtime, OBSERVATIONS)
        producer = AIOKafkaProducer(**kafka_settings(runtime, "admin"), transactional_id="somebody-else")
        await producer.start()
        for turn in range(3):
            async with producer.transaction():
                await producer.send_and_wait(name, b"%d" % turn, partition=3)
        await producer.stop()
        reader = RangeReader(kafka_settings(runtime), name)
        assert await _read(reader, 3, 0) == ([(0, b"0"), (2, b"1"), (4, b"2")], 6)
        assert await _read(reader, 3, 5) == ([], 6)
        await reader.stop()

    asyncio.run(run())


def test_a_time_is_found(runtime: Runtime) -> None:
    """The first record of that time or later; the end, when there is none."""

    async def run() -> None:
        await _appended(runtime, 0, (3,))
        reader = RangeReader(kafka_settings(runtime), topic(runtime, OBSERVATIONS))
        assert await reader.offset_at(0, 0) == 0
        assert await reader.offset_at(0, 1 << 45) == 3
        await reader.stop()

    asyncio.run(run())
