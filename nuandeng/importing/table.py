"""A file as a table: what kind it is, where its heads stand, and its rows by our names of the columns."""

import contextlib
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, NamedTuple

from nuandeng.importing.cells import ROWS_MOST, Cell, Row, letters_of
from nuandeng.importing.columns import REASON_HEADS, REGISTERS, Register, head_key
from nuandeng.importing.csv_rows import read_csv
from nuandeng.importing.errors import FileTooLargeError, FileUnreadableError, HeadsWrongError, NoTableError, SheetUnknownError
from nuandeng.importing.xlsx_rows import read_xlsx

XLSX_MOST_BYTES = 64 << 20
CSV_MOST_BYTES = 256 << 20
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
# A title and a line about who made it often stand above the heads.
_HEADS_WITHIN = 10


class Heads(NamedTuple):
    """columns: our field → index. texts: the heads as they stand. unused: letters of columns that no field of ours takes."""

    columns: dict[str, int]
    texts: tuple[str, ...]
    unused: tuple[str, ...]

    def cell(self, row: Row, field: str) -> Cell:
        """A field's cell in a row; empty where the file has no such column."""
        return row.cell(self.columns[field]) if field in self.columns else Cell("")

    def letters(self, field: str) -> str:
        """A field's column, as the spreadsheet names it; '' where the file has none."""
        return letters_of(self.columns[field]) if field in self.columns else ""


class Table(NamedTuple):
    """rows: below the heads, comments and blank rows left out; they can be read once."""

    heads: Heads
    rows: Iterator[Row]


@contextlib.contextmanager
def opened_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file, and nothing that only looks like one. Raises FileUnreadableError."""
    try:
        # Without waiting: a named pipe would not open before somebody writes to it.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except (OSError, ValueError) as err:
        raise FileUnreadableError(f"{path} cannot be opened: {getattr(err, 'strerror', None) or 'its name is none'}.") from err
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FileUnreadableError(f"{path} is no file.")
    with os.fdopen(descriptor, "rb") as file:
        yield file


def read_table(file: BinaryIO, register: Register, *, sheet: str | None = None, mapping: Mapping[str, str] | None = None) -> Table:
    """Find out what a file is and read its heads; its rows follow as they are asked for. Raises ImportFileError."""
    return _headed(_bounded(_rows(file, sheet)), register, mapping or {})


def _rows(file: BinaryIO, sheet: str | None) -> Iterator[Row]:
    size = os.fstat(file.fileno()).st_size
    file.seek(0)
    head = file.read(4)
    if head == _OLE:
        raise NoTableError("The file is an .xls of before 2007, or a workbook with a password.")
    most = XLSX_MOST_BYTES if head == _ZIP else CSV_MOST_BYTES
    if size > most:
        raise FileTooLargeError(f"The file has {size >> 20} MiB, more than {most >> 20}.")
    if head == _ZIP:
        return read_xlsx(file, sheet)
    if sheet is not None:
        raise SheetUnknownError("The file is no workbook.")
    return read_csv(file)


def _bounded(rows: Iterator[Row]) -> Iterator[Row]:
    for count, row in enumerate(rows, 1):
        if count > ROWS_MOST:
            raise FileTooLargeError(f"The file has more than {ROWS_MOST} rows.")
        if not row.comment:
            yield row


def _headed(rows: Iterator[Row], register: Register, mapping: Mapping[str, str]) -> Table:
    fewest: list[str] | None = None
    for _, row in zip(range(_HEADS_WITHIN), rows, strict=False):
        columns = _columns_of(row, register, mapping)
        missing = [column.field for column in REGISTERS[register] if column.needed and column.field not in columns]
        missing += [field for field in mapping if field not in columns and field not in missing]
        if not missing:
            return Table(_heads(row, columns), rows)
        if fewest is None or len(missing) < len(fewest):
            fewest = missing
    if fewest is None:
        raise HeadsWrongError("The table has no rows.")
    wanted = {column.field: column for column in REGISTERS[register]}
    named = "; ".join(f"{field} ({mapping.get(field) or f'{wanted[field].zh[0]} / {wanted[field].en[0]}'})" for field in fewest)
    raise HeadsWrongError(f"No column is headed as these, which are needed: {named}.")


def _columns_of(row: Row, register: Register, mapping: Mapping[str, str]) -> dict[str, int]:
    meanings: dict[str, str] = {}
    for column in REGISTERS[register]:
        heads = (mapping[column.field],) if column.field in mapping else (column.field, *column.zh, *column.en)
        # A head that the --columns file names means what it says there, whatever it would mean by itself.
        for head in heads:
            if column.field in mapping or head_key(head) not in meanings:
                meanings[head_key(head)] = column.field
    found: dict[str, int] = {}
    for index, cell in enumerate(row.cells):
        field = meanings.get(head_key(cell.text))
        if field is None or cell.trouble is not None:
            continue
        if field in found:
            raise HeadsWrongError(f"Columns {letters_of(found[field])} and {letters_of(index)} are both taken for {field}.")
        found[field] = index
    return found


def _heads(row: Row, columns: dict[str, int]) -> Heads:
    texts = tuple(cell.text for cell in row.cells)
    taken = set(columns.values())
    unused = tuple(
        letters_of(index) for index, text in enumerate(texts) if index not in taken and text.strip() and text not in REASON_HEADS
    )
    return Heads(columns, texts, unused)
