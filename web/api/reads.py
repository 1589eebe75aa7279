"""Reading incidents, units, points, cameras and plans, from what this process holds in memory."""

import base64
import binascii
from collections.abc import Iterable
from typing import Annotated, Any

import msgspec
from flask import Response
from pydantic import Field, StringConstraints

from contracts.commands import OPEN_INCIDENT_STATES
from contracts.documents import CameraDocument, IncidentDocument, PlanDocument, PointDocument, UnitDocument
from contracts.errors import KeyDestroyedError, UnreadableError
from contracts.terms import IncidentState
from contracts.values import Sealed
from dispatch.areas import covers
from web.access.caller import rooms_of
from web.access.table import OPENS_PHONE, OPENS_SEALED
from web.api.replies import reply
from web.api.routes import Call, route
from web.api.targets import access_incident, access_unit
from web.api.wire import Wire
from web.board.board import within
from web.board.cards import shown_form
from web.board.masking import ERASED, MaskedNames
from web.problems import AwayError, FieldError, InvalidError, NotYetError

_WAIT_S = 2.0
Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]


class ReadQuery(Wire):
    """min_sequence: `{jurisdiction}:{n}`, waits until the read model has come so far."""

    min_sequence: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}:[0-9]{1,15}$")] | None = None


class PageQuery(ReadQuery):
    """cursor: next_cursor of the page before."""

    jurisdiction: Code | None = None
    q: Annotated[str, StringConstraints(max_length=100)] | None = None
    cursor: Annotated[str, StringConstraints(max_length=200)] | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class IncidentQuery(PageQuery):
    """state: one, or several separated by commas."""

    state: Annotated[str, StringConstraints(max_length=200)] | None = None


class UnitQuery(PageQuery):
    """duty: on, off or all."""

    duty: Annotated[str, StringConstraints(pattern="^(on|off|all)$")] = "on"


class CoordinateQuery(ReadQuery):
    """jurisdiction: only this one."""

    jurisdiction: Code | None = None


def await_sequence(call: Call) -> None:
    """Wait for what the caller must not miss. Raises NotYetError, AwayError."""
    if call.services.board.epoch is None and not call.services.board.rooms:
        raise AwayError("The read model is not loaded yet.")
    wanted = call.query.min_sequence
    if wanted is not None:
        jurisdiction, _, sequence = wanted.partition(":")
        if not call.services.follower.wait_for(jurisdiction, int(sequence), _WAIT_S):
            raise NotYetError(f"{jurisdiction} has not reached {sequence} yet.")


def _rooms(call: Call) -> tuple[str, ...]:
    rooms = rooms_of(call.who().area, call.services.runtime.jurisdictions)
    return tuple(room for room in rooms if call.query.jurisdiction in (None, room))


def _cards(call: Call, kind: str) -> list[msgspec.Raw]:
    return [raw for room in _rooms(call) for raw in call.services.board.shown(room, kind, call.who().area)]


def _aged(call: Call) -> dict[str, str]:
    return {"X-Read-Model-Age-Ms": str(call.services.follower.age_ms)}


@route("incidents.list", "GET", "/incidents", "Incidents, newest first", query=IncidentQuery, gives={200: ("page", IncidentDocument)})
def list_incidents(call: Call) -> Response:
    """Filtered by state, jurisdiction and text (number, place, reference)."""
    await_sequence(call)
    query: IncidentQuery = call.query
    states = _states(query.state)
    found = []
    for room in _rooms(call):
        held = call.services.board.rooms.get(room)
        for card in held.of("incident").values() if held else ():
            incident = card.document
            if (
                isinstance(incident, IncidentDocument)
                and (states is None or incident.state in states)
                and within(card.area, call.who().area, room)
                and _mentions(query.q, (incident.number, incident.place.name, incident.reference or "", incident.id))
            ):
                found.append((f"{-incident.reported_at_ms + 10**15:016d}:{incident.id}", card.shown))
    return _page(call, found)


def _states(text: str | None) -> frozenset[IncidentState] | None:
    if not text:
        return None
    try:
        return frozenset(IncidentState(part.strip()) for part in text.split(","))
    except ValueError as err:
        raise InvalidError(str(err), errors=(FieldError("state", str(err)),)) from err


def _mentions(q: str | None, fields: Iterable[str]) -> bool:
    return not q or any(q.casefold() in field.casefold() for field in fields)


def _page(call: Call, found: list[tuple[str, Any]]) -> Response:
    query: PageQuery = call.query
    after = _cursor(query.cursor)
    found.sort(key=lambda one: one[0])
    rest = [one for one in found if after is None or one[0] > after]
    page = rest[: query.limit]
    following = base64.urlsafe_b64encode(page[-1][0].encode()).decode() if len(rest) > len(page) else None
    return reply({"items": [shown for _, shown in page], "next_cursor": following}, headers=_aged(call))


def _cursor(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return base64.b64decode(text, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as err:
        raise InvalidError("The cursor is not one of ours.", errors=(FieldError("cursor", "take next_cursor as it came"),)) from err


@route("incidents.read", "GET", "/incidents/{incident}", "One incident", query=ReadQuery, gives={200: IncidentDocument})
def read_incident(call: Call) -> Response:
    """With what the person looks like, for those who look after an open incident. Whatever else is personal takes a reason."""
    await_sequence(call)
    incident = access_incident(call)
    form: dict[str, Any] = msgspec.to_builtins(incident)
    may = call.who().role in OPENS_SEALED and incident.state in OPEN_INCIDENT_STATES
    form |= {"description": opened(call, incident.description) if may else None, "reporter": None}
    return reply(form, headers=_aged(call))


def opened(call: Call, sealed: Sealed | None) -> str | None:
    """Open a sealed field; a dash when its key was destroyed."""
    if sealed is None:
        return None
    try:
        return call.services.sealer.unseal_text(sealed)
    except (KeyDestroyedError, UnreadableError):
        return ERASED


@route("units.list", "GET", "/units", "Units with masked names", query=UnitQuery, gives={200: ("page", UnitDocument)})
def list_units(call: Call) -> Response:
    """On duty, off duty, or all."""
    await_sequence(call)
    query: UnitQuery = call.query
    board, area = call.services.board, call.who().area
    names = MaskedNames(call.services.sealer)
    found: list[tuple[str, Any]] = []
    for room in _rooms(call):
        held = board.rooms.get(room)
        if query.duty != "off" and held is not None:
            for name, card in held.of("unit").items():
                unit = card.document
                if isinstance(unit, UnitDocument) and covers(area, card.area) and _mentions(query.q, (unit.id, unit.label)):
                    found.append((name, card.shown))
        if query.duty != "on":
            found += [
                (unit.id, unit) for unit in board.roster(room) if covers(area, unit.area) and _mentions(query.q, (unit.id, unit.label))
            ]
    after = _cursor(query.cursor)
    found = sorted((one for one in found if after is None or one[0] > after), key=lambda one: one[0])[: query.limit + 1]
    # Only what is shown is unsealed: the roster has tens of thousands.
    return _page(call, [(name, shown_form(one, names) if isinstance(one, UnitDocument) else one) for name, one in found])


@route("units.read", "GET", "/units/{unit}", "One unit", query=ReadQuery, gives={200: UnitDocument})
def read_unit(call: Call) -> Response:
    """Name and phone for the desk while the unit has an open assignment, and for the unit itself."""
    await_sequence(call)
    unit = access_unit(call)
    caller = call.who()
    form = shown_form(unit, MaskedNames(call.services.sealer))
    if caller.account.unit == unit.id or (caller.role in OPENS_PHONE and unit.assignment is not None):
        form |= {"name": opened(call, unit.name), "phone": opened(call, unit.phone)}
    return reply(form, headers=_aged(call))


def _list(operation: str, path: str, kind: str, summary: str, gives: type) -> None:
    def handler(call: Call) -> Response:
        await_sequence(call)
        return reply({"items": _cards(call, kind)}, headers=_aged(call))

    route(operation, "GET", path, summary, query=CoordinateQuery, gives={200: ("page", gives)})(handler)


_list("points.list", "/points", "point", "Rescue points", PointDocument)
_list("cameras.list", "/cameras", "camera", "Cameras", CameraDocument)
_list("plans.list", "/plans", "plan", "Plans in force and configured, one document a jurisdiction", PlanDocument)
