"""A city of three counties with a few of everything, registered through commands."""

import time

from contracts.commands import AnyBody, ConfigurePlans, RegisterCameras, RegisterPoints, RegisterUnits, ReportIncident, SetDuty
from contracts.documents import Answer
from contracts.registry_entries import CameraEntry, PlanEntry, PointEntry, UnitEntry
from contracts.terms import Hazard, Role, Source, UnitKind, UnitState, Urgency, WarningLevel
from contracts.values import Actor, Place, PlanSettings
from stream.commands import CommandGate, client_command_id

COUNTIES = ("371602", "371622", "371681")
ADMIN = Actor(account="admin", role=Role.ADMIN, area="3716")
OPERATOR = Actor(account="op", role=Role.OPERATOR, area="3716")
SUPERVISOR = Actor(account="sup", role=Role.SUPERVISOR, area="3716")
LAT, LON = 37.38, 118.02


def place(code: str, north_m: float = 0.0, name: str = "天桥下") -> Place:
    return Place(lat_wgs84=LAT + north_m / 111_195, lon_wgs84=LON, area=code + "001000", name=name)


def hotline(code: str, number: int = 0) -> ReportIncident:
    return ReportIncident(source=Source.HOTLINE, place=place(code, number % 50), urgency=Urgency.VERY_URGENT)


def ask(gate: CommandGate, body: AnyBody, code: str, key: str, actor: Actor = OPERATOR, *, seconds: float = 60.0) -> Answer:
    """Send and wait for the answer."""
    command_id = client_command_id(actor.account, key)
    deadline = time.monotonic() + seconds
    assert gate.send(body, jurisdiction=code, command_id=command_id, actor=actor)
    answer = gate.answer(command_id, deadline - time.monotonic())
    assert answer is not None, f"no answer to {type(body).__name__} in {seconds} s"
    return answer


def register(gate: CommandGate, code: str, volunteers: int = 6) -> None:
    """Cameras, a point, volunteers on duty, a vehicle, a cold-wave plan."""
    units = tuple(UnitEntry(unit=f"{code}-u{number}", kind=UnitKind.VOLUNTEER, area=code + "001000") for number in range(volunteers))
    vehicle = UnitEntry(unit=f"{code}-v1", kind=UnitKind.VEHICLE, area=code, label="救助车 1")
    settings = PlanSettings(dwell_threshold_s=120, urgency_uplift=1, message="寒潮")
    plan = PlanEntry(plan="cold-red", hazard=Hazard.COLD_WAVE, level=WarningLevel.RED, settings=settings, name="寒潮红色")
    bodies: list[AnyBody] = [
        RegisterCameras(cameras=(CameraEntry(camera=f"{code}-c1", name="c1", place=place(code), owner="police", dwell_threshold_s=30),)),
        RegisterPoints(points=(PointEntry(point=f"{code}-p1", name="救助站", place=place(code, 500), beds=5, open=True, station=True),)),
        RegisterUnits(units=(*units, vehicle)),
        ConfigurePlans(plans=(plan,)),
    ]
    for number, body in enumerate(bodies):
        answer = ask(gate, body, code, f"register-{code}-{number}", ADMIN)
        assert answer.accepted, answer
    for entry in (*units, vehicle):
        answer = ask(gate, SetDuty(unit=entry.unit, state=UnitState.AVAILABLE), code, f"duty-{entry.unit}", SUPERVISOR)
        assert answer.accepted, answer
