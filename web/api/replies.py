"""Answers: JSON from structs, and problems."""

from typing import Any

import msgspec
from flask import Response

from web import problems

_encoder = msgspec.json.Encoder()


def reply(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return JSON; structs, built-ins and msgspec.Raw may be mixed."""
    return Response(_encoder.encode(body), status, {"Cache-Control": "no-store", **(headers or {})}, content_type="application/json")


def problem(error: problems.WebError) -> Response:
    """Return problem+json."""
    headers = {"Cache-Control": "no-store", **error.headers}
    if error.retry_after_s is not None or error.status == 503:
        headers["Retry-After"] = str(error.retry_after_s or problems.TRY_AGAIN_S)
    return Response(_encoder.encode(problems.document(error)), error.status, headers, content_type=problems.CONTENT_TYPE)
