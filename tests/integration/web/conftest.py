"""`town` is the outside, `web` the application over it, in this process. What needs Kafka and processes stands in test_whole.py."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import redis

from contracts import commands as cmd
from contracts.registry_entries import CameraEntry, PlanEntry, PointEntry, UnitEntry
from contracts.runtime import Jurisdiction, KafkaAccess, Runtime
from contracts.terms import Hazard, Role, UnitKind, UnitState, WarningLevel
from contracts.values import Actor, PlanSettings
from nuandeng.embedded.session import RunningValkey
from stream.readmodel import keys
from tests.integration.web.town import ADMIN, CITY, COUNTY, ELSEWHERE, OTHER, PASSWORD, SQUARE, Person, Town, TownGate, account
from web.access.accounts import set_password
from web.app import Web, create_app
from web.compose import open_services
from web.services import Services

_databases = itertools.count(1)


@pytest.fixture
def runtime(valkey: RunningValkey, tmp_path: Path) -> Runtime:
    """An empty Valkey database, and folders of its own."""
    url = f"{valkey.url.rpartition('/')[0]}/{next(_databases) % 15 + 1}"
    with redis.Redis.from_url(url) as store:
        store.flushdb()
    borders = tmp_path / "borders.geojson"
    borders.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},'
        '"geometry":{"type":"Polygon","coordinates":[[[117.8,37.2],[118.2,37.2],[118.2,37.6],[117.8,37.2]]]}}]}'
    )
    names = {CITY: "滨州市", COUNTY: "滨城区", OTHER: "阳信县"}
    return Runtime(
        kafka=KafkaAccess(bootstrap="127.0.0.1:1"),
        valkey_url=url,
        data_dir=str(tmp_path),
        keystore=str(tmp_path / "keys"),
        secrets_store=str(tmp_path / "secrets"),
        evidence=str(tmp_path / "evidence"),
        borders=str(borders),
        demo=True,
        adapters=("video", "weather"),
        jurisdictions=tuple(
            Jurisdiction(code=code, name_zh=zh, name_en=code, kind="city" if code == CITY else "county") for code, zh in names.items()
        ),
    )


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
