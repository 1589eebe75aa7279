"""Processes for phones over a town without Kafka: the rules decide here, the real projector's script writes a real Valkey."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import redis

from contracts.runtime import VARIABLE, Runtime
from nuandeng.embedded.ports import listening, port_of
from tests.integration.phones.clients import until
from tests.integration.web import conftest as towns
from tests.integration.web.town import Town

_ROOT = Path(__file__).resolve().parents[3]
# The town's own fixtures.
person, runtime, services, town, web = towns.person, towns.runtime, towns.services, towns.town, towns.web


class PhoneProcesses:
    """So many processes behind one listening socket."""

    def __init__(self, given: Runtime, folder: Path) -> None:
        self._runtime, self._folder = given, folder
        self._listener: socket.socket = listening()
        self.port = port_of(self._listener)
        self._path = folder / "phones.json"
        self._path.write_bytes(msgspec.json.encode(given))
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        """Start one and wait until it serves."""
        argv = [sys.executable, "-m", "web.serve_phones", "--name", name, "--listen-fd", str(self._listener.fileno())]
        process = self._run(name, argv)
        with redis.Redis.from_url(self._runtime.valkey_url) as store:
            until(lambda: store.hget(f"worker:{name}", "pid") == str(process.pid).encode(), f"{name} beats", 60)

    def secure(self, tls: tuple[Path, Path]) -> None:
        """From now on with TLS: certificate and key."""
        listener = msgspec.structs.replace(self._runtime.web, tls_certificate=str(tls[0]), tls_key=str(tls[1]))
        self._path.write_bytes(msgspec.json.encode(msgspec.structs.replace(self._runtime, web=listener)))

    def start_web(self, tls: tuple[Path, Path] | None = None) -> None:
        """Start the web process instead, which serves phones beside consoles."""
        if tls is not None:
            self.secure(tls)
        self._run("web", [sys.executable, "-m", "web.serve", "--listen-fd", str(self._listener.fileno())])

    def _run(self, name: str, argv: list[str]) -> subprocess.Popen[bytes]:
        descriptor = self._listener.fileno()
        env = {**os.environ, VARIABLE: str(self._path)}
        with (self._folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(argv, env=env, stdout=log, stderr=log, cwd=_ROOT, pass_fds=[descriptor])
        return self.running[name]

    def phones(self, name: str) -> int:
        """How many connections one has, as it says itself."""
        with redis.Redis.from_url(self._runtime.valkey_url) as store:
            found: Any = store.hget(f"worker:{name}", "count.phones")
        return int(found or 0)

    def log(self, name: str) -> str:
        """What it said."""
        return (self._folder / f"{name}.log").read_text()

    def kill(self, name: str, number: int = signal.SIGKILL) -> int:
        """End one; return its exit code."""
        process = self.running.pop(name)
        process.send_signal(number)
        return process.wait(20)

    def close(self) -> None:
        """Kill all."""
        for name in list(self.running):
            self.kill(name)
        self._listener.close()


@pytest.fixture
def processes(town: Town, tmp_path: Path) -> Iterator[PhoneProcesses]:
    """None runs yet."""
    made = PhoneProcesses(town.runtime, tmp_path)
    yield made
    made.close()
