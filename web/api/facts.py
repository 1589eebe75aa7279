"""Facts that machines and phones send: weather warnings, cases, positions. They go to their topics, not through a decision."""

import time
from typing import Annotated

import msgspec
from flask import Response, request
from pydantic import Field

from contracts.errors import StoreAwayError, UnreadableError
from contracts.topics import REPORTS, WARNINGS
from stream.access import topic
from stream.case_signature import SIGNATURE_HEADER, TIME_HEADER, check_case_signature
from web.api.replies import reply
from web.api.routes import Call, route
from web.api.values import FixBody
from web.api.wire import Wire
from web.problems import BadSignatureError, NotFoundError, UnreadableBodyError

_ACKNOWLEDGED_S = 5.0


class FixesBody(Wire):
    """Positions of the own unit, oldest first."""

    fixes: Annotated[tuple[FixBody, ...], Field(min_length=1, max_length=500)]


@route("warnings.push", "POST", "/weather/warnings", "A CAP 1.2 or 12379 warning", takes="application/xml", gives={202: "Taken"})
def push_warning(call: Call) -> Response:
    """It is parsed here, so that a bad one is refused here."""
    if call.services.parse_warning is None:
        raise NotFoundError("This process takes no warnings.")
    try:
        warning = call.services.parse_warning(call.raw)
    except UnreadableError as err:
        raise UnreadableBodyError(str(err)) from err
    _produce(call, WARNINGS, warning.identifier, msgspec.json.encode(warning))
    return reply({"identifier": warning.identifier}, 202)


@route(
    "cases.push",
    "POST",
    "/adapters/cases/{vendor}",
    "A case of an urban-management platform, signed",
    takes="application/json",
    gives={202: "Taken"},
)
def push_case(call: Call) -> Response:
    """Signed with the vendor's secret; the same case twice counts once, by its number."""
    vendor = call.path["vendor"]
    secret = call.services.secrets.get(f"case_feed/{vendor}") or b""
    signature, sent_at = request.headers.get(SIGNATURE_HEADER), request.headers.get(TIME_HEADER)
    # Checked for unknown vendors as well: which ones there are is nobody's business.
    if not check_case_signature(secret, call.raw, signature=signature, sent_at=sent_at, now_s=int(time.time())):
        raise BadSignatureError(f"{SIGNATURE_HEADER} and {TIME_HEADER} are not those of this body and vendor.")
    if call.services.parse_case is None:
        raise NotFoundError("This process takes no cases.")
    try:
        report = call.services.parse_case(vendor, call.raw)
    except (UnreadableError, KeyError) as err:
        raise UnreadableBodyError(str(err)) from err
    _produce(call, REPORTS, report.jurisdiction, msgspec.json.encode(report))
    return reply({"reference": report.reference}, 202)


def _produce(call: Call, topic_name: str, key: str, raw: bytes) -> None:
    if not call.services.gate.produce(topic(call.services.runtime, topic_name), raw, key=key, acknowledged_s=_ACKNOWLEDGED_S):
        raise StoreAwayError("Kafka has not confirmed it; send it again, it counts once.")


@route("positions.push", "POST", "/positions", "Positions of the own unit", body=FixesBody, gives={202: "Taken"})
def push_positions(call: Call) -> Response:
    """Packed with those of others and sent on once a second."""
    taken = call.services.positions.take(call.who(), call.body.fixes)
    return reply({"taken": taken}, 202)
