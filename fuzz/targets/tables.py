"""Registers as spreadsheets: CSV in its encodings, workbooks whole, and worksheets put into a workbook."""

import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec

from contracts.registry_entries import AccountEntry, CameraEntry, PointEntry, UnitEntry
from contracts.runtime import Jurisdiction
from fuzz.target import Attempt, Target
from fuzz.targets.places import scratch
from nuandeng.importing.cell_codes import CELL_CODES
from nuandeng.importing.columns import REGISTERS, Register
from nuandeng.importing.csv_rows import escaped, unescaped
from nuandeng.importing.errors import HeadsWrongError, ImportFileError
from nuandeng.importing.registers import Bad, Checker, Draft
from nuandeng.importing.rejected import as_csv
from nuandeng.importing.standing import Standing
from nuandeng.importing.table import Table, opened_file, read_table
from nuandeng.importing.template import template_rows
from nuandeng.importing.town import Town
from nuandeng.importing.xlsx_writing import write_xlsx

_TOWN = Town((
    Jurisdiction(code="371600", name_zh="滨州市", name_en="Binzhou", kind="city"),
    Jurisdiction(code="371602", name_zh="滨城区", name_en="Bincheng"),
))  # fmt: skip
_SHEET = "xl/worksheets/sheet1.xml"
_ACTIVE = ("=", "+", "-", "@", "\t", "\r")


def _table(file: BinaryIO) -> tuple[Register, Table]:
    """As the first register whose heads it has."""
    refused: HeadsWrongError | None = None
    for register in REGISTERS:
        try:
            return register, read_table(file, register)
        except HeadsWrongError as err:
            refused = err
    raise refused or HeadsWrongError("no register")


def _read(path: Path) -> str:
    drafts = bad = 0
    with opened_file(path) as file:
        register, table = _table(file)
        for one in Checker(register, _TOWN, Standing()).checked(table):
            if isinstance(one, Bad):
                bad += 1
                _check_bad(one)
            else:
                drafts += 1
                _check_draft(one)
    return f"{register} {min(drafts, 3)} {min(bad, 3)}"


def _check_draft(draft: Draft) -> None:
    """The writer must be able to read what would be sent, and the vault to seal it."""
    raw = msgspec.json.encode(draft.entry)
    again: UnitEntry | CameraEntry | PointEntry | AccountEntry = msgspec.json.decode(raw, type=type(draft.entry))
    if again != draft.entry or not draft.id or not draft.jurisdiction.isdigit():
        raise AssertionError("an entry that is another one when it is read")
    for text in (draft.name, draft.phone):
        (text or "").encode()


def _check_bad(bad: Bad) -> None:
    """Every code is explained, and nothing in the file of rejected rows would be run."""
    for trouble in bad.troubles:
        CELL_CODES[trouble.code].says("zh")
    for cell in bad.row.cells:
        kept = escaped(cell.text)
        if kept.startswith(_ACTIVE) or unescaped(kept) != cell.text:
            raise AssertionError("a cell that a spreadsheet program would run, or that is lost")


def _attack(wrapped: Callable[[bytes], bytes]) -> Callable[[], AbstractContextManager[Attempt]]:
    @contextmanager
    def attack() -> Iterator[Attempt]:
        with scratch() as folder:
            path = folder / "input"

            def attempt(raw: bytes) -> str:
                path.write_bytes(wrapped(raw))
                return _read(path)

            yield attempt

    return attack


def _as_workbook(raw: bytes) -> bytes:
    """A workbook as it is; anything else is the worksheet, or behind a line `strings` the shared texts, of a sound one."""
    if raw.startswith(b"PK"):
        return raw
    sheet, _, strings = raw.partition(b"\nstrings\n")
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in _SOUND.items():
            archive.writestr(name, sheet if name == _SHEET else content)
        if strings:
            archive.writestr("xl/sharedStrings.xml", strings)
    return made.getvalue()


def _rows(register: Register) -> list[tuple[str, ...]]:
    heads, example = template_rows(register, "zh" if register in ("volunteers", "points") else "en")
    return [heads, example, ("id-1", *example[1:]), ("id-2", *example[1:])]


def _workbook(register: Register) -> bytes:
    made = io.BytesIO()
    write_xlsx(made, _rows(register))
    return made.getvalue()


def _parts(raw: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


_SOUND = _parts(_workbook("volunteers"))


def _csv_samples() -> Iterator[bytes]:
    for register in REGISTERS:
        raw = as_csv(_rows(register))
        yield raw
        yield raw.decode("utf-8-sig").replace(",", ";").encode("gb18030")


def _xlsx_samples() -> Iterator[bytes]:
    for register in REGISTERS:
        raw = _workbook(register)
        yield raw
        yield _parts(raw)[_SHEET]
    yield (
        '<worksheet><sheetData><row r="1"><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s"><v>2</v></c></row><row r="2">'
        '<c r="A2"><f>A1</f><v>1</v></c><c t="e"><v>#N/A</v></c><c r="C2"><v>3.71602E5</v></c></row></sheetData></worksheet>\nstrings\n'
        "<sst><si><t>编号</t></si><si><r><t>姓</t></r><r><t>名</t></r><rPh><t>x</t></rPh></si><si><t>区划</t></si></sst>"
    ).encode()


_CSV_WORDS = (b'"', b'""', b",", b";", b"\t", b"\0", b"\r", b"\xef\xbb\xbf", b"=", b"'=", b"\x84\x31\x95\x33")
_XLSX_WORDS = (
    b"PK\x01\x02", b"PK\x05\x06", b"<!DOCTYPE x>", b"_xD83D_", b"_x0000_", b'r="XFD1"', b't="s"', b"<f>1+1</f>", b"<row/>", b'r="1048576"',
)  # fmt: skip
TARGETS = {
    target.name: target
    for target in (
        Target(name="import_csv", about="registers as CSV", form="lines", samples=_csv_samples, attack=_attack(lambda raw: raw),
               refuses=(ImportFileError,), words=_CSV_WORDS),
        Target(name="import_xlsx", about="registers as workbooks", form="xml", samples=_xlsx_samples, attack=_attack(_as_workbook),
               refuses=(ImportFileError,), words=_XLSX_WORDS),
    )
}  # fmt: skip
