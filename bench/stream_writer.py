"""Commands per second through one real dispatcher worker, beside a bare loop on the same Kafka: `python -m bench.stream_writer`.

Real domain commands (reports of incidents, receiving, filing) are put into a fresh Kafka first; then the worker is started, and the
time is taken from the first commit in the log to the last. The loop that only copies (bench/plain_loop.py) is timed the same way.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from contracts.accounts import ADMIN, DISPATCHER
from contracts.commands import Command, FileIncident, ReceiveIncident, ReportIncident, encode_command
from contracts.runtime import VARIABLE, KafkaAccess, Runtime
from contracts.terms import Role, Source
from contracts.topics import COMMANDS, COMMITS, OBSERVATIONS, WRITER_PARTITIONS
from contracts.values import Actor, Place
from dispatch import State
from nuandeng.embedded.guard import Guard
from nuandeng.embedded.session import RunningKafka, RunningValkey
from stream.access import as_account, kafka_settings
from stream.partition import partition_of
from stream.writer.decision import Judge

CODES = ("371602", "371622", "371681")
COMMANDS_SENT = 60_000
_LONGEST_S = 120.0
OPERATOR = Actor(account="op", role=Role.OPERATOR, area="3716")


def commands(count: int) -> list[tuple[str, bytes]]:
    """One report in three, then its receiving and filing; identifiers of incidents follow from sequences."""
    found = []
    for number in range(count):
        code, turn = CODES[number % 3], number // 3
        sequence = turn - turn % 3 + 1
        body: ReportIncident | ReceiveIncident | FileIncident
        if turn % 3 == 0:
            body = ReportIncident(source=Source.HOTLINE, place=Place(lat_wgs84=37.4, lon_wgs84=118.0, area=code + "001000", name="天桥下"))
        elif turn % 3 == 1:
            body = ReceiveIncident(incident=f"{code}-i{sequence}")
        else:
            body = FileIncident(incident=f"{code}-i{sequence}")
        now_ms = time.time_ns() // 1_000_000
        command = Command(id=f"c{number}", jurisdiction=code, actor=OPERATOR, body=body, sent_at_ms=now_ms)
        found.append((code, encode_command(command)))
    return found


def ends(consumer: KafkaConsumer, topic: str) -> int:
    """Records in a topic."""
    return sum(consumer.end_offsets([TopicPartition(topic, partition) for partition in range(WRITER_PARTITIONS)]).values())


def timed(argv: list[str], env: dict[str, str], consumer: KafkaConsumer, topic: str) -> float:
    """Run a process until a topic holds all records; return records a second, from the first seen to the last."""
    process = subprocess.Popen([sys.executable, "-m", *argv], env={**os.environ, **env}, stderr=subprocess.DEVNULL)
    try:
        deadline_s = time.monotonic() + _LONGEST_S
        while (already := ends(consumer, topic)) == 0 and time.monotonic() < deadline_s:
            time.sleep(0.02)
        began_s = time.monotonic()
        while ends(consumer, topic) < COMMANDS_SENT and time.monotonic() < deadline_s:
            time.sleep(0.02)
        took_s = time.monotonic() - began_s
        if ends(consumer, topic) < COMMANDS_SENT:
            raise SystemExit(f"{argv}: {ends(consumer, topic)} of {COMMANDS_SENT} records after {_LONGEST_S} s")
        return (COMMANDS_SENT - already) / took_s
    finally:
        process.terminate()
        process.wait(20)


def deciding_per_s() -> float:
    """Commands a second of one core, from a command's bytes to a commit's, with nothing around it."""
    judges = {partition: Judge(partition) for partition in range(WRITER_PARTITIONS)}
    states: dict[int, dict[str, State]] = {partition: {} for partition in judges}
    sent, now_ms = commands(COMMANDS_SENT), time.time_ns() // 1_000_000
    began_s = time.process_time()
    for code, raw in sent:
        partition = partition_of(code)
        judges[partition].decide(states[partition], raw, now_ms)
    return COMMANDS_SENT / (time.process_time() - began_s)


def measure() -> dict[str, float]:
    """One run; see bench/goals.py for what the names mean."""
    guard = Guard()
    with tempfile.TemporaryDirectory() as folder:
        kafka, valkey = RunningKafka(Path(folder, "kafka"), guard), RunningValkey(Path(folder, "valkey"), guard)
        runtime = Runtime(
            kafka=KafkaAccess(bootstrap=kafka.bootstrap, passwords=dict(kafka.passwords)), valkey_url=valkey.url,
            data_dir=str(Path(folder, "data")), keystore=str(Path(folder, "keys")), secrets_store=str(Path(folder, "secrets")),
            evidence=str(Path(folder, "evidence")),
        )  # fmt: skip
        producer = KafkaProducer(**kafka_settings(runtime), linger_ms=20, batch_size=1 << 18)
        for code, raw in commands(COMMANDS_SENT):
            producer.send(COMMANDS, raw, key=code.encode(), partition=partition_of(code))
        producer.close()
        as_admin, as_dispatcher = Path(folder, "admin.json"), Path(folder, "dispatcher.json")
        as_admin.write_bytes(msgspec.json.encode(as_account(runtime, ADMIN)))
        as_dispatcher.write_bytes(msgspec.json.encode(as_account(runtime, DISPATCHER)))
        consumer = KafkaConsumer(**kafka.client_settings())
        plain = timed(["bench.plain_loop"], {VARIABLE: str(as_admin)}, consumer, OBSERVATIONS)
        ours = timed(["stream.worker", "dispatcher"], {VARIABLE: str(as_dispatcher)}, consumer, COMMITS)
        consumer.close()
        valkey.stop()
        kafka.stop()
    guard.close()
    return {"commands_per_s": ours, "plain_loop_per_s": plain, "commands_vs_plain": ours / plain, "decide_per_s": deciding_per_s()}


if __name__ == "__main__":
    print(measure())
