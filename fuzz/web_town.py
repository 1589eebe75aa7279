"""The whole web application over a town in memory, with an account for every role inside the area and outside it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import redis

from contracts import commands as cmd
from contracts.registry_entries import CameraEntry, PlanEntry, PointEntry, UnitEntry
from contracts.runtime import Jurisdiction, KafkaAccess, Runtime
from contracts.terms import Hazard, Role, UnitKind, UnitState, WarningLevel
from contracts.values import Actor, PlanSettings
from nuandeng.embedded.guard import Guard
from nuandeng.embedded.session import RunningValkey
from stream.readmodel import keys
from tests.integration.web.town import ADMIN, CITY, COUNTY, ELSEWHERE, OTHER, SQUARE, Person, Town, TownGate, account
from web.app import Web, create_app
from web.compose import open_services

# Everybody who may have an account. `public` and `system` have none that lets them in.
ROLES = tuple(role for role in Role if role is not Role.SYSTEM)


class WebTown(NamedTuple):
    """persons: (role, area) → somebody logged in. ids: what exists in COUNTY, by the name that paths give it."""

    web: Web
    town: Town
    persons: dict[tuple[Role, str], Person]
    ids: dict[str, str]


@contextmanager
def web_town(valkey_url: str, folder: Path) -> Iterator[WebTown]:
    """Open it over an empty Valkey database."""
    runtime = _runtime(valkey_url, folder)
    store = redis.Redis.from_url(valkey_url)
    store.flushdb()
    store.set(keys.EPOCH, "e1")
    town = Town(TownGate(store), store, runtime)
    for county, square, mark in ((COUNTY, SQUARE, ""), (OTHER, ELSEWHERE, "x")):
        _furnish(town, county, square, mark)
    services = open_services(runtime, dist=_front_ends(folder / "dist"))
    services.__dict__["gate"] = town.gate
    services.positions.__dict__["_gate"] = town.gate
    services.follower.step()
    town.gate.after = services.follower.step
    sealed = services.sealer.seal_text(services.keys.create(), "grey coat")
    incident, assignment = town.dispatched(description=sealed)
    ids = {"incident": incident, "assignment": assignment, "unit": "u1", "point": "p1", "plan": "cold-orange", "command": "t1",
           "vendor": "standard", "sha256": "0" * 64}  # fmt: skip
    web = create_app(services)
    persons: dict[tuple[Role, str], Person] = {}
    for role in ROLES:
        for area, unit, point in ((COUNTY, "u1", "p1"), (OTHER, "u3x", "p1x")):
            own = {"unit": unit} if role is Role.RESPONDER else {"point": point} if role is Role.STATION else {}
            entry = account(role, area, **own)
            town.accounts(entry)
            persons[role, area] = Person(web, entry)
    try:
        yield WebTown(web, town, persons, ids)
    finally:
        store.close()


def _furnish(town: Town, county: str, square: Any, mark: str) -> None:
    plan = PlanEntry(plan="cold-orange", hazard=Hazard.COLD_WAVE, level=WarningLevel.ORANGE, settings=PlanSettings(), name="cold")
    town.do(cmd.ConfigurePlans(plans=(plan,)), ADMIN, county)
    point = PointEntry(point=f"p1{mark}", name="point", place=square, beds=4, open=True, station=True)
    town.do(cmd.RegisterPoints(points=(point,)), ADMIN, county)
    town.do(cmd.RegisterCameras(cameras=(CameraEntry(camera=f"c1{mark}", name="bridge", place=square, owner="police"),)), ADMIN, county)
    units = tuple(UnitEntry(unit=f"u{n}{mark}", kind=UnitKind.VOLUNTEER, area=f"{county}001") for n in (1, 2, 3))
    town.do(cmd.RegisterUnits(units=units), ADMIN, county)
    for unit in units:
        own = Actor(account="r", role=Role.RESPONDER, area=county, unit=unit.unit)
        town.do(cmd.SetDuty(unit=unit.unit, state=UnitState.AVAILABLE), own, county)


def _runtime(valkey_url: str, folder: Path) -> Runtime:
    borders = folder / "borders.geojson"
    borders.parent.mkdir(parents=True, exist_ok=True)
    borders.write_text('{"type":"FeatureCollection","features":[]}')
    return Runtime(
        borders=str(borders),
        kafka=KafkaAccess(bootstrap="127.0.0.1:1"), valkey_url=valkey_url, data_dir=str(folder), keystore=str(folder / "keys"),
        secrets_store=str(folder / "secrets"), evidence=str(folder / "evidence"), demo=True,
        jurisdictions=tuple(
            Jurisdiction(code=code, name_zh=code, name_en=code, kind="city" if code == CITY else "county") for code in (CITY, COUNTY, OTHER)
        ),
    )  # fmt: skip


def _front_ends(dist: Path) -> Path:
    (dist / "assets").mkdir(parents=True)
    for page in ("console.html", "field.html"):
        (dist / page).write_text(f"<!doctype html><title>{page}</title>")
    (dist / "sw.js").write_text("self.addEventListener('push', () => {})")
    return dist


@contextmanager
def own_valkey(folder: Path) -> Iterator[str]:
    """A Valkey of our own, as long as this lasts; its URL."""
    guard = Guard()
    (folder / "valkey").mkdir()
    server = RunningValkey(folder / "valkey", guard)
    try:
        yield server.url
    finally:
        server.stop()
        guard.close()
