"""17,000 phones at the two processes that serve phones alone, and at Node's Socket.IO in the same run: `python -m bench.sockets`.

The processes are the product's own (web.serve_phones), over a real Valkey that holds 17,000 units with sealed names and their accounts.
A commit changes which plans are in force, which every phone shows: the rules decide it, the projector's script writes it, and the time
runs from just before that until the last phone has read it. Each phone logs in with its own token and takes its own snapshot. Memory is
what belongs to the processes alone (unique set size). Node is one process, as Socket.IO runs without an adapter between several.
"""

import gc
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec
import psutil
import redis

from bench.phone_crowd import PhoneCrowd, enough_descriptors
from contracts import commands as cmd
from contracts.registry_entries import AccountEntry, PlanEntry, UnitEntry
from contracts.runtime import VARIABLE, Jurisdiction, KafkaAccess, Runtime
from contracts.terms import Hazard, Role, UnitKind, WarningLevel
from contracts.values import Actor, PlanSettings
from nuandeng.embedded.guard import Guard
from nuandeng.embedded.ports import listening, port_of
from nuandeng.embedded.session import RunningValkey
from nuandeng.setup.node import node_folder
from stream.readmodel import keys
from stream.vault.keystore import FileKeyStore
from stream.vault.sealer import TextSealer
from stream.vault.secrets import SecretsStore
from tests.integration.web.town import ADMIN, CITY, COUNTY, TownGate
from web.access.tokens import Tokens
from web.clock import now_ms

PHONES = 17_000
PROCESSES = 2
COMMITS = 7
_CHUNK = 500
_ROOT = Path(__file__).resolve().parents[1]
_DESK = Actor(account="s", role=Role.SUPERVISOR, area=COUNTY)


class Told(NamedTuple):
    """One round: how long until the last phone had the event, and how long until half of them had it, ms."""

    last_ms: float
    half_ms: float


class City:
    """A county with 17,000 volunteers, decided and projected here; only Kafka is left out."""

    def __init__(self, valkey_url: str, folder: Path) -> None:
        self.runtime = Runtime(
            kafka=KafkaAccess(bootstrap="127.0.0.1:1"), valkey_url=valkey_url, data_dir=str(folder), keystore=str(folder / "keys"),
            secrets_store=str(folder / "secrets"), evidence=str(folder / "evidence"),
            jurisdictions=(
                Jurisdiction(code=CITY, name_zh="滨州市", name_en="Binzhou", kind="city"),
                Jurisdiction(code=COUNTY, name_zh="滨城区", name_en="Bincheng"),
            ),
        )  # fmt: skip
        self._store = redis.Redis.from_url(valkey_url)
        self._store.set(keys.EPOCH, "e1")
        self._gate = TownGate(self._store)
        self._commands = 0
        self._active = False
        keystore = FileKeyStore(Path(self.runtime.keystore))
        tokens = Tokens.of_installation(SecretsStore(Path(self.runtime.secrets_store), keystore))
        sealer, own = TextSealer(keystore), keystore.create_many(PHONES)
        units = [
            UnitEntry(
                unit=f"u{n:05}", kind=UnitKind.VOLUNTEER, area=f"{COUNTY}{n % 12 + 1:03}", name=sealer.seal_text(key, f"志愿者{n}"),
                phone=sealer.seal_text(key, f"138{n:08}"), label=f"志愿者{n}"[:2] + "*",
            )
            for n, key in enumerate(own)
        ]  # fmt: skip
        accounts = [
            AccountEntry(account=f"a{n:05}", username=f"a{n:05}", role=Role.RESPONDER, area=COUNTY, unit=f"u{n:05}", display_name="")
            for n in range(PHONES)
        ]
        plan = PlanEntry(plan="cold-red", hazard=Hazard.COLD_WAVE, level=WarningLevel.RED, settings=PlanSettings(), name="寒潮红色")
        self._do(cmd.ConfigurePlans(plans=(plan,)), ADMIN, COUNTY)
        for start in range(0, PHONES, _CHUNK):
            self._do(cmd.RegisterUnits(units=tuple(units[start : start + _CHUNK])), ADMIN, COUNTY)
            self._do(cmd.RegisterAccounts(accounts=tuple(accounts[start : start + _CHUNK])), ADMIN, CITY)
        self.tokens = [tokens.issue(account.account, now_ms())[0] for account in accounts]

    def change_plan(self) -> None:
        """Commit what every phone shows."""
        self._active = not self._active
        self._do(cmd.OverridePlan(plan="cold-red", active=self._active, reason="寒潮来袭,请留意街头人员。" * 6), _DESK, COUNTY)

    def _do(self, body: cmd.AnyBody, actor: Actor, jurisdiction: str) -> None:
        self._commands += 1
        self._gate.send(body, jurisdiction=jurisdiction, command_id=f"b{self._commands}", actor=actor)

    def hears(self, part: str, pid: int) -> bool:
        """Whether a process beats."""
        return self._store.hget(f"worker:{part}", "pid") == str(pid).encode()


class Servers:
    """The processes for phones, behind one listening socket."""

    def __init__(self, city: City, folder: Path) -> None:
        self._city, self._listener = city, listening()
        self.port = port_of(self._listener)
        self._file = folder / "runtime.json"
        self._file.write_bytes(msgspec.json.encode(city.runtime))
        self._log = (folder / "phones.log").open("ab")
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start them and wait until they serve."""
        descriptor = self._listener.fileno()
        for number in range(PROCESSES):
            argv = [sys.executable, "-m", "web.serve_phones", "--name", f"phones.{number}", "--listen-fd", str(descriptor)]
            env = {**os.environ, VARIABLE: str(self._file)}
            self.running.append(
                subprocess.Popen(argv, env=env, cwd=_ROOT, pass_fds=[descriptor], stdout=self._log, stderr=self._log)
            )  # fmt: skip
        until_s = time.monotonic() + 60
        while not all(self._city.hears(f"phones.{number}", process.pid) for number, process in enumerate(self.running)):
            if time.monotonic() > until_s:
                raise SystemExit("the processes for phones do not come up")
            time.sleep(0.1)
        time.sleep(1)

    def kill(self) -> None:
        """kill -9, all of them."""
        for process in self.running:
            process.send_signal(signal.SIGKILL)
            process.wait(20)
        self.running.clear()

    def close(self) -> None:
        """End everything."""
        self.kill()
        self._log.close()
        self._listener.close()

    def memory_kib(self) -> float:
        """What belongs to them alone."""
        return sum(psutil.Process(process.pid).memory_full_info().uss for process in self.running) / 1024


def our_figures(folder: Path) -> dict[str, float]:
    """Memory, time to the last, and the storm after both processes were killed."""
    guard = Guard()
    valkey = RunningValkey(folder / "valkey", guard)
    city = City(valkey.url, folder)
    servers = Servers(city, folder)
    try:
        servers.start()
        empty_kib = servers.memory_kib()
        crowd = PhoneCrowd(servers.port, city.tokens, 1)
        came_s = crowd.connect()
        crowd.rest(3)
        full_kib = servers.memory_kib()
        told = [_round(crowd, city.change_plan) for _ in range(COMMITS)]
        servers.kill()
        crowd.close()
        servers.start()
        again = PhoneCrowd(servers.port, city.tokens, 2)
        storm_s = again.connect()
        again.rest(1)
        _round(again, city.change_plan)
        again.close()
    finally:
        servers.close()
        valkey.stop()
        guard.close()
    return {
        "sockets_17000_last_ms": statistics.median(one.last_ms for one in told),
        "sockets_17000_half_ms": statistics.median(one.half_ms for one in told),
        "sockets_17000_kib": (full_kib - empty_kib) / PHONES,
        "sockets_17000_connects_per_s": PHONES / came_s,
        "sockets_17000_reconnects_per_s": PHONES / storm_s,
    }


def _round(crowd: PhoneCrowd, act: Callable[[], None]) -> Told:
    crowd.rest(0.7)
    crowd.heard.clear()
    began_s = time.perf_counter()
    act()
    crowd.wait(lambda: len(crowd.heard) >= PHONES)
    if len(crowd.heard) != PHONES:
        raise SystemExit(f"{len(crowd.heard)} heard, and {PHONES} are there")
    return Told((max(crowd.heard) - began_s) * 1000, (statistics.median(crowd.heard) - began_s) * 1000)


@contextmanager
def _node(payload: str) -> Iterator[tuple[int, psutil.Process]]:
    script, packages = Path(__file__).with_name("socketio_node_server.mjs"), _ROOT / "web" / "package.json"
    argv = [str(node_folder() / "node"), "--expose-gc", str(script), str(packages), payload]
    running = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
    try:
        assert running.stdout is not None
        yield int(running.stdout.readline()), psutil.Process(running.pid)
    finally:
        running.kill()
        running.wait(20)


def node_figures() -> dict[str, float]:
    """The same of Node's Socket.IO: an event as long as ours."""
    plan = {"id": "cold-red/", "plan": "cold-red", "name": "寒潮红色", "hazard": "cold_wave", "level": "red", "warning": None,
            "headline": "寒潮来袭,请留意街头人员。" * 6, "since_ms": 1, "expires_at_ms": None, "simulated": False}  # fmt: skip
    payload = json.dumps({
        "jurisdiction": f"{COUNTY}.all", "sequence": 2, "at_ms": 1_768_744_800_000, "command_id": "b100", "events": ["PlanActivated.1"],
        "changes": [{"kind": "plan", "id": "cold-red/", "document": plan}], "epoch": "e1",
    }, ensure_ascii=False)  # fmt: skip
    with _node(payload) as (port, process):

        def ask(path: str) -> None:
            with socket.create_connection(("127.0.0.1", port)) as asked:
                asked.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())

        with urllib.request.urlopen(f"http://127.0.0.1:{port}/rss") as said:
            said.read()
        empty_kib = process.memory_full_info().uss / 1024
        crowd = PhoneCrowd(port, [""] * PHONES, 3)
        came_s = crowd.connect()
        crowd.rest(3)
        ask("/rss")
        crowd.rest(2)
        full_kib = process.memory_full_info().uss / 1024
        told = [_round(crowd, lambda: ask("/emit")) for _ in range(COMMITS)]
        crowd.close()
    return {
        "sockets_17000_node_last_ms": statistics.median(one.last_ms for one in told),
        "sockets_17000_node_kib": (full_kib - empty_kib) / PHONES,
        "sockets_17000_node_connects_per_s": PHONES / came_s,
    }


def measure() -> dict[str, float]:
    """One run; see bench/goals.py for what the names mean. Nothing where this machine lets no process have so many connections."""
    if not enough_descriptors(PHONES):
        print(f"bench.sockets is left out: a process may not open {PHONES + 500} files here", file=sys.stderr)
        return {}
    # Else this process would look through its own phones again and again, on the cores that the servers need.
    gc.disable()
    with tempfile.TemporaryDirectory() as folder:
        figures = our_figures(Path(folder))
    figures |= node_figures()
    return figures | {"sockets_17000_vs_node": figures["sockets_17000_node_last_ms"] / figures["sockets_17000_last_ms"]}


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
