"""A reader that rests between its fetches: fewer of them, nothing lost, and who comes alone does not wait."""

import asyncio
import time
from contextlib import suppress

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from contracts.runtime import Runtime
from contracts.topics import OBSERVATIONS
from stream.access import kafka_settings, topic
from stream.together import resting

_REST_S = 0.3


class Reader:
    """Reads one partition as a follower does."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self.found: list[bytes] = []
        self.fetches = 0
        self.moved = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            got = await self._consumer.getmany(timeout_ms=200)
            if not got:
                continue
            self.fetches += 1
            async with resting(self._consumer, _REST_S):
                self.found += [record.value for records in got.values() for record in records]
                self.moved.set()

    async def until(self, count: int) -> None:
        """Wait for so many records."""
        while len(self.found) < count:
            self.moved.clear()
            await asyncio.wait_for(self.moved.wait(), 10)


async def _read_at_rest(runtime: Runtime) -> tuple[Reader, float]:
    name = topic(runtime, OBSERVATIONS)
    producer = AIOKafkaProducer(**kafka_settings(runtime))
    consumer = AIOKafkaConsumer(**kafka_settings(runtime), fetch_max_wait_ms=50, auto_offset_reset="earliest")
    await producer.start()
    await consumer.start()
    consumer.assign([TopicPartition(name, partition) for partition in range(2)])
    reader = Reader(consumer)
    reading = asyncio.create_task(reader.run())
    try:
        await producer.send_and_wait(name, b"0", partition=0)
        await reader.until(1)
        for number in range(1, 40):
            await producer.send_and_wait(name, str(number).encode(), partition=number % 2)
        await reader.until(40)
        await asyncio.sleep(2 * _REST_S)  # nobody rests any more, and a fetch waits at the broker
        began_s = time.monotonic()
        await producer.send_and_wait(name, b"alone", partition=1)
        await reader.until(41)
        return reader, time.monotonic() - began_s
    finally:
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading
        await consumer.stop()
        await producer.stop()


def test_what_comes_close_together_is_fetched_at_once_and_what_comes_alone_does_not_wait(runtime: Runtime) -> None:
    """Forty records one after the other: all of them, in their order, in a few fetches; the next after a pause comes sooner than a rest."""
    reader, took_s = asyncio.run(_read_at_rest(runtime))
    assert sorted(map(int, reader.found[:40])) == list(range(40))
    for parity in (0, 1):
        mine = [int(raw) for raw in reader.found[:40] if int(raw) % 2 == parity]
        assert mine == sorted(mine)
    assert reader.fetches <= 12
    assert took_s < _REST_S


def test_a_reader_whose_work_fails_reads_on(runtime: Runtime) -> None:
    """The rest ends with the work, however that ended."""

    async def read() -> bytes | None:
        name = topic(runtime, OBSERVATIONS)
        producer = AIOKafkaProducer(**kafka_settings(runtime))
        consumer = AIOKafkaConsumer(**kafka_settings(runtime), auto_offset_reset="earliest")
        await producer.start()
        await consumer.start()
        consumer.assign([TopicPartition(name, 0)])
        try:
            await producer.send_and_wait(name, b"first", partition=0)
            await consumer.getone()
            with pytest.raises(OSError, match="no"):
                async with resting(consumer, _REST_S):
                    raise OSError("no")
            await producer.send_and_wait(name, b"second", partition=0)
            second: bytes | None = (await asyncio.wait_for(consumer.getone(), 10)).value
            return second
        finally:
            await consumer.stop()
            await producer.stop()

    assert asyncio.run(read()) == b"second"
