"""Division codes: which writer an area belongs to, and what lies inside what."""

from functools import lru_cache

_CITY_SUFFIX = "00"


def jurisdiction_of(area: str) -> str:
    """Return the jurisdiction of a division code: its first six digits; a code that names only a city ('3716') has the city's writer."""
    return (area + "000000")[:6]


def city_of(jurisdiction: str) -> str:
    """Return the city's own jurisdiction, e.g. 371600 of 371602."""
    return jurisdiction[:4] + _CITY_SUFFIX


@lru_cache(maxsize=8192)
def prefix_of(area: str) -> str:
    """Return a division code without the zeros that mean "all of it": 371600 → 3716, 371602001000 → 371602001."""
    trimmed = area[:-3] if len(area) == 12 and area.endswith("000") else area
    trimmed = trimmed[:-3] if len(trimmed) == 9 and trimmed.endswith("000") else trimmed
    while len(trimmed) in (6, 4) and trimmed.endswith(_CITY_SUFFIX):
        trimmed = trimmed[:-2]
    return trimmed


def covers(own: str, area: str) -> bool:
    """Say whether somebody of area `own` may act in `area`. Both may be shorter than twelve digits."""
    return area.startswith(prefix_of(own))
