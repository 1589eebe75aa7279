"""Personal fields that nobody needs for an open incident: opened with a reason, and the opening is an event."""

from typing import Literal

from flask import Response

from contracts.commands import OpenEvidence
from contracts.values import Sealed
from web.api.bodies import PlainReasonBody
from web.api.reads import opened
from web.api.replies import reply
from web.api.routes import Call, route
from web.api.submit import settle
from web.api.targets import access_incident
from web.problems import NotFoundError, from_rules


class PersonalBody(PlainReasonBody):
    """Which field, and why it must be read."""

    field: Literal["description", "reporter"]


@route(
    "incidents.personal",
    "POST",
    "/incidents/{incident}/personal",
    "Read a personal field; the opening is an event",
    body=PersonalBody,
    gives={200: "Personal", 202: "Pending"},
    command=True,
)
def read_personal(call: Call) -> Response:
    """Only after the log has the opening, with who and why. A dash when its key was destroyed."""
    incident, body = access_incident(call), call.body
    sealed: Sealed | None = getattr(incident, body.field)
    if sealed is None:
        raise NotFoundError(f"{incident.id} has no {body.field}.")
    answer, command_id = settle(
        call,
        jurisdiction=incident.jurisdiction,
        build=lambda: OpenEvidence(incident=incident.id, what=f"field:{body.field}", reason=body.reason),
    )
    if answer is None:
        return reply({"command_id": command_id, "href": f"/api/v1/commands/{command_id}"}, 202)
    if not answer.accepted:
        raise from_rules(answer.code or "refused", answer.detail)
    return reply({"field": body.field, "text": opened(call, sealed)}, headers={"Cache-Control": "no-store"})
