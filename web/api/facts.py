"""Facts that machines and phones send: weather warnings, cases, positions. They go to their topics, not through a decision."""

import time
from typing import Annotated

import msgspec
from flask import Response, request
from pydantic import Field

from contracts.errors import StoreAwayError
from contracts.topics import RAW_INTAKE
from stream.access import topic
from stream.case_signature import SIGNATURE_HEADER, TIME_HEADER, case_secret, check_case_signature
from stream.intake_sealing import seal_intake
from web.access.check import Target
from web.api.replies import reply
from web.api.routes import Call, route
from web.api.values import FixBody
from web.api.wire import Wire
from web.problems import BadSignatureError, UnreadableBodyError

_ACKNOWLEDGED_S = 5.0


class FixesBody(Wire):
    """Positions of the own unit, oldest first."""

    fixes: Annotated[tuple[FixBody, ...], Field(min_length=1, max_length=500)]


@route("warnings.push", "POST", "/weather/warnings", "A CAP 1.2 or 12379 warning", takes="application/xml", gives={202: "Taken"})
def push_warning(call: Call) -> Response:
    """Handed to the weather adapter as it came; what it cannot read becomes a dead letter with its reason."""
    for jurisdiction in call.services.jurisdictions:
        call.access(Target(area=jurisdiction))
    return _take(call, "weather")


@route(
    "cases.push",
    "POST",
    "/adapters/cases/{vendor}",
    "A case of an urban-management platform, signed",
    takes="application/json",
    gives={202: "Taken"},
)
def push_case(call: Call) -> Response:
    """Signed with the vendor's secret; sealed before it is written, and parsed by the case adapter."""
    vendor = call.path["vendor"]
    secret = call.services.secrets.get(case_secret(vendor)) or b""
    signature, sent_at = request.headers.get(SIGNATURE_HEADER), request.headers.get(TIME_HEADER)
    # Checked for unknown vendors as well: which ones there are is nobody's business.
    if not check_case_signature(secret, call.raw, signature=signature, sent_at=sent_at, now_s=int(time.time())):
        raise BadSignatureError(f"{SIGNATURE_HEADER} and {TIME_HEADER} are not those of this body and vendor.")
    return _take(call, f"case:{vendor}")


def _take(call: Call, kind: str) -> Response:
    if not call.raw:
        raise UnreadableBodyError("There is nothing in it.")
    record = seal_intake(call.services.keys, kind, call.raw, call.services.clock.now_ms(), _how_to_read())
    name = topic(call.services.runtime, RAW_INTAKE)
    if not call.services.gate.produce(name, msgspec.json.encode(record), key=kind, acknowledged_s=_ACKNOWLEDGED_S):
        raise StoreAwayError("Kafka has not confirmed it; send it again, it counts once.")
    return reply({"kind": kind}, 202)


def _how_to_read() -> dict[str, str]:
    return {"content-type": request.content_type} if request.content_type else {}


@route("positions.push", "POST", "/positions", "Positions of the own unit", body=FixesBody, gives={202: "Taken"})
def push_positions(call: Call) -> Response:
    """Packed with those of others and sent on once a second."""
    taken = call.services.positions.take(call.who(), call.body.fixes)
    return reply({"taken": taken}, 202)
