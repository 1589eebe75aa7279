"""What rounds of faults have found, each as small as it could be made."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.conn import create_conn

from chaos.proxy import Proxy, Trouble
from contracts.commands import CancelIncident
from contracts.runtime import KafkaAccess, Runtime
from contracts.topics import COMMANDS
from nuandeng.embedded.guard import Guard
from nuandeng.embedded.session import RunningKafka, RunningValkey
from stream import commands
from stream.commands import CommandGate
from stream.leaving import leave
from stream.silence import SILENT_S, SilenceWatch
from tests.integration.stream.conftest import ROOT

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


def test_who_is_stopped_in_order_leaves_its_partitions_to_others_at_once(kafka: RunningKafka) -> None:
    """SIGTERM of one of two workers: its name in the group kept its partitions idle until its session had ended."""
    session_s, name = 60, kafka.fresh_topics() + COMMANDS
    everything = {TopicPartition(name, partition) for partition in range(4)}

    class Told(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka has no types
        def __init__(self) -> None:
            self.given: asyncio.Queue[set[TopicPartition]] = asyncio.Queue()

        async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
            pass

        async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
            self.given.put_nowait(assigned)

        async def until(self, wanted: Callable[[set[TopicPartition]], bool]) -> None:
            while not wanted(await self.given.get()):
                pass

    async def run() -> None:
        told = Told()
        one, two = (
            AIOKafkaConsumer(
                **kafka.aiokafka_settings(), group_id=name, group_instance_id=f"m{number}", session_timeout_ms=session_s * 1000,
                heartbeat_interval_ms=200, request_timeout_ms=session_s * 1000 + 1000,
            )
            for number in (1, 2)
        )  # fmt: skip
        one.subscribe([name])
        two.subscribe([name], listener=told)
        await asyncio.gather(one.start(), two.start())
        try:
            await told.until(lambda given: 0 < len(given) < len(everything))
            leave(one)
            await one.stop()
            await asyncio.wait_for(told.until(lambda given: given == everything), session_s / 2)
        finally:
            await two.stop()

    asyncio.run(run())


def test_a_connection_that_fell_silent_is_given_up_within_moments(kafka: RunningKafka) -> None:
    """A dispatcher whose connections fell silent worked again after 12 to 16 s: each request waited for its own time to be over."""
    proxy = Proxy("kafka")
    proxy.target_port = int(kafka.bootstrap.rpartition(":")[2])

    async def run() -> float:
        closed = asyncio.Event()
        login = {name: value for name, value in kafka.aiokafka_settings().items() if name != "bootstrap_servers"}
        # The broker names itself to clients, past the proxy: one connection stands for a client's.
        connection = await create_conn("127.0.0.1", proxy.port, **login, on_close=lambda *_: closed.set())
        client = SimpleNamespace(_conns={1: connection})
        watch = asyncio.create_task(SilenceWatch(lambda: (client,)).run())
        try:
            # Longer than the watch has patience: a connection that answers is left alone.
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(closed.wait(), SILENT_S + 2)
            proxy.begin(Trouble(pid=os.getpid(), half_open=True))
            began_s = time.monotonic()
            await asyncio.wait_for(closed.wait(), 30)
            return time.monotonic() - began_s
        finally:
            watch.cancel()
            connection.close()

    try:
        assert asyncio.run(run()) < SILENT_S + 5
    finally:
        proxy.close()

_STUCK = """
import asyncio, faust
from stream import prompt_end
async def wait_for_ever(self): await asyncio.sleep(3600)
faust.Worker.stop = wait_for_ever
prompt_end.ENDS_WITHIN_S = 0.2
asyncio.run(prompt_end.PromptWorker.stop(object.__new__(prompt_end.PromptWorker)))
"""


def test_a_worker_that_is_asked_to_end_ends_whatever_its_libraries_wait_for() -> None:
    """Seed 7, round 74: effects waited a minute for clients that waited for the broker, and nobody could do their work meanwhile."""
    ended = subprocess.run([sys.executable, "-c", _STUCK], cwd=ROOT, capture_output=True, timeout=60, check=False)
    assert ended.returncode == 1, ended.stderr.decode()
    assert b"stopped_halfway" in ended.stdout + ended.stderr
