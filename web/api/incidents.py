"""Commands on incidents."""

from collections.abc import Callable
from typing import Any

from flask import Response

from contracts import commands as cmd
from contracts.documents import Answer, IncidentDocument
from contracts.terms import Role
from dispatch.areas import jurisdiction_of
from web.access.check import Target, reports_from_anywhere
from web.api import bodies
from web.api.routes import Call, route
from web.api.sealing import key_of, pictures, seal
from web.api.submit import submit
from web.api.targets import access_incident
from web.api.wire import Wire

GIVES: dict[int, Any] = {200: Answer, 202: "Pending"}
Build = Callable[[IncidentDocument, Any], cmd.AnyBody]


@route("incidents.report", "POST", "/incidents", "Report somebody in need", body=bodies.ReportBody, gives=GIVES, command=True)
def report(call: Call) -> Response:
    """Open an incident in the jurisdiction of its place."""
    body: bodies.ReportBody = call.body
    if not reports_from_anywhere(call.who().role):
        call.access(Target(area=body.place.area))

    def build() -> cmd.ReportIncident:
        key = key_of(call, None) if body.description or body.reporter else ""
        return cmd.ReportIncident(
            source=body.source,
            place=bodies.place(body.place),
            urgency=body.urgency,
            people=body.people,
            posture=body.posture,
            minor=body.minor,
            incapable=body.incapable,
            needs=body.needs,
            description=seal(call, key, body.description),
            reporter=seal(call, key, body.reporter),
            pictures=pictures(call, body.pictures),
            reference=body.reference,
            simulated=call.who().account.simulated,
        )

    return submit(call, jurisdiction=jurisdiction_of(body.place.area), build=build)


@route(
    "incidents.disposition",
    "POST",
    "/incidents/{incident}/disposition",
    "Say how the help ended",
    body=bodies.DispositionBody,
    gives=GIVES,
    command=True,
)
def disposition(call: Call) -> Response:
    """A responder feeds back for the own assignment, whether the body names it or not."""
    incident, body, caller = access_incident(call), call.body, call.who()
    assignment = body.assignment
    if caller.role is Role.RESPONDER and assignment is None:
        assignment = next((one.id for one in reversed(incident.assignments) if one.unit == caller.account.unit), None)

    def build() -> cmd.ReportDisposition:
        note = seal(call, key_of(call, incident), body.note) if body.note else None
        return cmd.ReportDisposition(
            incident=incident.id,
            disposition=body.disposition,
            assignment=assignment,
            point=body.point,
            note=note,
            pictures=pictures(call, body.pictures),
            people_helped=body.people_helped,
        )

    return submit(call, jurisdiction=incident.jurisdiction, build=build)


@route("incidents.notes", "POST", "/incidents/{incident}/notes", "Add a note or pictures", body=bodies.NoteBody, gives=GIVES, command=True)
def add_note(call: Call) -> Response:
    """The note is sealed with the incident's key."""
    incident, body = access_incident(call), call.body

    def build() -> cmd.AddNote:
        note = seal(call, key_of(call, incident), body.note) if body.note else None
        return cmd.AddNote(incident=incident.id, note=note, pictures=pictures(call, body.pictures))

    return submit(call, jurisdiction=incident.jurisdiction, build=build)


def _step(name: str, summary: str, body: type[Wire], build: Build) -> None:
    """Add a route for a command whose fields are the body's and the incident's id."""

    def handler(call: Call) -> Response:
        incident = access_incident(call)
        return submit(call, jurisdiction=incident.jurisdiction, build=lambda: build(incident, call.body))

    route(f"incidents.{name}", "POST", f"/incidents/{{incident}}/{name}", summary, body=body, gives=GIVES, command=True)(handler)


_step("receive", "受理 Receive", bodies.VersionBody, lambda i, b: cmd.ReceiveIncident(incident=i.id, expected_version=b.expected_version))
_step(
    "file",
    "立案 File",
    bodies.FileBody,
    lambda i, b: cmd.FileIncident(
        incident=i.id,
        urgency=b.urgency,
        quota=b.quota,
        needs=b.needs,
        minor=b.minor,
        incapable=b.incapable,
        expected_version=b.expected_version,
    ),
)
_step(
    "reject",
    "不予受理 Reject",
    bodies.ReasonBody,
    lambda i, b: cmd.RejectIncident(incident=i.id, reason=b.reason, expected_version=b.expected_version),
)
_step(
    "merge",
    "并案 Merge into another",
    bodies.MergeBody,
    lambda i, b: cmd.MergeIncident(incident=i.id, into=b.into, reason=b.reason, expected_version=b.expected_version),
)
_step(
    "hold",
    "挂起 Hold until a time",
    bodies.HoldBody,
    lambda i, b: cmd.HoldIncident(incident=i.id, wake_at_ms=b.wake_at_ms, reason=b.reason, expected_version=b.expected_version),
)
_step("wake", "End a hold early", bodies.Nothing, lambda i, _: cmd.WakeIncident(incident=i.id))
_step(
    "cancel",
    "撤销 Cancel",
    bodies.ReasonBody,
    lambda i, b: cmd.CancelIncident(incident=i.id, reason=b.reason, expected_version=b.expected_version),
)
_step(
    "urgency", "Change the urgency", bodies.UrgencyBody, lambda i, b: cmd.ChangeUrgency(incident=i.id, urgency=b.urgency, reason=b.reason)
)
_step(
    "dispatch",
    "派遣 Ask these units",
    bodies.DispatchBody,
    lambda i, b: cmd.DispatchIncident(
        incident=i.id,
        candidates=bodies.candidates(b.candidates),
        quota=b.quota,
        shortfalls=bodies.shortfalls(b.shortfalls),
        expected_version=b.expected_version,
    ),
)
_step("verify", "核查 Verify", bodies.VerifyBody, lambda i, b: cmd.VerifyIncident(incident=i.id, accepted=b.accepted, note=b.note))
_step("close", "结案 Close", bodies.Nothing, lambda i, _: cmd.CloseIncident(incident=i.id))
_step("reopen", "重开 Reopen", bodies.PlainReasonBody, lambda i, b: cmd.ReopenIncident(incident=i.id, reason=b.reason))
