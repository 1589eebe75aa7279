"""One installation's topics and folders for each test, on the session's Kafka, and the adapters' processes on top of them."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from contracts.runtime import VARIABLE, KafkaAccess, Runtime
from nuandeng.embedded.session import RunningKafka, RunningValkey
from stream.access import as_account

ROOT = Path(__file__).resolve().parents[3]


def until(condition: Callable[[], object], what: str, seconds: float = 60.0) -> None:
    """Wait until a condition holds; fail with what was waited for."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"still not so after {seconds} s: {what}"
        time.sleep(0.05)


class AdapterHost:
    """Starts adapter processes, writes to topics and reads them."""

    def __init__(self, kafka: RunningKafka, valkey: RunningValkey, folder: Path) -> None:
        self.folder = folder
        self.prefix = kafka.fresh_topics()
        self._kafka = kafka
        self._running: list[subprocess.Popen[bytes]] = []
        self._heard: dict[str, tuple[KafkaConsumer, list[Any]]] = {}
        access = KafkaAccess(bootstrap=kafka.bootstrap, passwords=kafka.passwords, topic_prefix=self.prefix)
        self.runtime = Runtime(
            kafka=access, valkey_url=valkey.url, data_dir=str(folder), keystore=str(folder / "keystore"),
            secrets_store=str(folder / "secrets"),
            evidence=str(folder / "evidence"), models=str(ROOT / ".cache" / "models"),
        )  # fmt: skip
        self._producer: KafkaProducer | None = None

    def tell(self, **more: Any) -> None:
        """Change what the runtime file of processes that start from now on says."""
        self.runtime = msgspec.structs.replace(self.runtime, **more)

    def start(self, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Run `python -m module` with its own account; its log lies in the test's folder."""
        account = f"{module.rpartition('.')[2]}-adapter"
        file = self.folder / f"{account}.json"
        file.write_bytes(msgspec.json.encode(as_account(self.runtime, account)))
        env = {**os.environ, VARIABLE: str(file), "PYTHONPATH": str(ROOT)}
        with (self.folder / f"{module}.log").open("ab") as log:
            process = subprocess.Popen([sys.executable, "-m", module, *arguments], env=env, stdout=log, stderr=log, cwd=self.folder)
        self._running.append(process)
        return process

    def write(self, topic: str, key: str, value: bytes) -> None:
        """Put a record on a topic and wait until Kafka has it."""
        self._producer = self._producer or KafkaProducer(**self._kafka.client_settings())
        self._producer.send(self.prefix + topic, key=key.encode(), value=value).get(timeout=20)

    def heard(self, topic: str, kind: Any) -> list[Any]:
        """Everything that stands on a topic so far, decoded."""
        return list(self._all(topic, kind))

    def _all(self, topic: str, kind: Any) -> list[Any]:
        if topic not in self._heard:
            consumer = KafkaConsumer(**self._kafka.client_settings(), group_id=None, auto_offset_reset="earliest", enable_auto_commit=False)
            name = self.prefix + topic
            consumer.assign([TopicPartition(name, n) for n in consumer.partitions_for_topic(name) or ()])
            self._heard[topic] = (consumer, [])
        consumer, values = self._heard[topic]
        for records in consumer.poll(timeout_ms=100).values():
            values += [msgspec.json.decode(record.value, type=kind) for record in records]
        return values

    def close(self) -> None:
        """End everything."""
        for process in self._running:
            process.terminate()
        for process in self._running:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.let_go()

    def let_go(self) -> None:
        """Close the test's own connections, before the broker is killed under them; what was heard is heard again from the beginning."""
        for consumer, _ in self._heard.values():
            consumer.close()
        self._heard.clear()
        if self._producer is not None:
            self._producer.close()
            self._producer = None


@pytest.fixture
def host(kafka: RunningKafka, valkey: RunningValkey, tmp_path: Path) -> Iterator[AdapterHost]:
    """An installation with nothing but Kafka and Valkey."""
    made = AdapterHost(kafka, valkey, tmp_path)
    yield made
    made.close()
