"""A data directory on which a platform seems to run: real Kafka and Valkey, a dispatcher and a projector, a city of two counties."""

import itertools
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import redis
from typer.testing import CliRunner, Result

from contracts.commands import AnyBody
from contracts.documents import Answer
from contracts.runtime import VARIABLE, Jurisdiction, KafkaAccess, Runtime
from contracts.terms import Role
from contracts.values import Actor, Place
from nuandeng.cli import app
from nuandeng.data_dir import held
from nuandeng.embedded.guard import Guard
from nuandeng.embedded.session import RunningKafka, RunningValkey
from stream.access import as_account
from stream.commands import CommandGate, client_command_id
from stream.readmodel.read import live_digest
from stream.replay import replay
from stream.vault.evidence import FsspecEvidenceStore
from stream.vault.keystore import FileKeyStore
from stream.vault.sealer import TextSealer
from stream.vault.secrets import SecretsStore

ROOT = Path(__file__).resolve().parents[3]
CITY, COUNTY, OTHER = "371600", "371602", "371622"
ADMIN = Actor(account="admin", role=Role.ADMIN, area="3716")
OPERATOR = Actor(account="op", role=Role.OPERATOR, area="3716")
_numbers = itertools.count(1)
_databases = itertools.count(1)


def until(condition: Callable[[], object], what: str, seconds: float = 40.0) -> None:
    """Wait until a condition holds; fail with what was waited for."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"still not so after {seconds} s: {what}"
        time.sleep(0.05)


def place(code: str = COUNTY) -> Place:
    """A street corner of a county."""
    return Place(lat_wgs84=37.38, lon_wgs84=118.02, area=f"{code}001000", name="天桥下")


class StandingCity:
    """Sends commands, runs `nuandeng`, and holds the stores that the web process and the adapters would."""

    def __init__(self, folder: Path, kafka: RunningKafka, valkey: RunningValkey) -> None:
        self.folder = folder
        names = {CITY: "city", COUNTY: "county", OTHER: "county"}
        self.runtime = Runtime(
            kafka=KafkaAccess(bootstrap=kafka.bootstrap, passwords=dict(kafka.passwords), topic_prefix=kafka.fresh_topics()),
            valkey_url=f"{valkey.url.rpartition('/')[0]}/{next(_databases) % 15 + 1}",
            data_dir=str(folder),
            keystore=str(folder / "keystore"),
            secrets_store=str(folder / "secrets"),
            evidence=str(folder / "evidence"),
            jurisdictions=tuple(
                Jurisdiction(code=code, name_zh=code, name_en=code, kind="city" if kind == "city" else "county")
                for code, kind in names.items()
            ),
        )
        self.runtime_file = folder / "run" / "tools.json"
        self.runtime_file.parent.mkdir(parents=True)
        self.runtime_file.write_bytes(msgspec.json.encode(self.runtime))
        self.store = redis.Redis.from_url(self.runtime.valkey_url)
        self.store.flushdb()
        self.keys = FileKeyStore(folder / "keystore")
        self.sealer = TextSealer(self.keys)
        self.secrets = SecretsStore(folder / "secrets", self.keys)
        self.evidence = FsspecEvidenceStore(str(folder / "evidence"), self.keys)
        self.gate = CommandGate(self.runtime)

    def ask(self, body: AnyBody, code: str = COUNTY, actor: Actor = OPERATOR) -> Answer:
        """Send a command that must be accepted."""
        command_id = client_command_id(actor.account, str(next(_numbers)))
        assert self.gate.send(body, jurisdiction=code, command_id=command_id, actor=actor)
        answer = self.gate.answer(command_id, 60.0)
        assert answer is not None, body
        assert answer.accepted, (body, answer)
        return answer

    def nuandeng(self, *arguments: str | Path) -> Result:
        """Run a command on this data directory."""
        return CliRunner().invoke(app, [*map(str, arguments), "--data-dir", str(self.folder)])

    def projected(self) -> None:
        """Wait until the read model is that of the whole log, and equal to a replay of it."""
        until(lambda: live_digest(self.store).digest == replay(self.runtime).digest, "the read model equals a replay")


@contextmanager
def standing_city(folder: Path, kafka: RunningKafka, valkey: RunningValkey, guard: Guard) -> Iterator[StandingCity]:
    """One, with its dispatcher and projector, which end with it."""
    with held(folder):
        city = StandingCity(folder, kafka, valkey)
        workers = []
        for role in ("dispatcher", "projector"):
            own = folder / "run" / f"{role}.json"
            own.write_bytes(msgspec.json.encode(as_account(city.runtime, role)))
            env = {**os.environ, VARIABLE: str(own), "PYTHONPATH": str(ROOT)}
            with (folder / f"{role}.log").open("wb") as log:
                worker = subprocess.Popen(
                    [sys.executable, "-m", "stream.worker", role], env=env, stdout=log, stderr=log, cwd=folder, start_new_session=True
                )
            guard.watch(worker.pid)
            workers.append(worker)
        try:
            yield city
        finally:
            city.gate.close()
            city.store.close()
            for worker in workers:
                worker.kill()
                worker.wait()
                guard.release(worker.pid)
