"""What a worker was given counts, whatever its reader does and whenever it dies."""

import asyncio

import redis
from kafka import KafkaProducer

from contracts.runtime import Runtime
from contracts.topics import OBSERVATIONS
from stream.access import kafka_settings, topic
from stream.heartbeat import read_heartbeats
from stream.log.read import RangeReader
from stream.passed_over import PassedOver
from tests.integration.stream.conftest import Workers, until
from tests.integration.stream.loads import Stays, settle_city


def test_a_stay_goes_on_after_a_kill_between_its_looks(runtime: Runtime, workers: Workers, store: redis.Redis) -> None:
    """All that was seen is acknowledged, and then the worker dies: the stay still began when it did."""
    for role in ("dispatcher", "projector", "sightings"):
        workers.start(role)
    settle_city(runtime)
    stays = Stays(runtime)
    for _ in range(4):
        stays.step()

    def all_acknowledged() -> bool:
        beat = read_heartbeats(store).get("sightings", {})
        return int(beat.get("progress", 0)) >= 4 * len(stays.stayed()) and beat["lag"] == "0"

    until(all_acknowledged, "every look is acknowledged", 60)
    workers.kill("sightings")
    workers.start("sightings")
    stays.finish()
    until(lambda: stays.done() >= len(stays.stayed()), "everybody who stayed is an incident", 60)
    assert sorted(stays.opened()) == sorted(stays.stayed())
    stays.log.close()


def test_what_the_reader_skips_is_read_beside_it(runtime: Runtime) -> None:
    """From where it began, between two records, and again after an assignment; what is no longer there is not waited for."""
    name = topic(runtime, OBSERVATIONS)
    producer = KafkaProducer(**kafka_settings(runtime), acks="all")
    for number in range(30):
        producer.send(name, b"%d" % number, partition=2).get(10)
    producer.close()
    begun = {(name, 2): 5}

    async def run() -> list[list[tuple[int, bytes]]]:
        passed_over = PassedOver(RangeReader(kafka_settings(runtime), name), name, begun)
        found = []
        for offset in (8, 9, 12):
            missed = await passed_over.before(2, offset)
            for at, _ in (*missed, (offset, b"")):
                passed_over.used(2, at)
            found.append(missed)
        begun[name, 2] = 3
        found.append(await passed_over.before(2, 6))
        begun[name, 2] = 20
        found.append(await passed_over.before(2, 20))
        await passed_over.stop()
        return found

    def records(first: int, last: int) -> list[tuple[int, bytes]]:
        return [(number, b"%d" % number) for number in range(first, last + 1)]

    assert asyncio.run(run()) == [records(5, 7), [], records(10, 11), records(3, 5), []]
    assert begun == {}
