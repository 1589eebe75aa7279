"""Kafka and Valkey as we start them keep what they acknowledged, refuse strangers, and die with us."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import aiokafka
import pytest
import redis
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError, TopicAuthorizationFailedError

from contracts.topics import COMMANDS, COMMITS, TOPICS, TRACKS_CHANGELOG
from nuandeng.embedded.session import RunningKafka, RunningValkey


def _end(kafka: RunningKafka, topic: str) -> int:
    consumer = KafkaConsumer(**kafka.client_settings())
    try:
        partition = TopicPartition(topic, 0)
        return int(consumer.end_offsets([partition])[partition])
    finally:
        consumer.close()


def test_every_topic_exists_with_its_settings(kafka: RunningKafka) -> None:
    """A new broker has all topics of the contract, with the partitions and settings written there."""
    admin = KafkaAdminClient(**kafka.client_settings())
    try:
        described = {topic["name"]: topic for topic in admin.describe_topics([topic.name for topic in TOPICS])}
        for topic in TOPICS:
            assert len(described[topic.name]["partitions"]) == topic.partitions
            found = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic.name)])
            values = {name: entry["value"] for name, entry in found["topic"][topic.name].items()}
            assert {key: values[key] for key in topic.config} == topic.config
    finally:
        admin.close()


def test_topics_of_an_earlier_release_get_the_settings_of_this_one(kafka: RunningKafka) -> None:
    """And only these: what somebody set for reasons of their own stays."""
    prefix = kafka.fresh_topics()
    name = prefix + TRACKS_CHANGELOG
    admin = KafkaAdminClient(**kafka.client_settings())
    try:
        before = {"segment.ms": "3600000", "max.message.bytes": "900000"}
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, configs=before)])
        kafka.fresh_topics(prefix)
        found = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)])["topic"][name]
        assert (found["segment.ms"]["value"], found["max.message.bytes"]["value"]) == ("60000", "900000")
    finally:
        admin.close()


def test_an_acknowledged_record_survives_kill_9(kafka: RunningKafka) -> None:
    """What the broker acknowledged is there after it was killed and started again."""
    prefix = kafka.fresh_topics()
    producer = KafkaProducer(**kafka.client_settings("dispatcher"))
    for number in range(50):
        producer.send(prefix + COMMITS, str(number).encode(), partition=0).get(10)
    producer.close()
    kafka.kill()
    kafka.restart()
    assert _end(kafka, prefix + COMMITS) == 50


def test_only_the_dispatchers_account_writes_the_log(kafka: RunningKafka) -> None:
    """Another account may send commands and read commits, but a commit of its own is refused."""
    prefix = kafka.fresh_topics()
    producer = KafkaProducer(**kafka.client_settings("tools"))
    producer.send(prefix + COMMANDS, b"{}").get(10)
    with pytest.raises(TopicAuthorizationFailedError):
        producer.send(prefix + COMMITS, b"{}").get(10)
    producer.close()
    assert _end(kafka, prefix + COMMITS) == 0


def test_a_stranger_is_refused_by_kafka(kafka: RunningKafka) -> None:
    """A wrong password gets no connection."""
    settings = {**kafka.client_settings(), "sasl_plain_password": "wrong"}
    with pytest.raises(KafkaError):
        KafkaAdminClient(**settings, bootstrap_timeout_ms=3000)


async def _round_trip(kafka: RunningKafka, topic: str) -> bytes:
    producer = aiokafka.AIOKafkaProducer(**kafka.aiokafka_settings())
    await producer.start()
    await producer.send_and_wait(topic, b"seen")
    await producer.stop()
    consumer = aiokafka.AIOKafkaConsumer(topic, auto_offset_reset="earliest", **kafka.aiokafka_settings())
    await consumer.start()
    try:
        record = await consumer.getone()
    finally:
        await consumer.stop()
    return bytes(record.value)


def test_aiokafka_speaks_with_the_same_settings(kafka: RunningKafka) -> None:
    """The library that Faust stands on logs in with what the fixture gives."""
    assert asyncio.run(_round_trip(kafka, kafka.fresh_topics() + COMMANDS)) == b"seen"


def test_kafkas_own_console_consumer_reads_our_topics(kafka: RunningKafka, tmp_path: Path) -> None:
    """Operators' usual tool works against the embedded broker, with the account and the group that are for tools."""
    prefix = kafka.fresh_topics()
    topic = prefix + COMMANDS
    producer = KafkaProducer(**kafka.client_settings())
    producer.send(topic, '{"灯":1}'.encode(), key=b"371602").get(10)
    producer.close()
    login = tmp_path / "client.properties"
    login.write_text(kafka.node.tool_properties("tools"))
    argv = kafka.node.tool_argv(
        "org.apache.kafka.tools.consumer.ConsoleConsumer", "--bootstrap-server", kafka.bootstrap, "--consumer.config", str(login),
        "--topic", topic, "--group", f"{prefix}tools", "--from-beginning",
        "--max-messages", "1", "--property", "print.key=true", "--timeout-ms", "20000",
    )  # fmt: skip
    said = subprocess.run(argv, capture_output=True, timeout=60, check=False)
    assert said.stdout.decode().strip().endswith('371602\t{"灯":1}'), said.stderr.decode()


def test_valkey_keeps_its_data_over_kill_and_loses_it_when_wiped(valkey: RunningValkey) -> None:
    """The append-only file holds what was written; a wipe leaves nothing."""
    client = redis.Redis.from_url(valkey.url)
    client.set("kept", "1")
    valkey.restart()
    assert client.get("kept") == b"1"
    valkey.wipe()
    assert client.get("kept") is None
    valkey.kill()
    valkey.restart()
    assert client.ping()
    client.close()


def test_a_stranger_is_refused_by_valkey(valkey: RunningValkey) -> None:
    """Neither no password nor a wrong one is let in."""
    for url in (f"redis://127.0.0.1:{valkey.node.port}/0", f"redis://nuandeng:wrong@127.0.0.1:{valkey.node.port}/0"):
        client = redis.Redis.from_url(url, retry=None)
        with pytest.raises(redis.AuthenticationError):
            client.ping()
        client.close()


_PARENT = """
import subprocess, sys, time
from nuandeng.embedded.guard import Guard
guard = Guard()
child = subprocess.Popen(["sleep", "600"], start_new_session=True)
guard.watch(child.pid)
print(child.pid, flush=True)
time.sleep(600)
"""


def test_children_do_not_outlive_a_parent_that_was_killed() -> None:
    """kill -9 of the process that started them ends its children too."""
    with subprocess.Popen([sys.executable, "-c", _PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        os.kill(child, 0)
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while _exists(child):
        assert time.monotonic() < deadline, "the child is still there"
        time.sleep(0.02)


def _exists(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    except FileNotFoundError:
        return False
    return state != "Z"
