"""What an installation knows of its places: its jurisdictions, what they are called, and where their borders run."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from shapely.errors import ShapelyError
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry
from shapely.prepared import PreparedGeometry, prep

from contracts.runtime import Jurisdiction
from dispatch import city_of, jurisdiction_of
from nuandeng.failures import SettingsError

# Borders are drawn coarsely, and a camera may stand on the far side of a street that is one.
_MARGIN_DEG = 0.02


class Town:
    """names: what a county is called, in small letters → its code."""

    def __init__(self, jurisdictions: Iterable[Jurisdiction], borders: Mapping[str, BaseGeometry] | None = None) -> None:
        known = tuple(jurisdictions)
        self._codes = frozenset(one.code.ljust(6, "0") for one in known)
        self.names = {name.casefold(): one.code for one in known for name in (one.name_zh, one.name_en) if name and not name.isdigit()}
        self._borders: dict[str, PreparedGeometry] = {code: prep(border.buffer(_MARGIN_DEG)) for code, border in (borders or {}).items()}

    def knows(self, area: str) -> bool:
        """Whether an area has a writer here."""
        return jurisdiction_of(area) in self._codes

    def keeps_accounts(self, area: str) -> bool:
        """Whether accounts of an area are kept here: by its city."""
        return self.knows(area) and city_of(jurisdiction_of(area)) in self._codes

    def may_be_in(self, area: str, lat_wgs84: float, lon_wgs84: float) -> bool:
        """Whether a place can lie in an area's county; True where no border is known."""
        border = self._borders.get(area[:6])
        return border is None or bool(border.contains(Point(lon_wgs84, lat_wgs84)))


def borders_of(path: str | None) -> dict[str, BaseGeometry]:
    """County code → its border, from the installation's GeoJSON file. Raises SettingsError."""
    if path is None:
        return {}
    try:
        collection = json.loads(Path(path).read_bytes())
        return {str(one["properties"]["adcode"]): shape(one["geometry"]) for one in collection["features"]}
    except (OSError, ValueError, LookupError, TypeError, ShapelyError) as err:
        raise SettingsError(f"The file of borders {path} cannot be used: {type(err).__name__}.") from err
