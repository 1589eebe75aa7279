"""Records side by side: those of one camera in their order, and acknowledged as if one had come after the other."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace
from typing import Any

from aiokafka.errors import KafkaConnectionError

from stream.agents import Taker, lanes_by
from stream.passed_over import Behind, PassedOver


class Stream:
    """What of a Faust stream the taker asks for."""

    def __init__(self, records: list[bytes]) -> None:
        self.acknowledged: list[int] = []
        places = [SimpleNamespace(partition=0, offset=at, key=b"k") for at in range(len(records))]
        self._events = [SimpleNamespace(value=raw, message=place) for raw, place in zip(records, places, strict=True)]

    def noack(self) -> "Stream":
        return self

    async def events(self) -> AsyncIterator[Any]:
        for event in self._events:
            yield event
        await asyncio.sleep(60)

    async def ack(self, event: Any) -> None:
        self.acknowledged.append(event.message.offset)


class NothingPassedOver:
    """A reader that delivers all there is."""

    async def before(self, _partition: int, _offset: int) -> list[tuple[int, bytes]]:
        return []

    def behind(self) -> Iterator[Behind]:
        return iter(())

    def used(self, _partition: int, _offset: int) -> None:
        """Not asked for here."""

    async def stop(self) -> None:
        """Nothing to stop."""


async def _taken(records: list[bytes], use: Any, until: asyncio.Event) -> tuple[list[int], Counter[str]]:
    counts: Counter[str] = Counter()
    stream = Stream(records)
    passed_over: Any = NothingPassedOver()
    letters: Any = None
    taker = Taker(use, letters, "t", counts, passed_over, lane_of=lanes_by("camera"))
    running = asyncio.create_task(taker.run(stream))
    await asyncio.wait_for(until.wait(), 5)
    for _ in range(5):
        await asyncio.sleep(0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return stream.acknowledged, counts


def _looks(*cameras: str) -> list[bytes]:
    return [b'{"camera":"%s","n":%d}' % (camera.encode(), number) for number, camera in enumerate(cameras)]


def test_a_camera_waits_for_itself_and_for_no_other() -> None:
    """The second look of one begins after its first is used; the other camera's is used meanwhile, and acknowledged only in its turn."""
    slow, quick = "c1", "c2"
    used: list[bytes] = []
    done, go_on = asyncio.Event(), asyncio.Event()

    async def use(raw: bytes) -> None:
        if raw == records[0]:
            await go_on.wait()
        used.append(raw)
        if raw == records[1]:
            go_on.set()
        if len(used) == len(records):
            done.set()

    records = _looks(slow, quick, slow, "[")
    acknowledged, counts = asyncio.run(_taken(records, use, done))
    assert used.index(records[1]) < used.index(records[0]) < used.index(records[2])
    assert acknowledged == [0, 1, 2, 3]
    assert counts["used"] == 4


def test_what_kafka_did_not_take_is_tried_again_before_what_came_after() -> None:
    """A broker that is away changes no order; nothing after it is acknowledged before."""
    camera, other = "c1", "c2"
    tries: list[bytes] = []
    done = asyncio.Event()

    async def use(raw: bytes) -> None:
        tries.append(raw)
        if tries.count(records[0]) == 1 and raw == records[0]:
            raise KafkaConnectionError
        if raw == records[2]:
            done.set()

    records = _looks(camera, other, camera)
    acknowledged, counts = asyncio.run(_taken(records, use, done))
    assert [raw for raw in tries if raw != records[1]] == [records[0], records[0], records[2]]
    assert acknowledged == [0, 1, 2]
    assert counts["waits"] == 1


def test_a_worker_that_ends_acknowledges_nothing_it_has_not_used() -> None:
    """What is under way when it ends comes again."""
    camera, other = "c1", "c2"
    done = asyncio.Event()

    async def use(raw: bytes) -> None:
        if raw == records[1]:
            done.set()
            return
        await asyncio.sleep(60)

    records = _looks(camera, other)
    acknowledged, _ = asyncio.run(_taken(records, use, done))
    assert acknowledged == []


def test_no_two_cameras_wait_for_each_other() -> None:
    """Two hundred cameras, none of which gets through before all of them have begun."""
    began: set[bytes] = set()
    done, all_began = asyncio.Event(), asyncio.Event()
    records = _looks(*(f"c{number}" for number in range(200)))

    async def use(raw: bytes) -> None:
        began.add(raw)
        if len(began) == len(records):
            all_began.set()
        await all_began.wait()
        done.set()

    acknowledged, counts = asyncio.run(_taken(records, use, done))
    assert acknowledged == list(range(len(records)))
    assert counts["used"] == len(records)


class Log:
    """What of a range reader is asked for: a partition as it lies in Kafka."""

    def __init__(self, records: list[bytes]) -> None:
        self._records = records

    async def begin(self, _partition: int) -> int:
        return 0

    async def read(self, _partition: int, start: int, on_record: Any, stop: int) -> int:
        for offset in range(start, stop):
            on_record(offset, self._records[offset])
        return stop

    async def stop(self) -> None:
        """Nothing to stop."""


def test_the_last_records_of_a_partition_are_used_though_nobody_delivers_them() -> None:
    """Faust drops what it fetched around an assignment; a later record showed the gap, but a warning may be the last for weeks."""
    records = _looks("c1", "c2", "c1", "c2")
    delivered, used = records[:2], []
    done = asyncio.Event()

    async def use(raw: bytes) -> None:
        used.append(raw)
        if len(used) == len(records):
            done.set()

    async def run() -> Counter[str]:
        counts: Counter[str] = Counter()
        log: Any = Log(records)
        letters: Any = None
        passed_over = PassedOver(log, "t", {("t", 0): 0}, lambda: {0: len(records)})
        running = asyncio.create_task(Taker(use, letters, "t", counts, passed_over).run(Stream(delivered)))
        await asyncio.wait_for(done.wait(), 10)
        assert list(passed_over.behind()) == []
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return counts

    assert asyncio.run(run())["passed_over"] == 2
    assert used == records
