"""The demo city's registers in a platform that `nuandeng up` runs, and people who can log in: what the figures on the way to screens need.

Nothing is simulated in it: what happens is what a benchmark sends.
"""

import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import redis
from kafka import KafkaProducer

from bench.second_start import ended
from contracts import commands as cmd
from contracts.documents import Answer
from contracts.registry_entries import AccountEntry
from contracts.runtime import Runtime, decode_runtime
from contracts.terms import Role, UnitState
from contracts.topics import COMMANDS
from contracts.values import Actor
from nuandeng.checkout import ROOT
from nuandeng.city.demo import JURISDICTIONS
from nuandeng.city.geography import CITY_CODE, COUNTIES, Geography
from nuandeng.city.registers import City, Volunteer, draw_city, plans, unit_entry
from nuandeng.setup.borders import borders_file
from stream.access import kafka_settings, topic
from stream.commands import SYSTEM, decode_answer, encode_checked
from stream.partition import partition_of
from stream.readmodel import keys
from stream.vault.keystore import FileKeyStore
from stream.vault.sealer import TextSealer
from stream.vault.secrets import SecretsStore
from web.access.passwords import hash_password, secret_name

PASSWORD = "a lamp in every window"  # noqa: S105 - of people who are made up, on a platform that lives for two minutes
CODES = tuple(county.code for county in COUNTIES)
_CHUNK = 400
_LONGEST_S = 120.0


class RunningCity:
    """Made by `running_city`. url: of the web process; runtime: of the tools, for whoever writes facts as an adapter does."""

    def __init__(self, url: str, runtime: Runtime, drawn: City) -> None:
        self.url, self.runtime, self.drawn = url, runtime, drawn
        self.store = redis.Redis.from_url(runtime.valkey_url)
        self.producer = KafkaProducer(**kafka_settings(runtime), linger_ms=5, batch_size=1 << 17)
        self._topic = topic(runtime, COMMANDS)
        self._count = 0

    def close(self) -> None:
        """Disconnect."""
        self.producer.close()
        self.store.close()

    def send(self, bodies: Iterable[tuple[str, cmd.AnyBody, Actor]]) -> dict[str, str]:
        """Send commands, (jurisdiction, body, actor); return the last identifier of each jurisdiction."""
        last: dict[str, str] = {}
        for code, body, actor in bodies:
            self._count += 1
            last[code] = f"bench:{self._count}"
            command = cmd.Command(id=last[code], jurisdiction=code, actor=actor, body=body, sent_at_ms=time.time_ns() // 1_000_000)
            self.producer.send(self._topic, encode_checked(command), key=code.encode(), partition=partition_of(code))
        self.producer.flush()
        return last

    def do(self, bodies: Iterable[tuple[str, cmd.AnyBody, Actor]]) -> list[Answer]:
        """Send commands and wait until the last of each jurisdiction is answered; return those answers."""
        deadline_s = time.monotonic() + _LONGEST_S
        answers = []
        for command_id in self.send(bodies).values():
            while (raw := self.store.get(keys.answer(command_id))) is None:
                if time.monotonic() > deadline_s:
                    raise SystemExit(f"no answer to {command_id}")
                time.sleep(0.02)
            answer = decode_answer(bytes(raw))  # type: ignore[arg-type]  # a synchronous client's value is bytes
            if not answer.accepted:
                raise SystemExit(f"refused: {answer}")
            answers.append(answer)
        return answers

    def operators(self, count: int) -> list[tuple[str, str]]:
        """Make operators' accounts, (user name, county), spread over the counties; all have PASSWORD."""
        names = [(f"op-{number}", CODES[number % len(CODES)]) for number in range(count)]
        self._accounts([AccountEntry(account=name, username=name, role=Role.OPERATOR, area=area) for name, area in names])
        return names

    def supervisor(self, name: str = "sup") -> str:
        """Make the account of somebody who sees the whole city."""
        self._accounts([AccountEntry(account=name, username=name, role=Role.SUPERVISOR, area=CITY_CODE[:4])])
        return name

    def _accounts(self, entries: list[AccountEntry]) -> None:
        hashed = hash_password(PASSWORD, time.time_ns() // 1_000_000)
        secrets = SecretsStore(Path(self.runtime.secrets_store), FileKeyStore(Path(self.runtime.keystore)))
        secrets.put_many({secret_name(entry.account): hashed for entry in entries})
        self.do([(CITY_CODE, cmd.RegisterAccounts(accounts=tuple(entries)), SYSTEM)])

    def found(self) -> None:
        """Register cameras, points, vehicles and the roster of 17,000, as the demo does."""
        self.do(self._registers())

    def clock_on(self, one_in: int) -> list[Volunteer]:
        """Put one in so many volunteers on duty; return them."""
        chosen = self.drawn.roster[::one_in]
        self.do(
            (one.county, cmd.SetDuty(unit=one.unit, state=UnitState.AVAILABLE),
             Actor(account=one.unit, role=Role.RESPONDER, area=one.county, unit=one.unit))
            for one in chosen
        )  # fmt: skip
        return chosen

    def _registers(self) -> Iterator[tuple[str, cmd.AnyBody, Actor]]:
        keystore = FileKeyStore(Path(self.runtime.keystore))
        sealer = TextSealer(keystore)
        for jurisdiction in JURISDICTIONS:
            yield jurisdiction.code, cmd.ConfigurePlans(plans=plans()), SYSTEM
        for code in CODES:
            yield code, cmd.RegisterCameras(cameras=tuple(self.drawn.cameras[code])), SYSTEM
            yield code, cmd.RegisterPoints(points=tuple(self.drawn.points[code])), SYSTEM
            vehicles = tuple(entry for entry, _ in self.drawn.vehicles if entry.area.startswith(code))
            yield code, cmd.RegisterUnits(units=vehicles), SYSTEM
            roster = [volunteer for volunteer in self.drawn.roster if volunteer.county == code]
            # One key a county: what is sealed is as long as in a real register, which has a key a person.
            seal = partial(sealer.seal_text, keystore.create())
            for first in range(0, len(roster), _CHUNK):
                yield code, cmd.RegisterUnits(units=tuple(unit_entry(one, seal) for one in roster[first : first + _CHUNK])), SYSTEM


@contextmanager
def running_city() -> Iterator[RunningCity]:
    """Start a platform with the demo's jurisdictions and default parts, found the city, stop it in the end."""
    drawn = draw_city(Geography(borders_file()), {})
    with TemporaryDirectory() as folder:
        process, url = _up(Path(folder))
        try:
            city = RunningCity(url, decode_runtime(Path(folder, "data", "run", "tools.json").read_bytes()), drawn)
            try:
                city.found()
                yield city
            finally:
                city.close()
        finally:
            ended(process)


def _up(folder: Path) -> tuple["subprocess.Popen[str]", str]:
    config = folder / "nuandeng.toml"
    lines = [f'data_dir = "{folder / "data"}"', f'borders = "{borders_file()}"']
    for one in JURISDICTIONS:
        lines += ["[[jurisdictions]]", *(f'{name} = "{getattr(one, name)}"' for name in ("code", "name_zh", "name_en", "kind"))]
    config.write_text("\n".join([*lines, "[web]", "port = 0", ""]), encoding="utf-8")
    argv = [sys.executable, "-m", "nuandeng", "up", "--config", str(config)]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("ready "):
            return process, line.removeprefix("ready ").strip()
    raise SystemExit("the platform ended before it was ready")
