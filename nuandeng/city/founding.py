"""Founds the demo city: its registers go into the log through the one writer, its accounts into the secrets store.

Every command has an identifier that names what it registers, so founding again, or half of it, changes nothing that stands.
"""

import hashlib
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypeVar

import msgspec
import structlog

from contracts.commands import AnyBody, ConfigurePlans, RegisterAccounts, RegisterCameras, RegisterPoints, RegisterUnits
from contracts.registry_entries import AccountEntry, CameraEntry, UnitEntry
from contracts.runtime import Runtime
from contracts.terms import UnitKind
from nuandeng.city.accounts import HAND_UNIT, by_hand, simulated
from nuandeng.city.geography import CITY_CODE, COUNTIES, JURISDICTIONS, Geography
from nuandeng.city.registers import City, Volunteer, draw_city, plans, unit_entry
from stream.vault.keystore import FileKeyStore
from stream.vault.sealer import TextSealer

log = structlog.get_logger()
DEMO_ACCOUNTS = "demo-accounts.json"
SIMULATED_PEOPLE = "simulated-people.json"
CHUNK = 400
_T = TypeVar("_T")


class SimulatedPerson(msgspec.Struct, frozen=True, kw_only=True):
    """How a simulated person logs in, and where they are (responders only): (lat, lon) WGS-84."""

    username: str
    password: str
    role: str
    area: str
    unit: str | None = None
    point: str | None = None
    at: tuple[float, float] | None = None
    crew: bool = False


class Founded(msgspec.Struct, frozen=True, kw_only=True):
    """What the log is to be told, by jurisdiction, and the accounts with their passwords."""

    commands: tuple[tuple[str, str, AnyBody], ...]
    people: tuple[SimulatedPerson, ...]
    by_hand: dict[str, dict[str, str]]
    passwords: dict[str, str]


def found(runtime: Runtime, live: dict[str, str], own: tuple[CameraEntry, ...] = ()) -> Founded:
    """Draw the city. live: camera → URL. own: further cameras of the newcomer's.

    Seals 17,000 names and phones with a key each, so it is done once a data directory.
    """
    if runtime.borders is None:
        raise ValueError("the runtime names no borders file")
    city = draw_city(Geography(Path(runtime.borders)), live)
    connected = [volunteer for volunteer in city.roster if volunteer.connected]
    crews = [entry for entry, _ in city.vehicles]
    hand = list(by_hand(city.points["371602"][0]))
    staff = list(simulated(connected, crews, (point for entries in city.points.values() for point in entries)))
    homes = {volunteer.unit: volunteer.home for volunteer in connected} | {entry.unit: at for entry, at in city.vehicles}
    vehicle_names = {entry.unit for entry in crews}
    entries = [entry for entry, _ in (*hand, *staff)]
    return Founded(
        commands=tuple(_commands(city, entries, own, FileKeyStore(Path(runtime.keystore)))),
        people=tuple(
            SimulatedPerson(
                username=entry.username,
                password=password,
                role=entry.role.value,
                area=entry.area,
                unit=entry.unit,
                point=entry.point,
                at=homes.get(entry.unit or ""),
                crew=entry.unit in vehicle_names,
            )
            for entry, password in staff
        ),
        by_hand={entry.role.value: {"username": entry.username, "password": password} for entry, password in hand},
        passwords={entry.account: password for entry, password in (*hand, *staff)},
    )


def _commands(
    city: City, accounts: list[AccountEntry], own: tuple[CameraEntry, ...], keys: FileKeyStore
) -> Iterator[tuple[str, str, AnyBody]]:
    """(jurisdiction, command identifier, body), what is seen first on the screen before the long roster."""
    for jurisdiction in JURISDICTIONS:
        yield _command(jurisdiction, "plans", ConfigurePlans(plans=plans()))
    for chunk in _chunks(accounts):
        yield _command(CITY_CODE, f"accounts/{chunk[0].account}", RegisterAccounts(accounts=chunk))
    sealer = TextSealer(keys)
    hand_name = sealer.seal_text(keys.create(), "暖小灯")
    hand_unit = UnitEntry(unit=HAND_UNIT, kind=UnitKind.VOLUNTEER, area="371602002000", name=hand_name)
    for county in COUNTIES:
        code = county.code
        yield _command(code, "cameras", RegisterCameras(cameras=tuple(city.cameras[code])))
        yield _command(code, "points", RegisterPoints(points=tuple(city.points[code])))
        yield _command(code, "vehicles", RegisterUnits(units=tuple(entry for entry, _ in city.vehicles if entry.area.startswith(code))))
    yield _command(COUNTIES[0].code, "demo-volunteer", RegisterUnits(units=(hand_unit,)))
    for camera in own:
        yield _command(camera.place.area[:6], f"camera/{camera.camera}/{camera.url}", RegisterCameras(cameras=(camera,)))
    for county in COUNTIES:
        for people in _chunks(volunteer for volunteer in city.roster if volunteer.county == county.code):
            names = keys.create_many(len(people))
            entries = tuple(_sealed(volunteer, key, sealer) for volunteer, key in zip(people, names, strict=True))
            yield _command(county.code, f"roster/{people[0].unit}", RegisterUnits(units=entries))


def _sealed(volunteer: Volunteer, key: str, sealer: TextSealer) -> UnitEntry:
    return unit_entry(volunteer, lambda text: sealer.seal_text(key, text))


def live_cameras(city_cameras: Iterable[CameraEntry]) -> dict[str, list[CameraEntry]]:
    """The live ones by county, for registering them again when their addresses changed."""
    found_: dict[str, list[CameraEntry]] = {}
    for camera in city_cameras:
        if camera.live:
            found_.setdefault(camera.camera[:6], []).append(camera)
    return found_


def camera_command(jurisdiction: str, entries: list[CameraEntry]) -> tuple[str, str, AnyBody]:
    """Register cameras again; the identifier holds their addresses, so the same addresses are registered once."""
    addresses = hashlib.sha256("\n".join(f"{entry.camera} {entry.url}" for entry in entries).encode()).hexdigest()[:16]
    return _command(jurisdiction, f"cameras/{addresses}", RegisterCameras(cameras=tuple(entries)))


def _chunks(things: Iterable[_T]) -> Iterator[tuple[_T, ...]]:
    rest = iter(things)
    while chunk := tuple(islice(rest, CHUNK)):
        yield chunk


def _command(jurisdiction: str, what: str, body: AnyBody) -> tuple[str, str, AnyBody]:
    return jurisdiction, f"sys:demo:{jurisdiction}:{what}", body
