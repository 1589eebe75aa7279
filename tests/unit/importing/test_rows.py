"""What is wrong with a row is named by row, column and code; nothing of it is said aloud, and nothing personal gets past in clear."""

import pytest
from shapely.geometry import box

from contracts.registry_entries import AccountEntry, UnitEntry
from contracts.runtime import Jurisdiction
from contracts.terms import Role, UnitKind
from contracts.values import Sealed
from nuandeng.importing.cell_codes import CELL_CODES
from nuandeng.importing.changes import Change, Outcome, change_of
from nuandeng.importing.registers import Bad
from nuandeng.importing.standing import Known, Standing
from nuandeng.importing.town import Town
from tests.unit.importing.made import TOWN, checked, codes, csv, drafts

_GOOD = {"unit": "u1", "name": "王建国", "phone": "13800000000", "area": "371602002000", "skills": "急救"}
_CAMERA = {"camera": "c1", "name": "路口", "area": "371602", "lat": "37.38", "lon": "118.02", "owner": "公安"}
_POINT = {"point": "p1", "name": "站", "area": "371602", "lat": "37.38", "lon": "118.02", "beds": "6"}
_ACCOUNT = {"username": "zhou", "role": "值班员", "area": "371602"}


def row(good: dict[str, str], **instead: str) -> bytes:
    """A file of one row, with some cells changed."""
    cells = {**good, **instead}
    return csv([list(cells), list(cells.values())])


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("unit", "", "missing"), ("unit", "a b", "id_wrong"), ("unit", "编号", "id_wrong"), ("unit", "a:b", "id_wrong"),
        ("unit", "x" * 65, "id_wrong"), ("unit", "13800000000", "personal_in_clear"), ("unit", "37160219900101123X", "personal_in_clear"),
        ("name", " ", "missing"), ("name", "王\u202e建", "text_wrong"), ("name", "x" * 101, "too_long"), ("name", "x" * 3000, "too_long"),
        ("phone", "12345", "phone_wrong"), ("phone", "138000000001", "phone_wrong"), ("phone", "=13800000000", "phone_wrong"),
        ("area", "", "missing"), ("area", "3716", "area_wrong"), ("area", "37160200200", "area_wrong"), ("area", "110101", "area_unknown"),
        ("area", "滨州", "area_wrong"), ("skills", "飞行", "skill_unknown"),
    ],
)  # fmt: skip
def test_a_bad_cell_of_a_volunteer_is_named(field: str, text: str, code: str) -> None:
    """Row 2, its column's letter, the code; the code says what to do in both languages."""
    (bad,) = checked(row(_GOOD, **{field: text}))
    assert isinstance(bad, Bad)
    (trouble,) = bad.troubles
    assert trouble == (2, "ABCDE"[list(_GOOD).index(field)], field, code)
    assert CELL_CODES[code].zh_do
    assert CELL_CODES[code].en_do


@pytest.mark.parametrize(
    ("register", "field", "text", "code"),
    [
        ("cameras", "lat", "north", "coordinate_wrong"), ("cameras", "lat", "91", "coordinate_wrong"),
        ("cameras", "lon", "1e3", "coordinate_wrong"), ("cameras", "datum", "GPS?", "datum_unknown"),
        ("cameras", "owner", "谁", "owner_unknown"), ("cameras", "heading_deg", "400", "number_wrong"),
        ("cameras", "url", "file:///etc/passwd", "url_wrong"), ("cameras", "url", "http://[", "url_wrong"),
        ("cameras", "url", "/dev/video0", "url_wrong"),
        ("cameras", "protocol", "gb28181", "protocol_unknown"), ("cameras", "dwell_threshold_s", "0", "number_wrong"),
        ("cameras", "name", "王 13800000000", "personal_in_clear"),
        ("points", "beds", "-1", "number_wrong"), ("points", "beds", "1.5", "number_wrong"), ("points", "open", "也许", "yes_no_wrong"),
        ("accounts", "role", "市长", "role_unknown"), ("accounts", "role", "system", "role_unknown"),
        ("accounts", "area", "11", "area_wrong"), ("accounts", "area", "110101", "area_unknown"),
        ("accounts", "unit", "nobody", "unit_unknown"), ("accounts", "point", "p", "point_unknown"),
        ("accounts", "username", "13800000000", "personal_in_clear"), ("accounts", "role", "志愿者", "unit_missing"),
        ("accounts", "role", "救助站", "point_missing"),
    ],
)  # fmt: skip
def test_a_bad_cell_of_the_other_registers_is_named(register: str, field: str, text: str, code: str) -> None:
    """The same for cameras, rescue points and accounts."""
    good = {"cameras": _CAMERA, "points": _POINT, "accounts": _ACCOUNT}[register]
    where = {"unit_missing": "unit", "point_missing": "point"}.get(code, field)
    assert (where, code) in codes(row(good, **{field: text}), register)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("138 0000 0000", "13800000000"), ("+86-13800000000", "13800000000"), ("008613800000000", "13800000000"),
        ("１３８００００００００", "13800000000"), ("0543-3123456", "05433123456"), ("+86 543 3123456", "05433123456"),
        ("+4915112345678", "+4915112345678"),
    ],
)  # fmt: skip
def test_a_number_is_kept_as_it_is_dialled(written: str, kept: str) -> None:
    """Spaces, dashes, full-width digits and the country's own code go."""
    (draft,) = drafts(row(_GOOD, phone=written))
    assert draft.phone == kept


def test_what_stands_in_a_file_twice_is_bad_at_the_second_time() -> None:
    """By identifier; for accounts by user name too."""
    assert codes(csv([list(_GOOD), list(_GOOD.values()), list(_GOOD.values())])) == {("unit", "id_twice")}
    rows = [["username", "account", "role", "area"], ["zhou", "a1", "op", "3716"], ["zhou", "a2", "operator", "3716"]]
    assert codes(csv(rows), "accounts") == {("role", "role_unknown"), ("username", "username_taken")}


def test_swapped_or_foreign_coordinates_are_found_by_the_border() -> None:
    """Latitude and longitude in each other's column, and a place in another county."""
    county = Jurisdiction(code="371602", name_zh="滨城区", name_en="Bincheng")
    town = Town((county,), {"371602": box(117.8, 37.2, 118.3, 37.7)})
    assert codes(row(_CAMERA), "cameras", town=town) == set()
    assert codes(row(_CAMERA, lat="36.0"), "cameras", town=town) == {("lat", "outside_area")}
    assert codes(row(_CAMERA, lat="118.02", lon="37.38"), "cameras", town=town) == {("lat", "coordinates_swapped")}


def test_a_volunteers_name_never_becomes_an_accounts() -> None:
    """It would stand in the log unsealed; a vehicle's call sign may."""
    volunteer = Known("371602", 3, UnitEntry(unit="u1", kind=UnitKind.VOLUNTEER, area="371602002000"))
    vehicle = Known("371602", 3, UnitEntry(unit="v1", kind=UnitKind.VEHICLE, area="371602002000"))
    standing = Standing(units={"u1": volunteer, "v1": vehicle})
    account = {**_ACCOUNT, "role": "志愿者", "display_name": "王建国"}
    assert codes(row(account, unit="u1"), "accounts", standing=standing) == {("display_name", "personal_in_clear")}
    assert codes(row(account, unit="v1"), "accounts", standing=standing) == set()


def test_nobody_takes_an_identifier_that_stands_for_something_else() -> None:
    """Of another kind, or in another county: registers don't move."""
    standing = Standing(units={"u1": Known("371622", 3, UnitEntry(unit="u1", kind=UnitKind.VEHICLE, area="371622000000"))})
    assert codes(row(_GOOD), standing=standing) == {("unit", "id_taken"), ("area", "id_elsewhere")}
    taken = Standing(usernames={"zhou": "somebody"})
    assert codes(row(_ACCOUNT), "accounts", standing=taken) == {("username", "username_taken")}


def test_a_row_is_new_the_same_or_changed_and_an_erased_person_stays_so() -> None:
    """Columns that the file does not have leave what stands; an empty cell of one that it has takes it away."""
    sealed = {text: Sealed(key="k1", box=text) for text in ("王建国", "13800000000")}
    entry = UnitEntry(
        unit="u1", kind=UnitKind.VOLUNTEER, area="371602002000", name=sealed["王建国"], phone=sealed["13800000000"], point="p9",
    )  # fmt: skip
    standing = Standing(units={"u1": Known("371602", 7, entry)})

    def change(raw: bytes, standing: Standing = standing) -> Change:
        (draft,) = drafts(raw, standing=standing)
        return change_of("volunteers", draft, standing, lambda one: one.box)

    few = {key: _GOOD[key] for key in ("unit", "name", "area")}
    assert change(row(few), Standing()).outcome is Outcome.NEW
    assert change(row(few)).outcome is Outcome.SAME
    assert change(row({**few, "phone": "13800000000"})).outcome is Outcome.SAME
    renamed = change(row(few, name="王建军"))
    assert (renamed.outcome, renamed.name, renamed.phone, renamed.key, renamed.version) == (Outcome.CHANGED, "王建军", None, "k1", 7)
    assert renamed.entry == UnitEntry(
        unit="u1", kind=UnitKind.VOLUNTEER, area="371602002000", name=None, phone=sealed["13800000000"], point="p9"
    )
    without = change(row({**few, "phone": ""}))
    assert isinstance(without.entry, UnitEntry)
    assert (without.outcome, without.entry.phone, without.phone) == (Outcome.CHANGED, None, "")
    nameless = UnitEntry(unit="u1", kind=UnitKind.VOLUNTEER, area="371602002000")
    erased = Standing(units={"u1": Known("371602", 8, nameless)}, erased=frozenset({"u1"}))
    assert change(row(_GOOD), erased).outcome is Outcome.ERASED
    closed = AccountEntry(account="zhou", username="erased-zhou", role=Role.OPERATOR, area="371602", disabled=True)
    (draft,) = drafts(row(_ACCOUNT), "accounts")
    standing = Standing(accounts={"zhou": Known("371600", 4, closed)})
    assert change_of("accounts", draft, standing, lambda one: one.box).outcome is Outcome.ERASED


def test_a_county_goes_by_its_name() -> None:
    """In Chinese and in English."""
    assert [TOWN.names[name] for name in ("滨城区", "bincheng")] == ["371602", "371602"]
    (draft,) = drafts(row(_GOOD, area="滨城区"))
    assert draft.jurisdiction == "371602"
