"""Commands on assignments."""

from flask import Response

from contracts import commands as cmd
from contracts.terms import Channel, DeliveryStatus, Role
from web.api import bodies
from web.api.incidents import GIVES
from web.api.routes import Call, route
from web.api.submit import submit
from web.api.targets import access_assignment
from web.problems import FieldError, InvalidError


@route(
    "assignments.answer",
    "POST",
    "/assignments/{assignment}/answer",
    "接受 / 婉拒 Answer an offer",
    body=bodies.AnswerBody,
    gives=GIVES,
    command=True,
)
def answer(call: Call) -> Response:
    """By the responder, or by an operator on behalf; then the channel says how the answer came."""
    place, body = access_assignment(call), call.body
    if call.who().role is not Role.RESPONDER and body.channel in {Channel.APP, Channel.WEB_PUSH}:
        raise InvalidError(
            "Say how the answer reached you.", errors=(FieldError("channel", "phone, radio, sms or in_person when on behalf"),)
        )
    return submit(
        call,
        jurisdiction=place.incident.jurisdiction,
        build=lambda: cmd.AnswerOffer(assignment=place.assignment.id, accept=body.accept, reason=body.reason, channel=body.channel),
    )


@route(
    "assignments.move",
    "POST",
    "/assignments/{assignment}/move",
    "The next state of a task",
    body=bodies.MoveBody,
    gives=GIVES,
    command=True,
)
def move(call: Call) -> Response:
    """En route, on scene, …"""
    place, body = access_assignment(call), call.body
    return submit(
        call,
        jurisdiction=place.incident.jurisdiction,
        build=lambda: cmd.MoveAssignment(
            assignment=place.assignment.id, to=body.state, reason=body.reason, point=body.point, eta_s=body.eta_s
        ),
    )


@route(
    "assignments.check_in", "POST", "/assignments/{assignment}/check-in", "I am all right", body=bodies.Nothing, gives=GIVES, command=True
)
def check_in(call: Call) -> Response:
    """Restart the check-in clock."""
    place = access_assignment(call)
    return submit(call, jurisdiction=place.incident.jurisdiction, build=lambda: cmd.CheckIn(assignment=place.assignment.id))


@route(
    "assignments.recall",
    "POST",
    "/assignments/{assignment}/recall",
    "Take an offer or a task back",
    body=bodies.PlainReasonBody,
    gives=GIVES,
    command=True,
)
def recall(call: Call) -> Response:
    """The unit is free again."""
    place, body = access_assignment(call), call.body
    return submit(
        call,
        jurisdiction=place.incident.jurisdiction,
        build=lambda: cmd.RecallAssignment(assignment=place.assignment.id, reason=body.reason),
    )


@route(
    "assignments.bed",
    "POST",
    "/assignments/{assignment}/bed",
    "The station answers for a bed",
    body=bodies.BedBody,
    gives=GIVES,
    command=True,
)
def bed(call: Call) -> Response:
    """Confirm or refuse the bed that a transport asked for."""
    place, body = access_assignment(call), call.body
    return submit(
        call,
        jurisdiction=place.incident.jurisdiction,
        build=lambda: cmd.ConfirmBed(assignment=place.assignment.id, point=body.point, accepted=body.accepted),
    )


@route(
    "assignments.seen",
    "POST",
    "/assignments/{assignment}/seen",
    "The offer is on the screen",
    body=bodies.Nothing,
    gives=GIVES,
    command=True,
)
def seen(call: Call) -> Response:
    """Record that the responder has seen it."""
    place = access_assignment(call)
    return submit(
        call,
        jurisdiction=place.incident.jurisdiction,
        build=lambda: cmd.RecordDelivery(assignment=place.assignment.id, channel=Channel.APP, status=DeliveryStatus.SEEN),
    )
