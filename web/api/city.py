"""What everybody may know: which city this is, and its borders."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from flask import Response

from dispatch.areas import jurisdiction_of
from web.api.replies import reply
from web.api.routes import Call, route
from web.problems import NotFoundError


@route("city", "GET", "/city", "The city and its jurisdictions", gives={200: "City"})
def read_city(call: Call) -> Response:
    """No log-in needed."""
    runtime = call.services.runtime
    listed = [
        {"code": jurisdiction_of(one.code), "name": {"zh": one.name_zh, "en": one.name_en}, "kind": one.kind}
        for one in runtime.jurisdictions
    ]
    city = next((one for one in listed if one["kind"] == "city"), listed[0] if listed else None)
    bounds = _bounds(runtime.borders) if runtime.borders else None
    return reply({
        "name": city["name"] if city else {"zh": "暖灯", "en": "Nuandeng"}, "code": city["code"] if city else "", "jurisdictions": listed,
        "bounds": bounds, "demo": runtime.demo, "datum": "WGS-84",
    })  # fmt: skip


@route("borders", "GET", "/borders.geojson", "County borders", gives={200: "application/geo+json"})
def read_borders(call: Call) -> Response:
    """GeoJSON with `adcode` properties."""
    path = call.services.runtime.borders
    if path is None or not Path(path).is_file():
        raise NotFoundError("This installation has no borders.")
    return Response(Path(path).read_bytes(), 200, {"Cache-Control": "public, max-age=3600"}, content_type="application/geo+json")


@lru_cache(maxsize=4)
def _bounds(path: str) -> list[float] | None:
    """Return [west, south, east, north] in degrees WGS-84."""
    try:
        collection = msgspec.json.decode(Path(path).read_bytes())
    except (OSError, msgspec.MsgspecError):
        return None
    points = [point for feature in collection["features"] for point in _points(feature["geometry"]["coordinates"])]
    if not points:
        return None
    return [min(x for x, _ in points), min(y for _, y in points), max(x for x, _ in points), max(y for _, y in points)]


def _points(nested: Any) -> list[tuple[float, float]]:
    if nested and isinstance(nested[0], (int, float)):
        return [(float(nested[0]), float(nested[1]))]
    return [point for part in nested for point in _points(part)]
