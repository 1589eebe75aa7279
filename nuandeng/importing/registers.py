"""One row of a table → one entry of a register, or what is wrong with its cells."""

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

import msgspec

from camera_adapters.datum import Datum, to_wgs84
from contracts.registry_entries import AccountEntry, CameraEntry, PointEntry, UnitEntry
from contracts.terms import Role, UnitKind
from contracts.values import Place
from dispatch import city_of, jurisdiction_of
from nuandeng.importing import cell_values as v
from nuandeng.importing.cell_codes import Trouble
from nuandeng.importing.cells import Row
from nuandeng.importing.columns import REGISTERS, Register
from nuandeng.importing.standing import Standing
from nuandeng.importing.table import Heads, Table
from nuandeng.importing.town import Town

_T = TypeVar("_T")
_D = TypeVar("_D")
Entry = UnitEntry | PointEntry | CameraEntry | AccountEntry
_NAME_LONGEST = 100
_BEDS_MOST = 100_000
_DWELL_MOST_S = 86_400


class Draft(NamedTuple):
    """A sound row. entry: without what is sealed; name, phone: in plain, None where the file has no such column. given: fields it has."""

    row: int
    id: str
    jurisdiction: str
    entry: Entry
    given: frozenset[str]
    name: str | None = None
    phone: str | None = None


class Bad(NamedTuple):
    """A row with something wrong in it."""

    row: Row
    troubles: tuple[Trouble, ...]


class Checker:
    """Checks the rows of one file, in order: whatever stands in it twice is found at the second time."""

    def __init__(self, register: Register, town: Town, standing: Standing, datum: Datum = Datum.WGS84) -> None:
        """datum: of coordinates in rows that don't name one."""
        self._register = register
        self._town = town
        self._standing = standing
        self._datum = datum
        self._needed = frozenset(column.field for column in REGISTERS[register] if column.needed)
        self._seen: set[str] = set()
        self._names: set[str] = set()
        self._make: Callable[[_Reading], Draft] = {
            "volunteers": self._volunteer, "vehicles": self._vehicle, "points": self._point, "cameras": self._camera,
            "accounts": self._account,
        }[register]  # fmt: skip

    def checked(self, table: Table) -> Iterator[Draft | Bad]:
        """Yield what each row comes to. Raises ImportFileError."""
        for row in table.rows:
            reading = _Reading(table.heads, row, self._needed)
            draft = self._make(reading)
            yield Bad(row, tuple(reading.troubles)) if reading.troubles else draft

    def _volunteer(self, r: "_Reading") -> Draft:
        unit, area = r.take("unit", v.public_id_of, ""), r.take("area", self._area, "")
        entry = UnitEntry(unit=unit, kind=UnitKind.VOLUNTEER, area=area, skills=r.take("skills", v.skills_of, ()))
        name = r.take("name", lambda text: v.text_of(text, _NAME_LONGEST), "")
        phone = r.take("phone", v.phone_of, "") if r.has("phone") else None
        self._unit_of_its_kind(r, unit, (UnitKind.VOLUNTEER,))
        return self._draft(r, unit, area, entry, name=name, phone=phone)

    def _vehicle(self, r: "_Reading") -> Draft:
        unit, area = r.take("unit", v.public_id_of, ""), r.take("area", self._area, "")
        entry = UnitEntry(
            unit=unit, kind=r.take("kind", lambda text: v.term_of(text, v.KINDS, "kind_unknown"), UnitKind.VEHICLE), area=area,
            skills=r.take("skills", v.skills_of, ()), label=r.take("label", _public, ""),
        )  # fmt: skip
        phone = r.take("phone", v.phone_of, "") if r.has("phone") else None
        self._unit_of_its_kind(r, unit, (UnitKind.VEHICLE, UnitKind.PATROL))
        return self._draft(r, unit, area, entry, phone=phone)

    def _point(self, r: "_Reading") -> Draft:
        point, name, place = r.take("point", v.id_of, ""), r.take("name", _public, ""), self._place(r)
        entry = PointEntry(
            point=point, name=name, place=msgspec.structs.replace(place, name=name),
            beds=r.take("beds", lambda text: v.number_of(text, 0, _BEDS_MOST), 0),
            open=r.take("open", _yes_no, False), station=r.take("station", _yes_no, False),
        )  # fmt: skip
        return self._draft(r, point, place.area, entry)

    def _camera(self, r: "_Reading") -> Draft:
        camera, name, place = r.take("camera", v.id_of, ""), r.take("name", _public, ""), self._place(r)
        entry = CameraEntry(
            camera=camera, name=name, place=msgspec.structs.replace(place, name=name),
            owner=r.take("owner", lambda text: v.term_of(text, v.OWNERS, "owner_unknown"), ""),
            heading_deg=r.take("heading_deg", v.heading_of, 0.0), url=r.take("url", v.url_of, None),
            protocol=r.take("protocol", lambda text: v.term_of(text, v.PROTOCOLS, "protocol_unknown"), None),
            dwell_threshold_s=r.take("dwell_threshold_s", lambda text: v.number_of(text, 1, _DWELL_MOST_S), None),
        )  # fmt: skip
        return self._draft(r, camera, place.area, entry)

    def _account(self, r: "_Reading") -> Draft:
        username = r.take("username", v.public_id_of, "")
        account = r.take("account", v.public_id_of, username)
        area = r.take("area", lambda text: v.account_area_of(text, self._town.names), "")
        if area and not self._town.keeps_accounts(area):
            r.wrong("area", "area_unknown")
        entry = AccountEntry(
            account=account, username=username, role=r.take("role", lambda text: v.term_of(text, v.ROLES, "role_unknown"), Role.OPERATOR),
            area=area, display_name=r.take("display_name", _public, ""), unit=r.take("unit", v.id_of, None),
            point=r.take("point", v.id_of, None), disabled=r.take("disabled", _yes_no, False),
        )  # fmt: skip
        self._account_of_somebody(r, entry)
        return self._draft(r, account, area, entry, jurisdiction=city_of(jurisdiction_of(area)))

    def _draft(
        self, r: "_Reading", identifier: str, area: str, entry: Entry, *, name: str | None = None, phone: str | None = None,
        jurisdiction: str | None = None,
    ) -> Draft:  # fmt: skip
        field = REGISTERS[self._register][0].field
        if identifier:
            if identifier in self._seen:
                r.wrong(field, "id_twice")
            self._seen.add(identifier)
        writer = jurisdiction if jurisdiction is not None else jurisdiction_of(area)
        known = self._standing.of(self._register).get(identifier)
        if known is not None and area and known.jurisdiction != writer:
            r.wrong("area", "id_elsewhere")
        return Draft(r.row.number, identifier, writer, entry, r.given, name, phone)

    def _area(self, text: str) -> str:
        area = v.area_of(text, self._town.names)
        if not self._town.knows(area):
            raise v.CellError("area_unknown")
        return area

    def _place(self, r: "_Reading") -> Place:
        area, lat, lon = r.take("area", self._area, ""), r.take("lat", v.degrees_of, None), r.take("lon", v.degrees_of, None)
        datum = r.take("datum", lambda text: v.term_of(text, v.DATUMS, "datum_unknown"), self._datum)
        if lat is None or lon is None:
            return Place(lat_wgs84=0.0, lon_wgs84=0.0, area=area)
        if abs(lat) > 90 and abs(lat) <= 180 and abs(lon) <= 90:
            r.wrong("lat", "coordinates_swapped")
        elif abs(lat) > 90 or abs(lon) > 180:
            r.wrong("lat" if abs(lat) > 90 else "lon", "coordinate_wrong")
        else:
            lat, lon = (round(degrees, 7) for degrees in to_wgs84(lat, lon, datum))
            if area and not self._town.may_be_in(area, lat, lon):
                r.wrong("lat", "coordinates_swapped" if self._town.may_be_in(area, lon, lat) else "outside_area")
        return Place(lat_wgs84=lat, lon_wgs84=lon, area=area)

    def _unit_of_its_kind(self, r: "_Reading", unit: str, kinds: tuple[UnitKind, ...]) -> None:
        known = self._standing.units.get(unit)
        if known is not None and known.entry.kind not in kinds:
            r.wrong("unit", "id_taken")

    def _account_of_somebody(self, r: "_Reading", entry: AccountEntry) -> None:
        if entry.username:
            holder = self._standing.usernames.get(entry.username)
            if entry.username in self._names or holder not in (None, entry.account):
                r.wrong("username", "username_taken")
            self._names.add(entry.username)
        unit = self._standing.units.get(entry.unit) if entry.unit is not None else None
        if entry.unit is not None and unit is None:
            r.wrong("unit", "unit_unknown")
        if entry.point is not None and entry.point not in self._standing.points:
            r.wrong("point", "point_unknown")
        if entry.role is Role.RESPONDER and entry.unit is None and not r.is_wrong("unit"):
            r.wrong("unit", "unit_missing")
        if entry.role is Role.STATION and entry.point is None and not r.is_wrong("point"):
            r.wrong("point", "point_missing")
        # A volunteer's name stands sealed in the register of units and nowhere else.
        if entry.display_name and entry.role is Role.RESPONDER and (unit is None or unit.entry.kind is UnitKind.VOLUNTEER):
            r.wrong("display_name", "personal_in_clear")


class _Reading:
    """One row's cells, and what was wrong with them."""

    def __init__(self, heads: Heads, row: Row, needed: frozenset[str]) -> None:
        self.row = row
        self.troubles: list[Trouble] = []
        self.given = frozenset(heads.columns)
        self._heads = heads
        self._needed = needed

    def has(self, field: str) -> bool:
        """Whether the file has such a column."""
        return field in self.given

    def is_wrong(self, field: str) -> bool:
        """Whether something was wrong with a field's cell."""
        return any(trouble.field == field for trouble in self.troubles)

    def wrong(self, field: str, code: str) -> None:
        """Note what is wrong."""
        self.troubles.append(Trouble(self.row.number, self._heads.letters(field), field, code))

    def take(self, field: str, read: Callable[[str], _T], default: _D) -> _T | _D:
        """A field's value; its default when the cell is empty or wrong."""
        cell = self._heads.cell(self.row, field)
        if cell.trouble is not None:
            self.wrong(field, cell.trouble)
        elif cell.text.strip():
            try:
                return read(cell.text)
            except v.CellError as err:
                self.wrong(field, err.code)
        elif field in self._needed:
            self.wrong(field, "missing")
        return default


def _public(text: str) -> str:
    return v.public_text_of(text, _NAME_LONGEST)


def _yes_no(text: str) -> bool:
    return v.term_of(text, v.YES_NO, "yes_no_wrong")
