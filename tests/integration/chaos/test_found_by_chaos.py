"""What rounds of faults have found, each as small as it could be made."""

import os
import signal
import time
from pathlib import Path

import pytest

from contracts.commands import CancelIncident
from contracts.runtime import KafkaAccess, Runtime
from nuandeng.embedded.guard import Guard
from nuandeng.embedded.session import RunningKafka, RunningValkey
from stream import commands
from stream.commands import CommandGate

COUNTY = "371602"


def test_commands_go_out_again_after_a_broker_was_away_for_long(
    tmp_path: Path, server_guard: Guard, valkey: RunningValkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seed 1, round 4: a record was given up while it was being tried again, and the web process never sent another one."""
    monkeypatch.setattr(commands, "_REQUEST_MS", 1_000)
    monkeypatch.setattr(commands, "_DELIVERY_MS", 3_000)
    kafka = RunningKafka(tmp_path / "kafka", server_guard)
    runtime = Runtime(
        kafka=KafkaAccess(bootstrap=kafka.bootstrap, passwords=dict(kafka.passwords)),
        valkey_url=valkey.url,
        data_dir=str(tmp_path),
        keystore="",
        secrets_store="",
        evidence="",
    )
    gate = CommandGate(runtime)

    def sent(number: int) -> bool:
        body = CancelIncident(incident="i", reason="x")
        return gate.send(body, jurisdiction=COUNTY, command_id=f"c{number}", acknowledged_s=1.0)

    try:
        assert sent(0)
        broker = kafka._process.pid
        os.kill(broker, signal.SIGSTOP)
        assert not sent(1)
        kafka.kill()
        time.sleep(5)  # longer than a record is tried
        kafka.restart()
        deadline = time.monotonic() + 15
        number = 2
        while not sent(number):
            number += 1
            assert time.monotonic() < deadline, "nothing was sent since the broker is back"
    finally:
        gate.close()
        kafka.stop()
