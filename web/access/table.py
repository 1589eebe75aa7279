"""The one table of who may do what: operation × role → how far. Routes, socket events and rooms are all checked against it.

After docs/lifecycle.md, "Roles". What is not in the table is forbidden.
"""

from collections.abc import Mapping
from enum import StrEnum

from contracts.terms import Role


class Reach(StrEnum):
    """How far a role's permission goes."""

    OPEN = "open"  # without a log-in
    SIGNED = "signed"  # a machine with a shared secret
    SELF = "self"  # concerns nobody but the caller
    AREA = "area"  # what lies in the caller's area
    OWN_UNIT = "own_unit"  # what belongs to the caller's unit, wherever it is
    OWN_POINT = "own_point"  # what belongs to the caller's rescue point


OP, SUP, R, ST = Role.OPERATOR, Role.SUPERVISOR, Role.RESPONDER, Role.STATION
AG, V, AUD, ADM, PUB = Role.AGENCY, Role.VERIFIER, Role.AUDITOR, Role.ADMIN, Role.PUBLIC
Rule = Mapping[Role, Reach]


def _area(*roles: Role) -> dict[Role, Reach]:
    return dict.fromkeys(roles, Reach.AREA)


DESKS = (OP, SUP, ST, AG, V, AUD, ADM)
_own_task = {R: Reach.OWN_UNIT}
_anybody = dict.fromkeys((*DESKS, R, PUB), Reach.SELF)

# Operations that need no account; everything else needs one.
UNGUARDED: Mapping[str, Reach] = {
    "session.open": Reach.OPEN,
    "city": Reach.OPEN,
    "borders": Reach.OPEN,
    "openapi": Reach.OPEN,
    "health.alive": Reach.OPEN,
    "health.ready": Reach.OPEN,
    "health.metrics": Reach.OPEN,
    "cases.push": Reach.SIGNED,
}

RULES: Mapping[str, Rule] = {
    "session.close": _anybody,
    "me": _anybody,
    "commands.read": _anybody,
    # incidents
    "incidents.list": _area(*DESKS),
    "incidents.read": _area(*DESKS) | _own_task,
    "incidents.recommendation": _area(OP, SUP),
    "incidents.report": _area(OP, SUP, ST) | {R: Reach.AREA},
    "incidents.receive": _area(OP, SUP),
    "incidents.file": _area(OP, SUP),
    "incidents.reject": _area(OP, SUP),
    "incidents.merge": _area(OP, SUP),
    "incidents.hold": _area(SUP),
    "incidents.wake": _area(SUP),
    "incidents.cancel": _area(OP, SUP),
    "incidents.urgency": _area(OP, SUP),
    "incidents.dispatch": _area(OP, SUP),
    "incidents.disposition": _area(OP, SUP) | _own_task | {ST: Reach.OWN_POINT},
    "incidents.verify": _area(V),
    "incidents.close": _area(OP, SUP),
    "incidents.reopen": _area(SUP),
    "incidents.personal": _area(SUP, V),
    "incidents.notes": _area(OP, SUP, ST, V) | _own_task,
    # assignments
    "assignments.answer": _area(OP, SUP) | _own_task,
    "assignments.move": _area(OP, SUP) | _own_task,
    "assignments.check_in": _own_task,
    "assignments.recall": _area(OP, SUP),
    "assignments.bed": {ST: Reach.OWN_POINT, SUP: Reach.AREA},
    "assignments.seen": _own_task,
    # units, points, cameras, plans
    "units.list": _area(*DESKS),
    "units.read": _area(*DESKS) | _own_task,
    "units.duty": _area(OP, SUP, ST) | _own_task,
    "units.sos": _area(OP, SUP) | _own_task,
    "points.list": _area(*DESKS) | {R: Reach.AREA},
    "points.beds": {ST: Reach.OWN_POINT, SUP: Reach.AREA},
    "cameras.list": _area(*DESKS),
    "plans.list": _area(*DESKS) | {R: Reach.AREA},
    "plans.override": _area(SUP),
    # facts
    # A warning may be for any of the areas here: only who is responsible for all of them may send one.
    "warnings.push": _area(ADM),
    "positions.push": {R: Reach.SELF},
    # pictures
    "pictures.upload": dict.fromkeys((OP, SUP, ST, R), Reach.SELF),
    # An admin's and an agency's work needs no picture of a person, blurred or not.
    "pictures.public": _area(OP, SUP, ST, V, AUD) | _own_task,
    "pictures.original": _area(SUP, V),
    # phones
    "field.read": {R: Reach.SELF},
    "push.subscribe": {R: Reach.SELF},
    "push.key": {R: Reach.SELF},
    # the log
    "digest": {AUD: Reach.SELF},
    "log": _area(AUD),
    "replay.read": _area(AUD),
    "replay.changes": _area(AUD),
    # sockets: connecting to a namespace, and its events
    "socket.console": dict.fromkeys(DESKS, Reach.SELF),
    "socket.console.join": _area(*DESKS),
    "socket.console.since": _area(*DESKS),
    "socket.console.leave": _area(*DESKS),
    "socket.field": {R: Reach.SELF},
    "socket.field.join": {R: Reach.SELF},
    "socket.field.since": {R: Reach.SELF},
    "socket.field.position": {R: Reach.SELF},
}

# Who may see what a person looks like as long as the incident is open. Later, and who reported it: `incidents.personal`, with a reason.
OPENS_SEALED: frozenset[Role] = frozenset({OP, SUP, V})
# Who may see a unit's name and phone while it has an open assignment.
OPENS_PHONE: frozenset[Role] = frozenset({OP, SUP})
