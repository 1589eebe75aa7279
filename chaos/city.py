"""A city small enough to start in seconds: three counties with a few of everything, and who logs in."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from contracts.commands import AnyBody, ConfigurePlans, RegisterAccounts, RegisterCameras, RegisterPoints, RegisterUnits, SetDuty
from contracts.registry_entries import AccountEntry, CameraEntry, PlanEntry, PointEntry, UnitEntry
from contracts.runtime import Jurisdiction, Runtime
from contracts.terms import Hazard, Role, UnitKind, UnitState, WarningLevel
from contracts.values import Place, PlanSettings
from stream.commands import CommandGate
from stream.vault.keystore import FileKeyStore
from stream.vault.secrets import SecretsStore
from web.access.passwords import hash_password, secret_name

CITY = "371600"
# In three partitions of the log, one of them with the city's own.
COUNTIES = ("371602", "371622", "371681")
VOLUNTEERS = 8
CAMERAS = 2
# A probe of each round sets the beds that are free to another number.
MOST_ROUNDS = 10_000
PASSWORD = "a lamp in every gust"  # noqa: S105 - of people who are made up, on a platform that lives for an hour
LAT, LON = 37.38, 118.02
_DWELL_S = 30
_ANSWER_WITHIN_S = 60.0

JURISDICTIONS = tuple(
    Jurisdiction(code=code, name_zh=zh, name_en=en, kind="city" if code == CITY else "county")
    for code, zh, en in (("371600", "滨州市", "Binzhou"), ("371602", "滨城区", "Bincheng"), ("371622", "阳信县", "Yangxin"),
                         ("371681", "邹平市", "Zouping"))
)  # fmt: skip


class Login(NamedTuple):
    """Somebody who logs in. unit: of a responder."""

    account: str
    role: Role
    area: str
    unit: str | None = None
    point: str | None = None


def logins() -> Iterator[Login]:
    """Everybody: of the city a supervisor, a verifier, an auditor, an administrator; of each county an operator, a station, responders."""
    for role in (Role.SUPERVISOR, Role.VERIFIER, Role.AUDITOR, Role.ADMIN):
        yield Login(f"city-{role.value}", role, "3716")
    for code in COUNTIES:
        yield Login(f"{code}-operator", Role.OPERATOR, code)
        yield Login(f"{code}-station", Role.STATION, code, point=station(code))
        yield Login(probe_phone(code), Role.RESPONDER, code, unit=probe_phone(code))
        for unit in volunteers(code):
            yield Login(unit, Role.RESPONDER, code, unit=unit)


def volunteers(code: str) -> list[str]:
    """The units of a county's volunteers."""
    return [f"{code}-u{number}" for number in range(VOLUNTEERS)]


def with_phones(code: str) -> list[str]:
    """Those of them that act by a phone over a socket; the others by HTTP alone."""
    return volunteers(code)[:2]


def probe_phone(code: str) -> str:
    """A volunteer of a county whose place nobody knows, so that they are never asked: on and off duty, as probes will have it."""
    return f"{code}-phone"


def cameras(code: str) -> list[str]:
    """A county's cameras."""
    return [f"{code}-c{number}" for number in range(CAMERAS)]


def station(code: str) -> str:
    """A county's rescue point, where probes leave their marks: nobody else sets its beds."""
    return f"{code}-p0"


def place(code: str, north_m: float = 0.0) -> Place:
    """A place in a county; the counties lie on top of each other, for nothing here asks for borders."""
    return Place(lat_wgs84=LAT + north_m / 111_195, lon_wgs84=LON, area=f"{code}001000", name="天桥下")


def settle(runtime: Runtime) -> None:
    """Tell the log and the secrets store of everybody and everything, and wait until the last is answered.

    Raises:
        TimeoutError: the dispatcher did not answer.
    """
    store = SecretsStore(Path(runtime.secrets_store), FileKeyStore(Path(runtime.keystore)))
    hashed = hash_password(PASSWORD, time.time_ns() // 1_000_000)
    store.put_many({secret_name(one.account): hashed for one in logins()})
    gate = CommandGate(runtime)
    try:
        sent = []
        for code, what, body in _commands():
            command_id = f"sys:settle:{code}:{what}"
            gate.send(body, jurisdiction=code, command_id=command_id)
            sent.append(command_id)
        for command_id in sent:
            answer = gate.answer(command_id, _ANSWER_WITHIN_S)
            if answer is None or not answer.accepted:
                raise TimeoutError(f"{command_id}: {answer}")
    finally:
        gate.close()


def _commands() -> Iterator[tuple[str, str, AnyBody]]:
    entries = tuple(
        AccountEntry(
            account=one.account, username=one.account, role=one.role, area=one.area, unit=one.unit, point=one.point, simulated=True
        )
        for one in logins()
    )  # fmt: skip
    yield CITY, "accounts", RegisterAccounts(accounts=entries)
    for code in COUNTIES:
        yield code, "cameras", RegisterCameras(cameras=tuple(
            CameraEntry(camera=camera, name=camera, place=place(code, 300.0 * number), owner="police", dwell_threshold_s=_DWELL_S,
                        simulated=True)
            for number, camera in enumerate(cameras(code))
        ))  # fmt: skip
        points = (
            PointEntry(
                point=station(code), name="救助站", place=place(code, 500), beds=MOST_ROUNDS, open=True, station=True, simulated=True
            ),
        )
        yield code, "points", RegisterPoints(points=points)
        units = tuple(
            UnitEntry(unit=unit, kind=UnitKind.VOLUNTEER, area=f"{code}001000", simulated=True)
            for unit in (*volunteers(code), probe_phone(code))
        )
        vehicle = UnitEntry(unit=f"{code}-v0", kind=UnitKind.VEHICLE, area=code, label="救助车", simulated=True)
        yield code, "units", RegisterUnits(units=(*units, vehicle))
        plans = tuple(
            PlanEntry(plan=f"cold-{level.value}", hazard=Hazard.COLD_WAVE, level=level, name=f"寒潮{level.value}",
                      settings=PlanSettings(dwell_threshold_s=_DWELL_S, message="寒潮"))
            for level in (WarningLevel.ORANGE, WarningLevel.RED)
        )  # fmt: skip
        yield code, "plans", ConfigurePlans(plans=plans)
        for unit in (*volunteers(code), vehicle.unit):
            yield code, f"duty-{unit}", SetDuty(unit=unit, state=UnitState.AVAILABLE)
