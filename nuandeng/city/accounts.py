"""The demo city's accounts: one a role for the newcomer, and those of the simulated people."""

import secrets
from collections.abc import Iterable, Iterator

from contracts.registry_entries import AccountEntry, PointEntry, UnitEntry
from contracts.terms import Role
from nuandeng.city.geography import CITY_AREA, COUNTIES
from nuandeng.city.registers import Volunteer

# A newcomer logs in with these; nobody simulated ever uses them.
BY_HAND: tuple[tuple[Role, str, str], ...] = (
    (Role.OPERATOR, CITY_AREA, "演示 值班员"),
    (Role.SUPERVISOR, CITY_AREA, "演示 值班长"),
    (Role.RESPONDER, "371602", "演示 志愿者"),
    (Role.STATION, "371602", "演示 救助站"),
    (Role.VERIFIER, CITY_AREA, "演示 核查员"),
    (Role.AUDITOR, CITY_AREA, "演示 审计员"),
    (Role.ADMIN, CITY_AREA, "演示 管理员"),
)
HAND_UNIT = "371602-U-DEMO"


def by_hand(point: PointEntry) -> Iterator[tuple[AccountEntry, str]]:
    """Accounts with fresh passwords for people. point: the station of the station account."""
    for role, area, name in BY_HAND:
        entry = AccountEntry(
            account=f"demo-{role.value}",
            username=role.value,
            role=role,
            area=area,
            display_name=name,
            unit=HAND_UNIT if role is Role.RESPONDER else None,
            point=point.point if role is Role.STATION else None,
        )
        yield entry, secrets.token_urlsafe(9)


def simulated(
    volunteers: Iterable[Volunteer], vehicles: Iterable[UnitEntry], stations: Iterable[PointEntry]
) -> Iterator[tuple[AccountEntry, str]]:
    """Accounts of the simulated staff, volunteers, crews and stations, with fresh passwords."""

    def account(
        name: str, role: Role, area: str, display: str, *, unit: str | None = None, point: str | None = None
    ) -> tuple[AccountEntry, str]:
        return (
            AccountEntry(
                account=f"sim-{name}",
                username=f"sim-{name}",
                role=role,
                area=area,
                display_name=display,
                unit=unit,
                point=point,
                simulated=True,
            ),
            secrets.token_urlsafe(9),
        )

    for county in COUNTIES:
        yield account(f"operator-{county.code}", Role.OPERATOR, county.code, f"{county.zh} 值班员(模拟)")
        yield account(f"supervisor-{county.code}", Role.SUPERVISOR, county.code, f"{county.zh} 值班长(模拟)")
        yield account(f"verifier-{county.code}", Role.VERIFIER, county.code, f"{county.zh} 核查员(模拟)")
    yield account("admin", Role.ADMIN, CITY_AREA, "管理员(模拟)")
    for volunteer in volunteers:
        # No display name: a volunteer's name stands sealed in the register of units and nowhere else.
        yield account(volunteer.unit, Role.RESPONDER, volunteer.county, "", unit=volunteer.unit)
    for vehicle in vehicles:
        yield account(vehicle.unit, Role.RESPONDER, vehicle.area[:6], vehicle.label, unit=vehicle.unit)
    for station in stations:
        yield account(station.point, Role.STATION, station.place.area[:6], station.name, point=station.point)
