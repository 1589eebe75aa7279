"""Commands on their way into Kafka: what a sender is told is true, whatever becomes of the broker."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from kafka import KafkaConsumer, TopicPartition

from contracts.commands import CancelIncident, decode_command
from contracts.errors import StoreAwayError
from contracts.runtime import KafkaAccess, Runtime
from contracts.topics import COMMANDS, COMMITS, POSITIONS
from nuandeng.embedded.guard import Guard
from nuandeng.embedded.session import RunningKafka, RunningValkey
from stream.access import as_account, kafka_settings, topic
from stream.commands import CommandGate
from stream.log_clock import LogClock
from stream.partition import partition_of
from tests.integration.stream.conftest import ROOT, until
from tests.integration.stream.senders import COUNTY, SENDERS


@pytest.fixture(scope="module")
def own_kafka(tmp_path_factory: pytest.TempPathFactory, server_guard: Guard) -> Iterator[RunningKafka]:
    """A broker that may be killed."""
    running = RunningKafka(tmp_path_factory.mktemp("kafka"), server_guard)
    yield running
    running.stop()


@pytest.fixture
def broker_runtime(own_kafka: RunningKafka, valkey: RunningValkey, tmp_path: Path) -> Runtime:
    """Topics of this test's own at that broker."""
    return Runtime(
        kafka=KafkaAccess(bootstrap=own_kafka.bootstrap, passwords=dict(own_kafka.passwords), topic_prefix=own_kafka.fresh_topics()),
        valkey_url=valkey.url,
        data_dir=str(tmp_path),
        keystore="",
        secrets_store="",
        evidence="",
    )


@pytest.mark.parametrize("kind", ["threads", "greenlets"])
def test_a_broker_killed_under_fifty_senders_leaves_each_with_the_truth(
    kind: str, own_kafka: RunningKafka, broker_runtime: Runtime, tmp_path: Path
) -> None:
    runtime_file = tmp_path / "runtime.json"
    runtime_file.write_bytes(msgspec.json.encode(broker_runtime))

    def acknowledged() -> int:
        progress = tmp_path / "progress"
        return int(progress.read_text()) if progress.exists() else 0

    argv = [sys.executable, "-m", "tests.integration.stream.senders", kind, str(runtime_file), str(tmp_path)]
    senders = subprocess.Popen(argv, cwd=ROOT)
    try:
        until(lambda: acknowledged() > 4 * SENDERS, "all of them send")
        own_kafka.kill()
        before = acknowledged()
        own_kafka.restart()
        until(lambda: acknowledged() > before + 4 * SENDERS, "all of them send again")
        (tmp_path / "stop").touch()
        assert senders.wait(30) == 0
    finally:
        senders.kill()
        senders.wait()
    said = json.loads((tmp_path / "said.json").read_text())
    written = _written(broker_runtime)
    promised = {name for name, outcome in said.items() if outcome == "acknowledged"}
    refused = {name for name, outcome in said.items() if outcome == "away"}
    assert promised <= written
    assert not refused & written
    assert refused or len(promised) < len(said), "the broker's end was not felt by anybody"


def test_closing_sends_what_waits(own_kafka: RunningKafka, broker_runtime: Runtime) -> None:
    gate = CommandGate(broker_runtime)
    assert _send(gate, "first", 5.0)
    broker = own_kafka._process.pid
    os.kill(broker, signal.SIGSTOP)
    try:
        assert not any(_send(gate, f"waits-{number}", 0.0) for number in range(20))
    finally:
        os.kill(broker, signal.SIGCONT)
    gate.close()
    assert {"first", *(f"waits-{number}" for number in range(20))} <= _written(broker_runtime)
    with pytest.raises(StoreAwayError):
        _send(gate, "too late", 5.0)
    gate.close()


def test_closing_without_a_broker_ends(own_kafka: RunningKafka, broker_runtime: Runtime) -> None:
    gate = CommandGate(broker_runtime)
    assert _send(gate, "first", 5.0)
    own_kafka.kill()
    try:
        with pytest.raises(StoreAwayError):
            until(lambda: _send(gate, "lost", 0.1), "Kafka is missed")
        gate.close()
    finally:
        own_kafka.restart()
    assert "first" in _written(broker_runtime)


def test_what_an_account_may_not_write_is_refused_and_nowhere(own_kafka: RunningKafka, broker_runtime: Runtime) -> None:
    gate = CommandGate(as_account(broker_runtime, "web"))
    try:
        with pytest.raises(StoreAwayError, match="refused"):
            gate.produce(topic(broker_runtime, COMMITS), b"{}", key=COUNTY, partition=0)
        assert _send(gate, "allowed", 5.0)
    finally:
        gate.close()
    assert _written(broker_runtime) == {"allowed"}


@pytest.mark.parametrize("name", [COMMANDS, POSITIONS])
def test_whoever_sends_learns_what_time_it_is(broker_runtime: Runtime, name: str) -> None:
    """A machine whose clock is a day ahead shows the log's time from its first record on, of whatever kind."""
    gate = CommandGate(broker_runtime, clock=LogClock(wall_s=lambda: time.time() + 86_400))
    try:
        assert gate.clock.now_ms() > (time.time() + 80_000) * 1000
        assert gate.produce(topic(broker_runtime, name), b"{}", key=COUNTY)
        assert abs(gate.clock.now_ms() - time.time() * 1000) < 10_000
    finally:
        gate.close()


def test_a_key_alone_finds_the_partition_that_everybody_expects(broker_runtime: Runtime) -> None:
    gate = CommandGate(broker_runtime)
    try:
        for code in ("371600", "371602", "371622", "371681"):
            assert gate.produce(topic(broker_runtime, COMMANDS), b"{}", key=code)
    finally:
        gate.close()
    places = {record.key.decode(): record.partition for record in _records(broker_runtime)}
    assert places == {code: partition_of(code) for code in ("371600", "371602", "371622", "371681")}


def _send(gate: CommandGate, command_id: str, acknowledged_s: float) -> bool:
    body = CancelIncident(incident="i", reason="x")
    return gate.send(body, jurisdiction=COUNTY, command_id=command_id, acknowledged_s=acknowledged_s)


def _written(runtime: Runtime) -> set[str]:
    return {decode_command(record.value).id for record in _records(runtime)}


def _records(runtime: Runtime) -> list[Any]:
    consumer = KafkaConsumer(**kafka_settings(runtime), group_id=None, auto_offset_reset="earliest", enable_auto_commit=False)
    try:
        name = topic(runtime, COMMANDS)
        places = [TopicPartition(name, partition) for partition in consumer.partitions_for_topic(name)]
        consumer.assign(places)
        consumer.seek_to_beginning()
        ends = consumer.end_offsets(places)
        found = []
        while any(consumer.position(place) < ends[place] for place in places):
            found += [record for records in consumer.poll(timeout_ms=200).values() for record in records]
        return found
    finally:
        consumer.close()
