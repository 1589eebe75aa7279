"""What somebody types into a table comes out of the file as it was typed, whichever program wrote the file."""

import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.registry_entries import CameraEntry, PointEntry, UnitEntry
from contracts.terms import Skill
from nuandeng.importing.cell_codes import Language
from nuandeng.importing.cells import letters_of
from nuandeng.importing.columns import REGISTERS, Register, read_mapping
from nuandeng.importing.csv_rows import escaped, read_csv, unescaped
from nuandeng.importing.errors import (
    ColumnsFileError,
    FileTakenError,
    FileUnwritableError,
    HeadsWrongError,
    NoTableError,
    SheetUnknownError,
)
from nuandeng.importing.rejected import rejected_file
from nuandeng.importing.table import Heads
from nuandeng.importing.template import template_rows, write_template
from nuandeng.importing.xlsx_rows import read_xlsx
from tests.unit.importing.made import Rows, checked, codes, csv, drafts, on_disk, opened, texts, xlsx

FORMS: dict[str, Callable[[Rows], bytes]] = {
    "xlsx": xlsx, "utf-8": lambda rows: csv(rows, "utf-8"), "utf-8-sig": csv, "gb18030": lambda rows: csv(rows, "gb18030"),
}  # fmt: skip
HEADS: dict[Language, tuple[str, ...]] = {
    lang: tuple(column.head(lang) for column in REGISTERS["volunteers"]) for lang in ("zh", "en")
}
_LETTERS = st.characters(exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_NAMES = st.text(_LETTERS, min_size=1, max_size=30).filter(lambda text: bool(text.strip()))
_PEOPLE = st.lists(
    st.tuples(
        st.from_regex(r"37[0-9]{4}-[A-Z][0-9]{5}", fullmatch=True),
        _NAMES,
        st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
        st.sampled_from(("371602002000", "371622000000")),
        st.lists(st.sampled_from(list(Skill)), unique=True, max_size=3),
    ),
    min_size=1, max_size=5, unique_by=lambda person: person[0],
)  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("lang", ["zh", "en"])
@given(people=_PEOPLE)
def test_what_is_written_is_what_is_read(form: str, lang: Language, people: list[tuple[str, str, str, str, list[Skill]]]) -> None:
    """Volunteers in each form, in both languages: same entries, names and numbers."""
    rows = [HEADS[lang], *((unit, name, phone, area, ", ".join(skills)) for unit, name, phone, area, skills in people)]
    found = [(one.entry, one.name, one.phone, one.jurisdiction) for one in drafts(FORMS[form](rows))]
    for (entry, name, phone, jurisdiction), person in zip(found, people, strict=True):
        assert isinstance(entry, UnitEntry)
        assert (entry.unit, name, phone, entry.area, list(entry.skills)) == (person[0], person[1].strip(), *person[2:])
        assert (entry.name, entry.phone, jurisdiction) == (None, None, person[3][:6])


@given(rows=st.lists(st.lists(st.text(_LETTERS, max_size=20), min_size=1, max_size=6), max_size=6))
def test_any_text_survives_a_workbook_and_a_csv_file(rows: list[list[str]]) -> None:
    """Formulas' first letters, quotation marks, `_x000D_`: a cell is the text that was put there."""

    def trimmed(row: tuple[str, ...]) -> tuple[str, ...]:
        return row[: max((number for number, text in enumerate(row, 1) if text), default=0)]

    wanted = [trimmed(tuple(row)) for row in rows if any(text.strip() for text in row)]
    with opened(xlsx(rows)) as file:
        assert [trimmed(row) for row in texts(read_xlsx(file))] == wanted
    with opened(csv([["x"], *rows])) as file:
        assert [trimmed(row) for row in texts(read_csv(file))][1:] == wanted


@given(st.text(st.sampled_from("'=+-@\t\ra"), max_size=6))
def test_escaping_keeps_a_spreadsheet_program_from_running_a_cell_and_can_be_undone(text: str) -> None:
    """`'` stands before what would be run, and nothing is lost."""
    assert unescaped(escaped(text)) == text
    assert not escaped(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_a_workbook_of_another_program_is_read_as_its_user_sees_it() -> None:
    """openpyxl writes numbers as numbers, shares its texts, and puts a second sheet behind the first."""
    book = openpyxl.Workbook()
    book.active.title = "说明"
    sheet = book.create_sheet("名册")
    sheet.append(["滨城区志愿者名册"])
    sheet.append([])
    sheet.append(["编号", "姓名", "手机(必填)", "所属区划", "特长", "备注"])
    sheet.append(["u1", "王建国", 13800000000, 371602002000, "急救、方言", "x"])
    sheet.append(["u2", "李\n娜", "+86 138-0000-0001", "滨城区", None, None])
    made = io.BytesIO()
    book.save(made)
    assert codes(made.getvalue(), sheet="名册") == {("name", "text_wrong")}
    sheet["B5"] = "李娜"
    made = io.BytesIO()
    book.save(made)
    first, second = drafts(made.getvalue(), sheet="名册")
    assert isinstance(first.entry, UnitEntry)
    assert (first.row, first.phone, first.entry.area) == (4, "13800000000", "371602002000")
    assert first.entry.skills == (Skill.FIRST_AID, Skill.DIALECT)
    assert (second.row, second.name, second.phone, second.jurisdiction) == (5, "李娜", "13800000001", "371602")
    with pytest.raises(HeadsWrongError):
        checked(made.getvalue())
    with pytest.raises(SheetUnknownError):
        checked(made.getvalue(), sheet="没有")


def test_our_workbook_is_one_for_other_programs() -> None:
    """openpyxl opens what templates are, and every column is typed as text."""
    book = openpyxl.load_workbook(io.BytesIO(xlsx([["编号", "=1+1"], ["a", " b "]], "力量")))
    assert book.sheetnames == ["力量"]
    assert [[cell.value for cell in row] for row in book.active] == [["编号", "=1+1"], ["a", " b "]]
    assert {cell.data_type for row in book.active for cell in row} == {"s"}
    assert book.active["A2"].number_format == "@"


@pytest.mark.parametrize("register", list(REGISTERS))
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_template_is_read_and_its_example_is_not_imported(register: Register, lang: Language, suffix: str, tmp_path: Path) -> None:
    """Its heads are all understood; the example alone is no row; it is not written over."""
    path = tmp_path / f"t{suffix}"
    write_template(register, path, lang)
    assert checked(path.read_bytes(), register) == []
    with pytest.raises(FileTakenError):
        write_template(register, path, lang)
    with pytest.raises(NoTableError):
        write_template(register, tmp_path / "t.pdf", lang)


@pytest.mark.parametrize("register", [name for name in REGISTERS if name != "accounts"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_example_of_a_template_would_be_a_sound_row(register: Register, lang: Language) -> None:
    """Somebody who takes the # away and imports it is refused nothing."""
    heads, example = template_rows(register, lang)
    (draft,) = drafts(csv([heads, ["id-1", *example[1:]]]), register)
    assert draft.id == "id-1"


def test_heads_of_the_files_own_are_named_by_a_mapping(tmp_path: Path) -> None:
    """A head that the mapping gives a meaning has that one alone; a wrong mapping is refused with the field."""
    rows = [["工号", "电话", "名字", "区划"], ["u1", "老王", "13800000000", "371602"]]
    mapping = read_mapping(on_disk(tmp_path / "m.toml", '[columns]\nunit = "工号"\nname = "电话"\nphone = "名字"\n'.encode()), "volunteers")
    (draft,) = drafts(csv(rows), mapping=mapping)
    assert (draft.id, draft.name, draft.phone) == ("u1", "老王", "13800000000")
    for wrong in ('[columns]\nbeds = "x"', "[columns]\nunit = 1", "[other]", "columns = 1", "[", '[columns]\nunit = "!"'):
        with pytest.raises(ColumnsFileError):
            read_mapping(on_disk(tmp_path / "wrong.toml", wrong.encode()), "volunteers")


def test_a_head_that_is_missing_or_stands_twice_is_named_by_our_name_alone() -> None:
    """Nothing of the file's first row is repeated: without heads it is a person."""
    with pytest.raises(HeadsWrongError) as missing:
        checked(csv([["u1", "王建国", "13800000000", "371602"]]))
    assert "王建国" not in str(missing.value)
    assert "name (姓名 / name)" in str(missing.value)
    with pytest.raises(HeadsWrongError) as twice:
        checked(csv([["编号", "姓名", "电话", "手机", "区划"]]))
    assert str(twice.value) == "Columns C and D are both taken for phone."


def test_delimiters_of_other_programs_are_understood() -> None:
    """Semicolons and tabs; cells with line ends in them; blank rows and comments are passed over, and rows are numbered as shown."""
    raw = b'unit;name;area\r\n\r\n# note;;\r\nu1;"a;b";371602\r\n'
    (draft,) = drafts(raw)
    assert (draft.row, draft.name) == (4, "a;b")
    (draft,) = drafts(raw.replace(b";", b"\t").replace(b'"a\tb"', b'"a b"'))
    assert draft.name == "a b"


def test_places_are_turned_into_wgs84_by_row_or_by_flag() -> None:
    """GCJ-02 is moved by some hundred metres; a row's own datum is stronger than the flag's."""
    from camera_adapters.datum import Datum, gcj02_of_wgs84  # noqa: PLC0415

    lat, lon = gcj02_of_wgs84(37.3835, 118.0193)
    heads = ["编号", "名称", "区划代码", "纬度", "经度", "坐标系", "归属"]
    moved, as_it_is = (str(lat), str(lon), ""), ("37.3835", "118.0193", "WGS-84")
    rows = [heads, ["c1", "路口", "371602", *moved, "公安"], ["c2", "路口", "371602", *as_it_is, "城管"]]
    for draft in drafts(csv(rows), "cameras", datum=Datum.GCJ02):
        assert isinstance(draft.entry, CameraEntry)
        assert abs(draft.entry.place.lat_wgs84 - 37.3835) < 1e-6
        assert abs(draft.entry.place.lon_wgs84 - 118.0193) < 1e-6


def test_a_point_has_its_beds_and_is_open_as_the_row_says() -> None:
    """是 and yes alike."""
    heads = ["point", "name", "area", "lat", "lon", "beds", "open", "station"]
    (draft,) = drafts(csv([heads, ["p1", "救助站", "371602", "37.38", "118.02", "6", "是", "no"]]), "points")
    assert isinstance(draft.entry, PointEntry)
    assert (draft.entry.beds, draft.entry.open, draft.entry.station) == (6, True, False)


def test_columns_are_named_as_a_spreadsheet_does() -> None:
    """After Z comes AA."""
    assert [letters_of(index) for index in (0, 25, 26, 255)] == ["A", "Z", "AA", "IV"]


def test_where_nothing_can_be_written_is_said_with_a_code(tmp_path: Path) -> None:
    """It ended in a traceback."""
    nowhere = tmp_path / "not-there"
    with pytest.raises(FileUnwritableError, match="cannot be written"):
        write_template("volunteers", nowhere / "t.csv", "zh")
    with pytest.raises(FileUnwritableError), rejected_file(nowhere / "people.csv.rejected.csv", Heads({}, ("a",), ()), "zh"):
        pass
