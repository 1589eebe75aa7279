"""A town in a box: the real rules decide at once and the real projector's script writes a real Valkey; only Kafka is left out.

`town` is the outside, `web` the application over it, in this process. What needs Kafka and processes of its own stands in test_whole.py.
"""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import msgspec
import numpy as np
import pytest
import redis
from flask.testing import FlaskClient

from contracts import commands as cmd
from contracts.commands import Command
from contracts.commit import Commit, decode_commit, digest, encode_commit
from contracts.errors import StoreAwayError
from contracts.registry_entries import AccountEntry, CameraEntry, PlanEntry, PointEntry, UnitEntry
from contracts.runtime import Jurisdiction, KafkaAccess, Runtime
from contracts.terms import Hazard, Role, UnitKind, UnitState, WarningLevel
from contracts.values import Actor, Place, PlanSettings
from dispatch import State, apply, decide
from nuandeng.embedded.session import RunningValkey
from stream.log.fold import Standing
from stream.readmodel import keys
from stream.readmodel.batch import Batch
from stream.readmodel.script import APPLY
from web.access.accounts import set_password
from web.app import Web, create_app
from web.compose import open_services
from web.services import Services

CITY, COUNTY, OTHER = "371600", "371602", "371622"
PASSWORD = "a lamp in the snow"
SQUARE = Place(lat_wgs84=37.3812, lon_wgs84=117.9734, area="371602001002", name="渤海七路 天桥下")
ELSEWHERE = Place(lat_wgs84=37.64, lon_wgs84=117.58, area="371622001002", name="车站")
SYSTEM = Actor(account="sys", role=Role.SYSTEM)
ADMIN = Actor(account="adm", role=Role.ADMIN, area="3716")
_databases = itertools.count(1)


class TownGate:
    """web.ports.Gate: decides at once instead of handing the command to Kafka."""

    def __init__(self, store: redis.Redis) -> None:
        self._store = store
        self._script = store.register_script(APPLY)
        self.states: dict[str, State] = {}
        self.now_ms = 1_768_744_800_000
        self.sent: list[Command] = []
        self.produced: list[tuple[str, bytes]] = []
        self.away = False
        self.epoch = "e1"
        self.offset = -1
        self.after: Any = lambda: None

    def send(
        self, body: cmd.AnyBody, *, jurisdiction: str, command_id: str, caused_by: str | None = None, actor: Actor = SYSTEM,
        body_sha256: str | None = None, trace: str | None = None, acknowledged_s: float = 1.0,
    ) -> bool:  # fmt: skip
        """Decide, project, and let the web process follow."""
        if self.away:
            raise StoreAwayError("Kafka does not answer.")
        command = Command(
            id=command_id,
            jurisdiction=jurisdiction,
            actor=actor,
            body=body,
            sent_at_ms=self.now_ms,
            caused_by=caused_by,
            body_sha256=body_sha256,
        )
        self.sent.append(command)
        state = self.states.setdefault(jurisdiction, State(jurisdiction))
        events = decide(state, command, self.now_ms)
        if events:
            self._commit(state, command, events)
        self.after()
        return True

    def _commit(self, state: State, command: Command, events: Any) -> None:
        record = encode_commit(Commit(
            jurisdiction=command.jurisdiction, sequence=state.sequence + 1, previous=state.head, command_id=command.id, occurred_at_ms=self.now_ms,
            actor=command.actor, events=events, body_sha256=command.body_sha256,
        ))  # fmt: skip
        touched = apply(state, decode_commit(record), digest(record))
        batch = Batch()
        batch.add(Standing(decode_commit(record), digest(record), touched), state)
        self.offset += 1
        said = self._script(
            keys=[keys.OFFSETS, keys.EPOCH, keys.JURISDICTIONS], args=batch.arguments(self.epoch, 0, self.offset, self.offset)
        )
        assert said[0] == 1, said

    def produce(self, topic_name: str, raw: bytes, *, key: str, partition: int | None = None, acknowledged_s: float = 1.0) -> bool:
        """Keep what would go to a topic of facts."""
        if self.away:
            raise StoreAwayError("Kafka does not answer.")
        self.produced.append((topic_name, raw))
        return True

    def reachable(self) -> bool:
        """As told."""
        return not self.away

    def close(self) -> None:
        """Nothing to do."""


class Town:
    """The gate, the store, and short ways to bring things about."""

    def __init__(self, gate: TownGate, store: redis.Redis, runtime: Runtime) -> None:
        self.gate, self.store, self.runtime = gate, store, runtime
        self._numbers = itertools.count(1)

    def do(self, body: cmd.AnyBody, actor: Actor = SYSTEM, jurisdiction: str = COUNTY) -> str:
        """Send a command that must be accepted; return its id."""
        name = f"t{next(self._numbers)}"
        self.gate.send(body, jurisdiction=jurisdiction, command_id=name, actor=actor)
        raw = self.store.get(keys.answer(name))
        assert raw is not None, body
        answer = msgspec.json.decode(raw)
        assert answer["accepted"], (body, answer)
        return name

    def accounts(self, *entries: AccountEntry) -> None:
        """Register accounts."""
        self.do(cmd.RegisterAccounts(accounts=entries), ADMIN, CITY)

    def report(self, place: Place = SQUARE, **more: Any) -> str:
        """Report an incident; return its id."""
        jurisdiction = place.area[:6]
        name = self.do(
            cmd.ReportIncident(source="hotline", place=place, **more), Actor(account="o", role=Role.OPERATOR, area="3716"), jurisdiction
        )
        return str(msgspec.json.decode(self.store.get(keys.answer(name)))["created"][0])

    def dispatched(self, unit: str = "u1", **more: Any) -> tuple[str, str]:
        """Report, file, and offer to a unit; return incident and assignment."""
        operator = Actor(account="o", role=Role.OPERATOR, area="3716")
        incident = self.report(**more)
        self.do(cmd.ReceiveIncident(incident=incident), operator)
        self.do(cmd.FileIncident(incident=incident), operator)
        chosen = cmd.Candidate(unit=unit, kind=UnitKind.VOLUNTEER, rank=1, score=1.0, distance_m=400, eta_s=300)
        self.do(cmd.DispatchIncident(incident=incident, candidates=(chosen,)), operator)
        (assignment,) = self.gate.states[COUNTY].incidents[incident].assignments
        return incident, assignment


def account(role: Role, area: str = COUNTY, **more: Any) -> AccountEntry:
    """An account named by its role and area."""
    name = f"{role.value}-{area}"
    return AccountEntry(**{"account": name, "username": name, "role": role, "area": area, "display_name": "王建国", **more})


@pytest.fixture
def runtime(valkey: RunningValkey, tmp_path: Path) -> Runtime:
    """An empty Valkey database, and folders of its own."""
    url = f"{valkey.url.rpartition('/')[0]}/{next(_databases) % 15 + 1}"
    with redis.Redis.from_url(url) as store:
        store.flushdb()
    borders = tmp_path / "borders.geojson"
    borders.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"adcode":371602},'
        '"geometry":{"type":"Polygon","coordinates":[[[117.8,37.2],[118.2,37.2],[118.2,37.6],[117.8,37.2]]]}}]}'
    )
    names = {CITY: "滨州市", COUNTY: "滨城区", OTHER: "阳信县"}
    return Runtime(
        kafka=KafkaAccess(bootstrap="127.0.0.1:1"), valkey_url=url, data_dir=str(tmp_path), keystore=str(tmp_path / "keys"),
        secrets_store=str(tmp_path / "secrets"), evidence=str(tmp_path / "evidence"), borders=str(borders), demo=True,
        jurisdictions=tuple(Jurisdiction(code=code, name_zh=zh, name_en=code, kind="city" if code == CITY else "county") for code, zh in names.items()),
    )  # fmt: skip


@pytest.fixture
def town(runtime: Runtime) -> Iterator[Town]:
    """Two counties with a few of everything."""
    store = redis.Redis.from_url(runtime.valkey_url)
    store.set(keys.EPOCH, "e1")
    town = Town(TownGate(store), store, runtime)
    for county, square in ((COUNTY, SQUARE), (OTHER, ELSEWHERE)):
        suffix = "" if county == COUNTY else "x"
        plan = PlanEntry(plan="cold-orange", hazard=Hazard.COLD_WAVE, level=WarningLevel.ORANGE, settings=PlanSettings(), name="寒潮橙色")
        town.do(cmd.ConfigurePlans(plans=(plan,)), ADMIN, county)
        town.do(
            cmd.RegisterPoints(points=(PointEntry(point=f"p1{suffix}", name="救助站", place=square, beds=4, open=True, station=True),)),
            ADMIN,
            county,
        )
        town.do(cmd.RegisterCameras(cameras=(CameraEntry(camera=f"c1{suffix}", name="天桥", place=square, owner="police"),)), ADMIN, county)
        units = tuple(UnitEntry(unit=f"u{n}{suffix}", kind=UnitKind.VOLUNTEER, area=f"{county}001") for n in (1, 2, 3))
        town.do(cmd.RegisterUnits(units=units), ADMIN, county)
        for unit in units[:2]:
            town.do(
                cmd.SetDuty(unit=unit.unit, state=UnitState.AVAILABLE),
                Actor(account="r", role=Role.RESPONDER, area=county, unit=unit.unit),
                county,
            )
    yield town
    store.close()


@pytest.fixture
def services(town: Town, runtime: Runtime, tmp_path: Path) -> Services:
    """The web process's services over the town's gate, its board loaded and kept current after every command."""
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    for page in ("console.html", "field.html"):
        (dist / page).write_text(f"<!doctype html><title>{page}</title>")
    (dist / "sw.js").write_text("self.addEventListener('push', () => {})")
    (dist / "assets" / "index-abc123.js").write_text("export {}")
    (dist / "assets" / "index-abc123.js.br").write_bytes(b"compressed")
    made = open_services(runtime, dist=dist)
    made.__dict__["gate"] = town.gate
    made.positions.__dict__["_gate"] = town.gate
    made.follower.step()
    town.gate.after = made.follower.step
    return made


@pytest.fixture
def web(services: Services) -> Web:
    """The application."""
    return create_app(services)


class Person:
    """An account and its token."""

    def __init__(self, web: Web, entry: AccountEntry) -> None:
        self.web, self.entry = web, entry
        self.client: FlaskClient = web.app.test_client(use_cookies=False)
        self.token, _ = web.services.tokens.issue(entry.account, _now_ms())

    def get(self, path: str, **more: Any) -> Any:
        """GET below /api/v1."""
        return self.client.get(f"/api/v1{path}", headers=self._headers(more), **more)

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        """POST JSON below /api/v1."""
        return self.client.post(f"/api/v1{path}", json={} if body is None else body, headers=self._headers(more), **more)

    def send(self, method: str, path: str, **more: Any) -> Any:
        """Any request, path as it is."""
        return self.client.open(path, method=method, headers=self._headers(more), **more)

    def _headers(self, more: dict[str, Any]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}


def _now_ms() -> int:
    from web.clock import now_ms  # noqa: PLC0415

    return now_ms()


@pytest.fixture
def person(town: Town, web: Web) -> Any:
    """person(role, area, …) registers an account and logs it in, without a password."""

    def make(role: Role, area: str = COUNTY, **more: Any) -> Person:
        entry = account(role, area, **more)
        town.accounts(entry)
        return Person(web, entry)

    return make


@pytest.fixture
def with_password(services: Services, person: Any) -> Any:
    """As `person`, with PASSWORD."""

    def make(role: Role, area: str = COUNTY, **more: Any) -> Person:
        made: Person = person(role, area, **more)
        set_password(services.secrets, made.entry.account, PASSWORD)
        return made

    return make


@pytest.fixture(scope="session")
def jpeg() -> bytes:
    """A picture with something in it."""
    image = np.zeros((240, 320, 3), np.uint8)
    cv2.circle(image, (160, 120), 40, (30, 60, 220), -1)
    return bytes(cv2.imencode(".jpg", image)[1])
