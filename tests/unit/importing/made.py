"""Tables made for tests: files in any of the forms that are read, and the city that their rows belong to."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

from camera_adapters.datum import Datum
from contracts.runtime import Jurisdiction
from nuandeng.importing.cells import Row
from nuandeng.importing.columns import Register
from nuandeng.importing.registers import Bad, Checker, Draft
from nuandeng.importing.rejected import as_csv
from nuandeng.importing.standing import Standing
from nuandeng.importing.table import read_table
from nuandeng.importing.town import Town
from nuandeng.importing.xlsx_writing import write_xlsx

Rows = Sequence[Sequence[str]]
TOWN = Town((
    Jurisdiction(code="371600", name_zh="滨州市", name_en="Binzhou", kind="city"),
    Jurisdiction(code="371602", name_zh="滨城区", name_en="Bincheng"),
    Jurisdiction(code="371622", name_zh="阳信县", name_en="Yangxin"),
))  # fmt: skip


def xlsx(rows: Rows, sheet: str = "Sheet1") -> bytes:
    """A workbook as our templates are."""
    made = io.BytesIO()
    write_xlsx(made, rows, sheet=sheet)
    return made.getvalue()


def csv(rows: Rows, encoding: str = "utf-8-sig") -> bytes:
    """A CSV file in some encoding."""
    return as_csv(rows).decode("utf-8-sig").encode(encoding)


@contextmanager
def opened(raw: bytes) -> "Iterator[io.BufferedRandom]":
    """An open file that holds this."""
    with TemporaryFile() as file:
        file.write(raw)
        file.flush()
        yield file


def checked(
    raw: bytes, register: Register = "volunteers", *, standing: Standing | None = None, datum: Datum = Datum.WGS84,
    sheet: str | None = None, mapping: dict[str, str] | None = None, town: Town = TOWN,
) -> list[Draft | Bad]:  # fmt: skip
    """What the rows of a file come to."""
    with opened(raw) as file:
        table = read_table(file, register, sheet=sheet, mapping=mapping)
        return list(Checker(register, town, standing or Standing(), datum).checked(table))


def drafts(raw: bytes, register: Register = "volunteers", **more: object) -> list[Draft]:
    """The same, of a file in which nothing is wrong."""
    found = checked(raw, register, **more)  # type: ignore[arg-type]
    assert not [one for one in found if isinstance(one, Bad)], found
    return [one for one in found if isinstance(one, Draft)]


def codes(raw: bytes, register: Register = "volunteers", **more: object) -> set[tuple[str, str]]:
    """(field, code) of everything that is wrong in a file."""
    found = checked(raw, register, **more)  # type: ignore[arg-type]
    return {(trouble.field, trouble.code) for one in found if isinstance(one, Bad) for trouble in one.troubles}


def texts(rows: Iterator[Row]) -> list[tuple[str, ...]]:
    """What stands in rows."""
    return [tuple(cell.text for cell in row.cells) for row in rows]


def on_disk(path: Path, raw: bytes) -> Path:
    """Written there."""
    path.write_bytes(raw)
    return path
