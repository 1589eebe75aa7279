"""One installation's worth of topics, keys and workers for each test, on the session's Kafka and Valkey."""

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
import redis

from contracts.runtime import VARIABLE, Jurisdiction, KafkaAccess, Runtime, decode_runtime
from nuandeng.embedded.guard import Guard
from nuandeng.embedded.session import RunningKafka, RunningValkey
from stream.access import as_account

ROOT = Path(__file__).resolve().parents[3]
_databases = itertools.count(1)
CODES = ("371600", "371602", "371622", "371681")


_workers: "list[Workers]" = []


def until(condition: Callable[[], object], what: str, seconds: float = 30.0) -> None:
    """Wait until a condition holds; fail with what was waited for."""
    deadline = time.monotonic() + seconds
    while not condition():
        for workers in _workers:
            workers.check()
        assert time.monotonic() < deadline, f"still not so after {seconds} s: {what}"
        time.sleep(0.02)


class Workers:
    """Starts `python -m stream.worker` processes, each with its own account, and ends them; the guard does when we are killed."""

    def __init__(self, runtime_file: Path, folder: Path, guard: Guard) -> None:
        self._env = {**os.environ, "PYTHONPATH": str(ROOT)}
        self._runtime = decode_runtime(runtime_file.read_bytes())
        self._folder, self._guard = folder, guard
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, role: str, name: str | None = None) -> subprocess.Popen[bytes]:
        """Start one; its log is `{name}.log` in the test's folder."""
        chosen = name or role
        own = self._folder / f"{role}.json"
        own.write_bytes(msgspec.json.encode(as_account(self._runtime, role)))
        with (self._folder / f"{chosen}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "stream.worker", role, "--name", chosen], env={**self._env, VARIABLE: str(own)}, stdout=log,
                stderr=log, cwd=self._folder, start_new_session=True,
            )  # fmt: skip
        self._guard.watch(process.pid)
        self.running[chosen] = process
        return process

    def kill(self, name: str) -> None:
        """kill -9."""
        process = self.running.pop(name)
        process.kill()
        self._ended(process)

    def pause(self, name: str) -> None:
        """SIGSTOP: it sleeps through whatever happens."""
        self.running[name].send_signal(signal.SIGSTOP)

    def resume(self, name: str) -> None:
        """SIGCONT."""
        self.running[name].send_signal(signal.SIGCONT)

    def stop(self, name: str) -> int:
        """SIGTERM; return the exit code."""
        process = self.running.pop(name)
        process.terminate()
        process.wait(20)
        return self._ended(process)

    def check(self) -> None:
        """Fail if one ended by itself."""
        for name, process in list(self.running.items()):
            assert process.poll() is None, self.log(name)[-3000:]

    def log(self, name: str) -> str:
        """What it said so far."""
        return (self._folder / f"{name}.log").read_text()

    def close(self) -> None:
        """Kill all."""
        for process in self.running.values():
            process.kill()
            self._ended(process)

    def _ended(self, process: subprocess.Popen[bytes]) -> int:
        code = process.wait()
        self._guard.release(process.pid)
        return code


def fresh_runtime(kafka: RunningKafka, valkey: RunningValkey, folder: Path) -> Runtime:
    """A runtime with topics of its own, an empty Valkey database of its own and its files under `folder`."""
    url = f"{valkey.url.rpartition('/')[0]}/{next(_databases) % 15 + 1}"
    store = redis.Redis.from_url(url)
    store.flushdb()
    store.close()
    return Runtime(
        kafka=KafkaAccess(bootstrap=kafka.bootstrap, passwords=dict(kafka.passwords), topic_prefix=kafka.fresh_topics()),
        valkey_url=url,
        data_dir=str(folder / "data"),
        keystore=str(folder / "data" / "keys"),
        secrets_store=str(folder / "data" / "secrets.db"),
        evidence=str(folder / "data" / "evidence"),
        jurisdictions=tuple(Jurisdiction(code=code, name_zh=code, name_en=code) for code in CODES),
    )


@contextmanager
def workers_of(runtime: Runtime, folder: Path, guard: Guard) -> Iterator[Workers]:
    """Workers of a runtime, all ended at the end; whoever waits with `until` hears of one that ends by itself."""
    path = folder / "runtime.json"
    path.write_bytes(msgspec.json.encode(runtime))
    running = Workers(path, folder, guard)
    _workers.append(running)
    try:
        yield running
    finally:
        _workers.remove(running)
        running.close()


@pytest.fixture
def runtime(kafka: RunningKafka, valkey: RunningValkey, tmp_path: Path) -> Runtime:
    """A runtime of this test's own."""
    return fresh_runtime(kafka, valkey, tmp_path)


@pytest.fixture
def workers(runtime: Runtime, tmp_path: Path, server_guard: Guard) -> Iterator[Workers]:
    """Workers of this runtime."""
    with workers_of(runtime, tmp_path, server_guard) as running:
        yield running


@pytest.fixture
def store(runtime: Runtime) -> Iterator[redis.Redis]:
    """The read model."""
    client = redis.Redis.from_url(runtime.valkey_url)
    yield client
    client.close()
