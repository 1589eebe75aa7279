"""Files made to do harm are refused with a code, in bounded time and memory, and say nothing of what they hold."""

import io
import os
import resource
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuandeng.importing.cells import COLUMNS_MOST, Row
from nuandeng.importing.csv_rows import read_csv
from nuandeng.importing.errors import (
    CsvBrokenError,
    EncodingError,
    FileTooLargeError,
    FileUnreadableError,
    ImportFileError,
    NoTableError,
    SheetUnknownError,
    XlsxBombError,
    XlsxBrokenError,
    XlsxForbiddenError,
)
from nuandeng.importing.registers import Bad
from nuandeng.importing.table import opened_file, read_table
from tests.unit.importing.made import checked, codes, csv, on_disk, opened, xlsx

_HEADS = ["unit", "name", "area"]


def reads(raw: bytes) -> list[Row]:
    """All rows of a table of volunteers."""
    with opened(raw) as file:
        return list(read_table(file, "volunteers").rows)


def workbook(sheet: bytes | Iterator[bytes], strings: bytes | None = None, **instead: bytes) -> bytes:
    """A workbook whose sheet is this XML."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx([]))) as sound, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sound.namelist():
            if name != "xl/worksheets/sheet1.xml":
                archive.writestr(name, instead.get(name.rpartition("/")[2].partition(".")[0], sound.read(name)))
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=False) as part:
            for piece in (sheet,) if isinstance(sheet, bytes) else sheet:
                part.write(piece)
        if strings is not None:
            archive.writestr("xl/sharedStrings.xml", strings)
    return made.getvalue()


def in_sheet(rows: str) -> bytes:
    """XML of a worksheet."""
    return f"<worksheet><sheetData>{rows}</sheetData></worksheet>".encode()


_HEAD_ROW = '<row r="1"><c t="str"><v>unit</v></c><c t="str"><v>name</v></c><c t="str"><v>area</v></c></row>'


def test_a_formula_is_named_and_never_evaluated() -> None:
    """In a workbook it has a code, whatever it came to last time; in CSV it is text, and a bad identifier."""
    raw = workbook(in_sheet(f'{_HEAD_ROW}<row r="2"><c t="str"><f>1+1</f><v>u1</v></c><c t="e"><v>#N/A</v></c><c><v>371602</v></c></row>'))
    assert codes(raw) == {("unit", "formula"), ("name", "cell_error")}
    (bad,) = checked(csv([_HEADS, ["=cmd|' /C calc'!A0", "王", "371602"]]))
    assert isinstance(bad, Bad)
    assert [trouble.code for trouble in bad.troubles] == ["id_wrong"]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"unit,name,area\nu1,\0,371602\n", CsvBrokenError),
        (b'unit,name,area\nu1,"never closed,371602\n' + b"x\n" * 200_000, CsvBrokenError),
        (b'unit,name,area\nu1,"a"b,371602\n', CsvBrokenError),
        (b"unit,name,area\n" + b"x" * 100_000, CsvBrokenError),
        (b"unit,name,area\nu1," + b'"\n",' * 100_000, CsvBrokenError),
        (b"unit,name,area\nu1," + b"x," * 1_000, FileTooLargeError),
        ("unit,name,area\n".encode("utf-16"), EncodingError),
        (b"unit,name,area\nu1,\xff\xff,371602\n", EncodingError),
        (b"\xd0\xcf\x11\xe0" + bytes(1000), NoTableError),
        (b"", ImportFileError),
        (b"PK\x03\x04", XlsxBrokenError),
        (b"PK\x03\x04" + bytes(10_000), XlsxBrokenError),
        (xlsx([_HEADS])[:-30], XlsxBrokenError),
        (workbook(b"<worksheet>"), XlsxBrokenError),
        (workbook(b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet>&a;</worksheet>'), XlsxForbiddenError),
        (workbook(b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><worksheet/>'), XlsxForbiddenError),
        (workbook(b"<a>" * 1000), XlsxBrokenError),
        (workbook(b'<worksheet a="' + os.urandom(1 << 20).hex().encode() + b'"/>'), XlsxBrokenError),
        (workbook(in_sheet('<row r="2"/><row r="1"/>')), XlsxBrokenError),
        (workbook(in_sheet('<row><c t="s"><v>5</v></c></row>'), b"<sst/>"), XlsxBrokenError),
        (workbook(in_sheet(f'{_HEAD_ROW}<row><c r="XFD2"><v>1</v></c></row>')), FileTooLargeError),
        (workbook(in_sheet(""), workbook=b"<workbook/>"), SheetUnknownError),
        (workbook(in_sheet(""), workbook=b'<?xml version="1.0" encoding="rot13"?><workbook/>'), ImportFileError),
    ],
)  # fmt: skip
def test_what_no_spreadsheet_program_writes_is_refused(raw: bytes, why: type[ImportFileError]) -> None:
    """Each with the code that says what to do."""
    with pytest.raises(why) as refused:
        reads(raw)
    assert refused.value.code != "internal"


def test_a_part_outside_the_workbook_is_not_opened(tmp_path: Path) -> None:
    """Neither by an address nor by climbing out of it."""
    secret = on_disk(tmp_path / "secret.xml", in_sheet(_HEAD_ROW))
    for target, mode in ((secret.as_uri(), ' TargetMode="External"'), (f"../../../../../..{secret}", ""), (str(secret), "")):
        relations = f'<Relationships><Relationship Id="r1" Target="{target}"{mode}/></Relationships>'.encode()
        made = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(xlsx([]))) as sound, zipfile.ZipFile(made, "w") as archive:
            archive.writestr("xl/workbook.xml", sound.read("xl/workbook.xml"))
            archive.writestr("xl/_rels/workbook.xml.rels", relations)
        with pytest.raises((XlsxForbiddenError, XlsxBrokenError)):
            reads(made.getvalue())


def zeros(mebibytes: int) -> Iterator[bytes]:
    """What packs a thousand times smaller."""
    yield b"<worksheet><!--"
    for _ in range(mebibytes):
        yield b"x" * (1 << 20)


def test_bombs_are_seen_before_they_are_unpacked() -> None:
    """By what they claim to be, by how much they grow, by how many parts there are; and a lie about it is cut off."""
    with pytest.raises(XlsxBombError, match="grows"):
        reads(workbook(zeros(8)))
    raw = bytearray(workbook(in_sheet(_HEAD_ROW + "<row/>" * 1000)))
    at = raw.rfind(b"xl/worksheets/sheet1.xml") - 46
    struct.pack_into("<I", raw, at + 24, 3 << 30)
    with pytest.raises(XlsxBombError, match="3072 MiB"):
        reads(bytes(raw))
    struct.pack_into("<I", raw, at + 24, 200)
    with pytest.raises(XlsxBrokenError):
        reads(bytes(raw))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number in range(5_001):
            archive.writestr(str(number), b"")
    with pytest.raises(XlsxBombError, match="parts"):
        reads(made.getvalue())


def test_a_line_of_many_megabytes_is_refused_without_being_read(tmp_path: Path) -> None:
    """Memory does not grow with the line: 200 MiB of it are passed by within 32 MiB."""
    path = tmp_path / "line.csv"
    with path.open("wb") as file:
        file.write(b"unit,name,area\n")
        file.truncate(200 << 20)
    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with opened_file(path) as file, pytest.raises(CsvBrokenError):
        list(read_table(file, "volunteers").rows)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib < 32 << 10
    os.truncate(path, 300 << 20)
    with opened_file(path) as file, pytest.raises(FileTooLargeError):
        read_table(file, "volunteers")


def test_a_row_may_be_coloured_to_the_last_column() -> None:
    """Empty cells beyond those that are read are no attack: spreadsheet programs write them."""
    (first,) = read_rows(b"a" + b"," * 16_000 + b"\n")
    assert len(first.cells) == COLUMNS_MOST


def read_rows(raw: bytes) -> list[Row]:
    """Rows of a CSV file."""
    with opened(raw) as file:
        return list(read_csv(file))


def test_only_files_are_opened(tmp_path: Path) -> None:
    """A pipe nobody writes to, a folder, a device, a name that is none: no waiting."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path, Path("/dev/zero"), tmp_path / "nothing", Path("a\0b")):
        with pytest.raises(FileUnreadableError), opened_file(path):
            pass


_ROWS = [_HEADS, ["u1", "王", "371602"]]
_SOUND = {"csv": csv(_ROWS), "xlsx": xlsx(_ROWS)}


def refusal(raw: bytes) -> str:
    """What an import of this says, if it is refused as a whole: code and sentence."""
    try:
        checked(raw)
    except ImportFileError as err:
        return f"{err.code} {err}"
    return ""


@pytest.mark.parametrize("form", _SOUND)
@given(at=st.integers(0, 4_000), instead=st.binary(max_size=12), cut=st.integers(0, 12))
def test_changed_octets_give_rows_or_a_code(form: str, at: int, instead: bytes, cut: int) -> None:
    """Whatever somebody puts where."""
    raw = _SOUND[form]
    at %= len(raw)
    assert "王" not in refusal(raw[:at] + instead + raw[at + cut :])


@given(st.binary(max_size=300))
def test_any_octets_give_rows_or_a_code(raw: bytes) -> None:
    """With or without the beginning of a workbook."""
    assert refusal(raw) != ""
    assert refusal(b"PK\x03\x04" + raw).startswith("xlsx_")
