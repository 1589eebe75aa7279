"""The route that gives the document."""

from typing import Any

from flask import Response

from web.api.replies import reply
from web.api.routes import ROUTES, Call, route
from web.openapi.document import document

_made: dict[int, dict[str, Any]] = {}


@route("openapi", "GET", "/openapi.json", "This description", gives={200: "application/json"})
def read_openapi(_: Call) -> Response:
    """OpenAPI 3.1."""
    if len(ROUTES) not in _made:
        _made[len(ROUTES)] = document(ROUTES)
    return reply(_made[len(ROUTES)], headers={"Cache-Control": "public, max-age=300"})
