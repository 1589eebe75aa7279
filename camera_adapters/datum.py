"""Chinese map datums. Pure. GCJ-02 and BD-09 are offsets of WGS-84 that differ from place to place by hundreds of metres.

Source: the formulas are public knowledge since 2009 (the "eviltransform"); the inverse is found by iteration, to a millimetre.
"""

import math
from enum import StrEnum

_AXIS_M = 6_378_245.0  # Krasovsky 1940
_ECCENTRICITY = 0.00669342162296594323
_BAIDU = math.pi * 3000.0 / 180.0
_TOLERANCE_DEG = 1e-9


class Datum(StrEnum):
    """What a pair of numbers means."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


def to_wgs84(lat: float, lon: float, datum: Datum) -> tuple[float, float]:
    """Return (lat, lon) in WGS-84 of a point in the given datum."""
    match datum:
        case Datum.WGS84:
            return lat, lon
        case Datum.GCJ02:
            return wgs84_of_gcj02(lat, lon)
        case Datum.BD09:
            return wgs84_of_gcj02(*gcj02_of_bd09(lat, lon))


def in_offset_area(lat: float, lon: float) -> bool:
    """Whether GCJ-02 differs from WGS-84 here: the rectangle around mainland China that map services use."""
    return 0.8293 <= lat <= 55.8271 and 72.004 <= lon <= 137.8347


def gcj02_of_wgs84(lat: float, lon: float) -> tuple[float, float]:
    """Return (lat, lon) in GCJ-02."""
    if not in_offset_area(lat, lon):
        return lat, lon
    x, y = lon - 105.0, lat - 35.0
    wave = (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + wave
    north += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north += (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + wave
    east += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east += (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    radians = math.radians(lat)
    flattening = 1 - _ECCENTRICITY * math.sin(radians) ** 2
    root = math.sqrt(flattening)
    metres_north = _AXIS_M * (1 - _ECCENTRICITY) / (flattening * root)
    metres_east = _AXIS_M / root * math.cos(radians)
    return lat + math.degrees(north / metres_north), lon + math.degrees(east / metres_east)


def wgs84_of_gcj02(lat: float, lon: float) -> tuple[float, float]:
    """Return (lat, lon) in WGS-84: the point whose GCJ-02 is the one given."""
    if not in_offset_area(lat, lon):
        return lat, lon
    guess_lat, guess_lon = lat, lon
    for _ in range(30):
        made_lat, made_lon = gcj02_of_wgs84(guess_lat, guess_lon)
        step_lat, step_lon = lat - made_lat, lon - made_lon
        guess_lat, guess_lon = guess_lat + step_lat, guess_lon + step_lon
        if abs(step_lat) < _TOLERANCE_DEG and abs(step_lon) < _TOLERANCE_DEG:
            break
    return guess_lat, guess_lon


def bd09_of_gcj02(lat: float, lon: float) -> tuple[float, float]:
    """Return (lat, lon) in Baidu's BD-09."""
    radius = math.hypot(lon, lat) + 0.00002 * math.sin(lat * _BAIDU)
    angle = math.atan2(lat, lon) + 0.000003 * math.cos(lon * _BAIDU)
    return radius * math.sin(angle) + 0.006, radius * math.cos(angle) + 0.0065


def gcj02_of_bd09(lat: float, lon: float) -> tuple[float, float]:
    """Return (lat, lon) in GCJ-02: the point whose BD-09 is the one given."""
    guess_lat, guess_lon = lat - 0.006, lon - 0.0065
    for _ in range(30):
        made_lat, made_lon = bd09_of_gcj02(guess_lat, guess_lon)
        step_lat, step_lon = lat - made_lat, lon - made_lon
        guess_lat, guess_lon = guess_lat + step_lat, guess_lon + step_lon
        if abs(step_lat) < _TOLERANCE_DEG and abs(step_lon) < _TOLERANCE_DEG:
            break
    return guess_lat, guess_lon
