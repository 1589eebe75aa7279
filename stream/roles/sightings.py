"""The sightings worker: observations to tracks, tracks to reports."""

from collections import Counter
from typing import Any

from contracts.runtime import Runtime
from contracts.topics import OBSERVATIONS
from stream.access import kafka_settings, topic
from stream.agents import Taker, lanes_by
from stream.beginning import passed_over
from stream.heartbeat import Heartbeat
from stream.partition import partition_count
from stream.pulse import GroupPulse, store_of
from stream.roles.following import Outlets, OutletService
from stream.roles.hosting import host
from stream.sightings.agent import TABLE, Watcher
from stream.sightings.kept_table import KeptTable
from stream.worker import app_id, raw_topic


def add(app: Any, runtime: Runtime, name: str) -> None:
    """Put agent, table and services into the app."""
    name_of_topic = topic(runtime, OBSERVATIONS)
    outlets = Outlets(runtime, name)
    table = KeptTable(app, name=TABLE, key_type=bytes, value_type=bytes, partitions=partition_count(), beacon=app.tables.beacon)
    app.tables.add(table)
    counts: Counter[str] = Counter()

    @app.agent(raw_topic(app, name_of_topic))  # type: ignore[untyped-decorator]
    async def observe(stream: Any) -> None:
        await outlets.connected.wait()
        watcher = Watcher(table, outlets.follower, outlets.sender, counts)
        # Looks of a camera in their order; while Kafka takes what follows from one, other cameras go on.
        passed = passed_over(app, runtime, name_of_topic)
        await Taker(watcher.use, outlets.letters, name_of_topic, counts, passed, lane_of=lanes_by("camera")).run(stream)

    host(app, OutletService, outlets)
    host(app, Pulse, runtime, name, app_id(runtime, "sightings"), {name_of_topic: partition_count()}, counts)


class Pulse(GroupPulse):
    """The heartbeat of an agents' worker."""

    def __init__(self, runtime: Runtime, name: str, group: str, topics: dict[str, int], counts: dict[str, int], **kwargs: Any) -> None:
        heartbeat = Heartbeat(store_of(runtime.valkey_url), name)
        super().__init__(settings=kafka_settings(runtime), group=group, topics=topics, heartbeat=heartbeat, counters=counts, **kwargs)
