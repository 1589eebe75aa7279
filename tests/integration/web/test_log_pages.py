"""Pages of a long log on real Kafka: the same commits as a reading of the whole, without reading the whole each time."""

from pathlib import Path

import msgspec
import pytest
from kafka import KafkaProducer

from contracts.commit import GENESIS, Commit, digest, encode_commit
from contracts.events import ContactNoted
from contracts.runtime import VARIABLE, KafkaAccess, Runtime
from contracts.terms import Role
from contracts.topics import COMMITS, WRITER_PARTITIONS
from contracts.values import Actor
from nuandeng.embedded.session import RunningKafka
from stream.partition import partition_of
from web.log_pages import LogPages

COUNTY = "371602"
NEIGHBOUR = next(code for code in map(str, range(371603, 379999)) if partition_of(code) == partition_of(COUNTY))
LENGTH = 12_000


def commit(jurisdiction: str, sequence: int, previous: str) -> bytes:
    """One that stands after the one with this hash."""
    return encode_commit(
        Commit(
            jurisdiction=jurisdiction, sequence=sequence, previous=previous, command_id=f"c{sequence}", occurred_at_ms=sequence,
            actor=Actor(account="sys", role=Role.SYSTEM), events=(ContactNoted(unit="u1", stale=bool(sequence % 2)),), body_sha256="b",
        )
    )  # fmt: skip


@pytest.fixture(scope="module")
def written(kafka: RunningKafka, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[bytes]]:
    """A log of two jurisdictions of one partition, with false commits and noise in between; the runtime file, and what stands."""
    prefix = kafka.fresh_topics()
    producer = KafkaProducer(**kafka.client_settings(), linger_ms=20, batch_size=1 << 18)
    heads = dict.fromkeys((COUNTY, NEIGHBOUR), GENESIS)
    standing: list[bytes] = []
    partition = partition_of(COUNTY, WRITER_PARTITIONS)
    for sequence in range(1, LENGTH + 1):
        for jurisdiction in heads:
            record = commit(jurisdiction, sequence, heads[jurisdiction])
            heads[jurisdiction] = digest(record)
            if jurisdiction == COUNTY:
                standing.append(record)
            producer.send(prefix + COMMITS, key=jurisdiction.encode(), value=record, partition=partition)
        if sequence % 500 == 0:
            for false in (commit(COUNTY, sequence + 1, "0" * 64), b"\xff{", b""):
                producer.send(prefix + COMMITS, key=COUNTY.encode(), value=false, partition=partition)
    producer.flush()
    producer.close()
    runtime = Runtime(
        kafka=KafkaAccess(bootstrap=kafka.bootstrap, passwords=dict(kafka.passwords), topic_prefix=prefix),
        valkey_url="", data_dir="d", keystore="k", secrets_store="s", evidence="e",
    )  # fmt: skip
    path = tmp_path_factory.mktemp("pages") / "runtime.json"
    path.write_bytes(msgspec.json.encode(runtime))
    return path, standing


def test_a_page_is_the_same_wherever_reading_begins_and_is_near_from_the_second_time_on(
    written: tuple[Path, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first look at the end reads everything; the next page, an older one and a poll for news read next to nothing."""
    path, standing = written
    monkeypatch.setenv(VARIABLE, str(path))
    pages = LogPages()

    def read(start: int, limit: int) -> int:
        items, passed = pages.read(COUNTY, start, limit)
        assert [bytes(item) for item in items] == standing[start - 1 : start - 1 + limit], (start, limit)
        return passed.read

    everything = read(LENGTH - 149, 100)
    assert everything > 2 * (LENGTH - 150)
    assert read(LENGTH - 49, 100) <= 110
    assert read(LENGTH + 1, 100) == 0
    assert read(4_321, 100) <= 2_200, "from the nearest of the places passed, of two jurisdictions"
    assert read(4_421, 100) <= 210
    assert read(1, 10) <= 30
