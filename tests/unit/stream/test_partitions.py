"""A jurisdiction's partition follows from its code and the number chosen at set-up, and from nothing else."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.runtime import VARIABLE, KafkaAccess, Runtime
from contracts.topics import COMMANDS, COMMITS, DEAD_LETTERS, TOPICS, WARNINGS, WRITER_PARTITIONS, topics_with
from stream import side_by_side
from stream.access import runtime_from_environment
from stream.partition import choose_partitions, murmur2, partition_count, partition_of


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    choose_partitions(WRITER_PARTITIONS)


@given(st.text("0123456789", min_size=4, max_size=12), st.integers(1, 1024))
def test_it_is_what_kafkas_own_clients_choose(code: str, count: int) -> None:
    """The hash of the key's bytes, without its sign, modulo the number of partitions; asked again, the same."""
    choose_partitions(count)
    assert partition_of(code) == partition_of(code) == (murmur2(code.encode()) & 0x7FFFFFFF) % count
    assert partition_of(code, 4) == (murmur2(code.encode()) & 0x7FFFFFFF) % 4


def test_every_process_counts_as_its_runtime_file_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The number is told with the broker's address; a file without one is of an installation with four."""
    for partitions in (64, WRITER_PARTITIONS):
        access = KafkaAccess(bootstrap="127.0.0.1:1", partitions=partitions)
        runtime = Runtime(kafka=access, valkey_url="", data_dir="", keystore="", secrets_store="", evidence="")
        path = tmp_path / f"{partitions}.json"
        path.write_bytes(msgspec.json.encode(runtime))
        monkeypatch.setenv(VARIABLE, str(path))
        assert runtime_from_environment().kafka.partitions == partition_count() == partitions
    assert KafkaAccess(bootstrap="").partitions == WRITER_PARTITIONS


def _counted(_task: None, partitions: tuple[int, ...]) -> dict[int, int]:
    return dict.fromkeys(partitions, partition_count())


def test_processes_that_fold_side_by_side_count_as_the_one_that_started_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are spawned, and know nothing but what they are told."""
    monkeypatch.setattr(side_by_side, "WORTH_A_PROCESS", 0)
    monkeypatch.setattr("os.sched_getaffinity", lambda _pid: {0, 1})
    choose_partitions(64)
    assert side_by_side.side_by_side(_counted, None, {1: 5, 2: 5}) == {1: 64, 2: 64}


def test_only_topics_that_a_jurisdiction_keys_have_the_chosen_number() -> None:
    """Commands and commits above all: they must share it. The rest stays as it is."""
    chosen = {topic.name: topic.partitions for topic in topics_with(64)}
    assert chosen[COMMANDS] == chosen[COMMITS] == 64
    assert (chosen[WARNINGS], chosen[DEAD_LETTERS]) == (1, 1)
    assert topics_with(WRITER_PARTITIONS) == TOPICS


def test_the_countrys_counties_spread_over_the_partitions() -> None:
    """2,800 codes over 256 partitions: none is empty, none has four times its share."""
    choose_partitions(256)
    held = Counter(
        partition_of(f"{province}{city:02d}{county:02d}") for province in range(11, 39) for city in range(1, 11) for county in range(1, 11)
    )
    assert len(held) == 256
    assert max(held.values()) < 4 * 2_800 / 256
