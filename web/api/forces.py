"""Commands on units, rescue points and plans."""

from flask import Response

from contracts import commands as cmd
from contracts.documents import PlanDocument
from dispatch.areas import city_of
from web.access.check import Target
from web.api import bodies
from web.api.incidents import GIVES
from web.api.routes import Call, route
from web.api.submit import submit
from web.api.targets import access_point, access_unit
from web.problems import FieldError, InvalidError, NotFoundError


@route("units.duty", "POST", "/units/{unit}/duty", "On or off duty", body=bodies.DutyBody, gives=GIVES, command=True)
def duty(call: Call) -> Response:
    """By the responder, or by the station and the desk."""
    unit, body = access_unit(call), call.body
    return submit(call, jurisdiction=unit.jurisdiction, build=lambda: cmd.SetDuty(unit=unit.id, state=body.state, reason=body.reason))


@route("units.sos", "POST", "/units/{unit}/sos", "The responder is in danger", body=bodies.SosBody, gives=GIVES, command=True)
def sos(call: Call) -> Response:
    """The supervisor is told at once."""
    unit, body = access_unit(call), call.body
    place = None if body.place is None else bodies.place(body.place)
    return submit(call, jurisdiction=unit.jurisdiction, build=lambda: cmd.RaiseSos(unit=unit.id, place=place))


@route("points.beds", "POST", "/points/{point}/beds", "How many beds are free", body=bodies.BedsBody, gives=GIVES, command=True)
def beds(call: Call) -> Response:
    """By the station itself, or by the supervisor."""
    point, body = access_point(call), call.body
    return submit(
        call, jurisdiction=point.jurisdiction, build=lambda: cmd.SetBeds(point=point.id, beds_free=body.beds_free, open=body.open)
    )


@route(
    "plans.override",
    "POST",
    "/plans/{plan}/override",
    "Begin or end a plan by hand",
    body=bodies.OverrideBody,
    query=bodies.JurisdictionQuery,
    gives=GIVES,
    command=True,
)
def override(call: Call) -> Response:
    """In the jurisdiction named by the query, or in the one whose plans hold this one."""
    name = call.path["plan"]
    jurisdiction = call.query.jurisdiction or _keeper(call, name)
    if jurisdiction not in call.services.jurisdictions:
        raise InvalidError("There is no such jurisdiction.", errors=(FieldError("jurisdiction", "unknown"),))
    call.access(Target(area=jurisdiction))
    body: bodies.OverrideBody = call.body
    return submit(
        call,
        jurisdiction=jurisdiction,
        build=lambda: cmd.OverridePlan(plan=name, active=body.active, reason=body.reason, expires_at_ms=body.expires_at_ms),
    )


def _keeper(call: Call, plan: str) -> str:
    """Return the one jurisdiction in the caller's area whose plans hold this plan."""
    area = call.who().area
    keepers = []
    for code in call.services.jurisdictions:
        found = call.services.board.find("plan", "plan", code)
        if found is not None and isinstance(found.document, PlanDocument) and plan in found.document.configured:
            keepers.append(code)
    if not keepers:
        raise NotFoundError(f"There is no plan {plan}.")
    own = [code for code in keepers if code.startswith(area[:6])]
    city = [code for code in own if code == city_of(code)]
    return (city or own or keepers)[0]
