"""Pictures: taken in, shown blurred, opened with a reason."""

import secrets
from typing import Annotated

from flask import Response, request
from pydantic import StringConstraints

from contracts.commands import OpenEvidence
from contracts.documents import IncidentDocument
from contracts.errors import KeyDestroyedError, StoreAwayError, UnreadableError
from contracts.values import Picture
from web.api.bodies import Name, PlainReasonBody
from web.api.picture_bytes import take_in
from web.api.replies import reply
from web.api.routes import PICTURE_LIMIT_BYTES, Call, route
from web.api.sealing import key_of, remember, sent_by
from web.api.submit import settle
from web.api.targets import incident_target
from web.api.wire import Wire
from web.problems import FieldError, InvalidError, NotFoundError, NotYourAreaError, from_rules

_FORM_BYTES = 20_000


class UploadQuery(Wire):
    """incident: whose key seals the original; without it the picture has a key of its own."""

    incident: Name | None = None


class OriginalBody(PlainReasonBody):
    """Why the original must be seen."""


@route(
    "pictures.upload",
    "POST",
    "/pictures",
    "Send a picture",
    query=UploadQuery,
    takes="multipart/form-data",
    gives={200: "Upload"},
    limit_bytes=PICTURE_LIMIT_BYTES + _FORM_BYTES,
)
def upload(call: Call) -> Response:
    """Decode, drop what the phone wrote into it, seal the original, and keep a copy with blurred heads."""
    file = request.files.get("file")
    if file is None:
        raise InvalidError("There is no file.", errors=(FieldError("file", "a JPEG or PNG in the form field 'file'"),))
    original, public, how = take_in(file.read(), call.services.blur)
    incident = _of_incident(call)
    try:
        at_ms = call.services.clock.now_ms()
        picture = call.services.evidence.save(original, public, key=key_of(call, incident), taken_at_ms=at_ms, camera=None)
    except OSError as err:
        raise StoreAwayError("The picture could not be stored.") from err
    name = secrets.token_hex(16)
    remember(call, name, picture)
    return reply(
        {"id": name, "public_sha256": picture.public_sha256, "sha256": picture.sha256, "taken_at_ms": picture.taken_at_ms, "blur": how}
    )


def _of_incident(call: Call) -> IncidentDocument | None:
    name = call.query.incident
    # Only the key is taken from it, and nothing is told about it.
    return call.services.board.incident(name) if name else None


Sha = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]


@route("pictures.public", "GET", "/pictures/{sha256}", "The picture with blurred heads", gives={200: "image/jpeg"})
def public(call: Call) -> Response:
    """Its name is its content, so it never changes. For whom its incident concerns, and for who has just sent it."""
    name = call.path["sha256"]
    try:
        _holder(call)
    except (NotFoundError, NotYourAreaError):
        if not sent_by(call, name):
            raise
    try:
        content = call.services.evidence.public(name)
    except UnreadableError as err:
        raise NotFoundError(str(err)) from err
    return Response(content, 200, {"Cache-Control": "private, max-age=31536000, immutable", "ETag": f'"{name}"'}, content_type="image/jpeg")


@route(
    "pictures.original",
    "POST",
    "/pictures/{sha256}/original",
    "The picture as it was taken; the opening is an event",
    body=OriginalBody,
    gives={200: "image/jpeg", 202: "Pending"},
    command=True,
)
def original(call: Call) -> Response:
    """Only after the log has the opening, with who and why."""
    incident, picture = _holder(call)
    answer, command_id = settle(
        call,
        jurisdiction=incident.jurisdiction,
        build=lambda: OpenEvidence(incident=incident.id, what=picture.sha256, reason=call.body.reason),
    )
    if answer is None:
        return reply({"command_id": command_id, "href": f"/api/v1/commands/{command_id}"}, 202)
    if not answer.accepted:
        raise from_rules(answer.code or "refused", answer.detail)
    try:
        content = call.services.evidence.original(picture)
    except (KeyDestroyedError, UnreadableError) as err:
        raise NotFoundError(str(err)) from err
    return Response(content, 200, {"Cache-Control": "no-store"}, content_type="image/jpeg")


def _holder(call: Call) -> tuple[IncidentDocument, Picture]:
    """Return an incident with this picture that concerns the caller. Raises NotFoundError, NotYourAreaError."""
    name = call.path["sha256"]
    refused: NotYourAreaError | None = None
    for incident in call.services.board.incidents_with(name):
        try:
            call.access(incident_target(incident))
        except NotYourAreaError as err:
            refused = err
            continue
        return incident, next(picture for picture in incident.pictures if name in (picture.sha256, picture.public_sha256))
    raise refused or NotFoundError("No incident has this picture.")
