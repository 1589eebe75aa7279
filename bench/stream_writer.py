"""Commands per second through one real dispatcher worker: `python -m bench.stream_writer [COMMANDS]`.

Real domain commands (reports of incidents, receiving, filing) are put into a fresh Kafka first; then the worker is started, and the
time is taken from the first commit in the log to the last.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from contracts.commands import Command, FileIncident, ReceiveIncident, ReportIncident, encode_command
from contracts.runtime import VARIABLE, KafkaAccess, Runtime
from contracts.terms import Role, Source
from contracts.topics import COMMANDS, COMMITS, WRITER_PARTITIONS
from contracts.values import Actor, Place
from nuandeng.embedded.guard import Guard
from nuandeng.embedded.session import RunningKafka, RunningValkey
from stream.access import kafka_settings
from stream.partition import partition_of

CODES = ("371602", "371622", "371681")
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


def ends(consumer: KafkaConsumer) -> int:
    """Records in the log."""
    return sum(consumer.end_offsets([TopicPartition(COMMITS, partition) for partition in range(WRITER_PARTITIONS)]).values())


def cpu_s(pid: int) -> float:
    """Seconds of processor time of a process, user and system (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Print what was measured."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 30_000
    guard = Guard()
    with tempfile.TemporaryDirectory() as folder:
        kafka, valkey = RunningKafka(Path(folder, "kafka"), guard), RunningValkey(Path(folder, "valkey"), guard)
        runtime = Runtime(
            kafka=KafkaAccess(bootstrap=kafka.bootstrap, passwords=dict(kafka.passwords)), valkey_url=valkey.url,
            data_dir=str(Path(folder, "data")), keystore=str(Path(folder, "keys")), secrets_store=str(Path(folder, "secrets")),
            evidence=str(Path(folder, "evidence")),
        )  # fmt: skip
        producer = KafkaProducer(**kafka_settings(runtime), linger_ms=20, batch_size=1 << 18)
        for code, raw in commands(count):
            producer.send(COMMANDS, raw, key=code.encode(), partition=partition_of(code))
        producer.close()
        path = Path(folder, "runtime.json")
        path.write_bytes(msgspec.json.encode(runtime))
        started = time.monotonic()
        worker = subprocess.Popen([sys.executable, "-m", "stream.worker", "dispatcher"], env={**os.environ, VARIABLE: str(path)})
        log = KafkaConsumer(**kafka.client_settings())
        while ends(log) == 0:
            time.sleep(0.05)
        first, cpu = time.monotonic(), cpu_s(worker.pid)
        while (done := ends(log)) < count and time.monotonic() < first + 300:
            time.sleep(0.05)
        seconds, cpu = time.monotonic() - first, cpu_s(worker.pid) - cpu
        log.close()
        worker.terminate()
        worker.wait()
        print(f"first commit {first - started:.1f} s after the worker's start; {done} commits in {seconds:.1f} s: {done / seconds:,.0f}/s, {cpu / seconds:.0%} of a core")
        valkey.stop()
        kafka.stop()
    guard.close()


if __name__ == "__main__":
    main()
