"""Check a caller against the table. Pure; routes, socket events and rooms all end here."""

import msgspec

from contracts.terms import Role
from dispatch.areas import covers
from web.access.caller import Caller
from web.access.table import RULES, Reach
from web.problems import NotYourAreaError, NotYourRoleError


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """What an operation concerns. area: where it lies. units, points: those that have a part in it."""

    area: str | None = None
    units: frozenset[str] = frozenset()
    points: frozenset[str] = frozenset()


NOTHING = Target()


def check_role(caller: Caller, operation: str) -> Reach:
    """Return how far the caller's role reaches in an operation. Raises NotYourRoleError."""
    reach = RULES[operation].get(caller.role)
    if reach is None:
        raise NotYourRoleError(f"A {caller.role} may not do this ({operation}).")
    return reach


def check_target(caller: Caller, operation: str, target: Target) -> None:
    """Check role and target. Raises NotYourRoleError, NotYourAreaError."""
    match check_role(caller, operation):
        case Reach.AREA:
            allowed = target.area is not None and covers(caller.area, target.area)
        case Reach.OWN_UNIT:
            allowed = caller.account.unit is not None and caller.account.unit in target.units
        case Reach.OWN_POINT:
            allowed = caller.account.point is not None and caller.account.point in target.points
        case Reach.SELF | Reach.OPEN | Reach.SIGNED:
            allowed = True
    if not allowed:
        raise NotYourAreaError(f"This is outside your area {caller.area} and not your own task.")


def reports_from_anywhere(role: Role) -> bool:
    """Say whether a role may report what lies outside its area: who stands before somebody in the cold is not asked for a boundary."""
    return role is Role.RESPONDER
