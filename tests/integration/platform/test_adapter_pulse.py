"""The supervisor hears the adapters: ready when they beat, started again when a loop hangs or the whole process does."""

import asyncio
import io
import os
import signal
import sys
import textwrap
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
import redis

from contracts.runtime import VARIABLE, KafkaAccess, Runtime
from nuandeng.embedded.guard import Guard
from nuandeng.embedded.session import RunningValkey
from nuandeng.platform_parts import _beats, _progress
from nuandeng.supervisor import Part, Progress, Supervisor
from nuandeng.supervisor.lines import Terminal

# An adapter of two loops; one goes round, the other hangs when it is told to.
_ADAPTER = textwrap.dedent("""
    import sys, threading, time
    from camera_adapters.liveness import Liveness
    from camera_adapters.processes import beat_until, stop_on_signals
    from stream.access import runtime_from_environment

    stop = stop_on_signals()
    life = Liveness(hangs_after_s=0.5)
    good, other = life.stop_of(stop), life.stop_of(stop)

    def hang():
        while not other.is_set():
            time.sleep(3600 if sys.argv[1] == "hang" else 0.05)

    threading.Thread(target=hang, daemon=True).start()
    beat_until(stop, runtime_from_environment(), "test", life)
    while not good.wait(0.05):
        pass
""")


def _supervised(valkey: RunningValkey, folder: Path, how: str) -> Supervisor:
    runtime = Runtime(
        kafka=KafkaAccess(bootstrap="127.0.0.1:1"),
        valkey_url=valkey.url,
        data_dir=str(folder),
        keystore="k",
        secrets_store="s",
        evidence="e",
    )
    (folder / "runtime.json").write_bytes(msgspec.json.encode(runtime))
    part = Part(
        name="test-adapter",
        argv=(sys.executable, "-c", _ADAPTER, how),
        env={VARIABLE: str(folder / "runtime.json")},
        ready=partial(_beats, valkey.url, "test-adapter"),
        progress=partial(_progress, valkey.url, "test-adapter"),
        stalled_after_s=3.0,
    )
    return Supervisor([part], log_dir=folder / "logs", terminal=Terminal(io.StringIO()), guard=Guard())


async def _until(condition: Callable[[], bool], within_s: float = 60.0) -> None:
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 - other processes set no event of ours
            await asyncio.sleep(0.05)


def test_an_adapter_of_which_one_loop_hangs_is_started_again(valkey: RunningValkey, tmp_path: Path) -> None:
    """Although the other loop turns and the process beats."""

    async def body() -> None:
        supervisor = _supervised(valkey, tmp_path, "hang")
        task = asyncio.create_task(supervisor.run())
        await _until(lambda: supervisor.restarts("test-adapter") >= 1)
        supervisor.stop()
        await task

    asyncio.run(body())
    assert "stood still" in (tmp_path / "logs" / "test-adapter.log").read_text()


def test_a_frozen_adapter_is_started_again_and_a_healthy_one_is_left_alone(valkey: RunningValkey, tmp_path: Path) -> None:
    """SIGSTOP: it is not heard for 15 s, then it stands still for the supervisor's patience. Valkey away says nothing about it."""

    async def body() -> None:
        supervisor = _supervised(valkey, tmp_path, "turn")
        task = asyncio.create_task(supervisor.run())
        await _until(lambda: _beats(valkey.url, "test-adapter", supervisor.pid("test-adapter") or 0))
        first = supervisor.pid("test-adapter")
        assert first is not None
        heard = _progress(valkey.url, "test-adapter")
        assert heard is not None
        assert heard.lag == 0
        await _until(lambda: (_progress(valkey.url, "test-adapter") or heard).done > heard.done + 60)
        assert supervisor.restarts("test-adapter") == 0
        os.kill(first, signal.SIGSTOP)
        await _until(lambda: supervisor.restarts("test-adapter") == 1)
        await _until(lambda: _beats(valkey.url, "test-adapter", supervisor.pid("test-adapter") or 0))
        supervisor.stop()
        await task

    asyncio.run(body())
    with redis.Redis.from_url(valkey.url) as store:
        store.delete("worker:test-adapter")
    assert _progress(valkey.url, "test-adapter") == Progress(done=-1, lag=1)
    valkey.kill()
    assert _progress(valkey.url, "test-adapter") is None
    valkey.restart()
