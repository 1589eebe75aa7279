"""Entries of the registers that the log keeps: units, cameras, points, accounts, plans."""

from contracts.terms import Hazard, Role, Skill, UnitKind, WarningLevel
from contracts.values import Place, PlanSettings, Sealed, Value


class UnitEntry(Value, frozen=True, kw_only=True):
    """One volunteer, vehicle, patrol team or point crew. label: a vehicle's or point's public name; people have a sealed name and phone."""

    unit: str
    kind: UnitKind
    area: str
    skills: tuple[Skill, ...] = ()
    label: str = ""
    name: Sealed | None = None
    phone: Sealed | None = None
    point: str | None = None
    simulated: bool = False


class CameraEntry(Value, frozen=True, kw_only=True):
    """One camera. owner: police, urban_management or data_bureau. heading_deg: from north. dwell_threshold_s overrides the plan's."""

    camera: str
    name: str
    place: Place
    owner: str
    heading_deg: float = 0.0
    url: str | None = None
    protocol: str | None = None
    dwell_threshold_s: int | None = None
    live: bool = True
    simulated: bool = False


class PointEntry(Value, frozen=True, kw_only=True):
    """One rescue point or station with beds."""

    point: str
    name: str
    place: Place
    beds: int
    open: bool = False
    station: bool = False
    simulated: bool = False


class AccountEntry(Value, frozen=True, kw_only=True):
    """Who may log in. The secret is elsewhere. area: prefix of division codes; '3716' is the whole city."""

    account: str
    username: str
    role: Role
    area: str
    display_name: str = ""
    unit: str | None = None
    point: str | None = None
    disabled: bool = False
    simulated: bool = False


class PlanEntry(Value, frozen=True, kw_only=True):
    """The plan of one hazard and level."""

    plan: str
    hazard: Hazard
    level: WarningLevel
    settings: PlanSettings
    name: str = ""
