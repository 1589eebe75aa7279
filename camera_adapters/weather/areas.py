"""Areas of a warning: rings of points and division codes. Coordinates are WGS-84, as CAP says."""

import math
import re

from contracts.errors import UnreadableError

Ring = tuple[tuple[float, float], ...]

MAX_POINTS = 20_000
_CIRCLE_CORNERS = 36
_EARTH_RADIUS_KM = 6371.0088
_DIVISION = re.compile(r"^\d{6}(\d{6})?$|^\d{9}$")
# A code has as many digits in other systems too (FIPS, SAME), so only lists known by name are read.
DIVISION_LISTS = frozenset({"gb/t 2260", "gbt2260", "gb2260", "adcode", "areacode", "行政区划代码", "行政区划", "国家预警信息发布系统"})


def polygon(text: str) -> Ring:
    """Read CAP's `lat,lon lat,lon …`. Raises UnreadableError for fewer than 3 different corners or a point off the earth."""
    ring = tuple(_point(pair) for pair in text.split())
    if len(set(ring)) < 3:
        raise UnreadableError(f"A polygon of {len(set(ring))} corners.")
    return ring if ring[0] == ring[-1] else (*ring, ring[0])


def circle(text: str) -> Ring:
    """Read CAP's `lat,lon radius_km` and return a ring around it. Raises UnreadableError."""
    centre, _, radius = text.strip().partition(" ")
    lat, lon = _point(centre)
    try:
        radius_km = float(radius)
    except ValueError as err:
        raise UnreadableError(f"A circle's radius is {radius!r:.40}.") from err
    if not 0 <= radius_km <= 2000:
        raise UnreadableError(f"A circle's radius is {radius_km:g} km.")
    # A service gives 0 for a point; a plan needs an area.
    angle = max(radius_km, 0.1) / _EARTH_RADIUS_KM
    corners = [_towards(lat, lon, 2 * math.pi * n / _CIRCLE_CORNERS, angle) for n in range(_CIRCLE_CORNERS)]
    return (*corners, corners[0])


def _towards(lat: float, lon: float, bearing: float, angle: float) -> tuple[float, float]:
    here, there = math.radians(lat), math.radians(lon)
    to_lat = math.asin(math.sin(here) * math.cos(angle) + math.cos(here) * math.sin(angle) * math.cos(bearing))
    to_lon = there + math.atan2(math.sin(bearing) * math.sin(angle) * math.cos(here), math.cos(angle) - math.sin(here) * math.sin(to_lat))
    return round(math.degrees(to_lat), 6), round((math.degrees(to_lon) + 540) % 360 - 180, 6)


def _point(text: str) -> tuple[float, float]:
    parts = text.split(",")
    try:
        lat, lon = float(parts[0]), float(parts[1])
    except (ValueError, IndexError) as err:
        raise UnreadableError(f"{text!r:.40} is no point.") from err
    if len(parts) != 2 or not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise UnreadableError(f"{text!r:.40} is no point on earth.")
    return lat, lon


def divisions(text: str) -> tuple[str, ...]:
    """Return the division codes (6, 9 or 12 digits) of a comma-separated list. Raises UnreadableError for anything else in it."""
    codes = tuple(dict.fromkeys(code.strip() for code in re.split(r"[,，;\s]+", text) if code.strip()))
    for code in codes:
        if not _DIVISION.match(code):
            raise UnreadableError(f"{code!r:.40} is no division code.")
    return codes
