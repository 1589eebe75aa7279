"""The log as a test reads it: the rule of what stands is told here once more, apart from the product's fold."""

from hashlib import sha256

import redis
from kafka import KafkaConsumer, TopicPartition

from contracts.commit import Commit, decode_commit
from contracts.runtime import Runtime
from contracts.topics import COMMITS, WRITER_PARTITIONS
from stream.access import kafka_settings, topic
from stream.readmodel.read import live_digest
from stream.replay import replay
from tests.integration.stream.conftest import until


class StandingLog:
    """The commits that stand. One thread each."""

    def __init__(self, runtime: Runtime) -> None:
        self._consumer = KafkaConsumer(**kafka_settings(runtime), group_id=None, auto_offset_reset="earliest", enable_auto_commit=False)
        self._places = [TopicPartition(topic(runtime, COMMITS), partition) for partition in range(WRITER_PARTITIONS)]
        self._consumer.assign(self._places)
        self._consumer.seek_to_beginning()
        self._heads: dict[str, tuple[int, str]] = {}
        self._found: list[Commit] = []

    def commits(self) -> list[Commit]:
        """All up to the end of the log as it is now; only what is new is read."""
        ends = self._consumer.end_offsets(self._places)
        while any(self._consumer.position(place) < ends[place] for place in self._places):
            for records in self._consumer.poll(timeout_ms=200).values():
                for record in records:
                    self._step(record.value)
        return self._found

    def _step(self, raw: bytes) -> None:
        commit = decode_commit(raw)
        sequence, head = self._heads.get(commit.jurisdiction, (0, "0" * 64))
        if commit.sequence == sequence + 1 and commit.previous == head:
            self._heads[commit.jurisdiction] = (commit.sequence, sha256(raw).hexdigest())
            self._found.append(commit)

    def close(self) -> None:
        """Disconnect."""
        self._consumer.close()


def standing_commits(runtime: Runtime) -> list[Commit]:
    """The commits that stand now."""
    log = StandingLog(runtime)
    try:
        return log.commits()
    finally:
        log.close()


def live_is_replayed(runtime: Runtime, store: redis.Redis) -> None:
    """The read model reaches the end of the log, and its digest is the replay's at the same offsets."""
    whole = replay(runtime)
    # Clocks ring on while we look, so the log may already be longer.
    until(lambda: all(_offsets(store).get(partition, -1) >= at for partition, at in whole.offsets.items()), f"it is at {whole.offsets}")
    live = live_digest(store)
    assert live.digest == replay(runtime, at=live.offsets).digest


def _offsets(store: redis.Redis) -> dict[int, int]:
    return {int(partition): int(at) for partition, at in store.hgetall("offsets").items()}
