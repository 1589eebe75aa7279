"""FILE.rejected.csv: the rows that were not taken, each with its reasons, ready to be corrected and imported again."""

import contextlib
import csv
import io
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from nuandeng.importing.cell_codes import CELL_CODES, Language
from nuandeng.importing.columns import REASON_HEADS
from nuandeng.importing.csv_rows import escaped
from nuandeng.importing.own_files import opened_new, opened_staged
from nuandeng.importing.registers import Bad
from nuandeng.importing.table import Heads


class RejectedFile:
    """Open for writing. It holds what the rows held, so it is its owner's alone."""

    def __init__(self, write: Callable[[list[str]], object], width: int, lang: Language) -> None:
        self._write = write
        self._width = width
        self._lang: Language = lang

    def add(self, bad: Bad) -> None:
        """Write one row. Raises OSError."""
        reasons = " ".join(f"{trouble.column}[{trouble.code}] {CELL_CODES[trouble.code].says(self._lang)}" for trouble in bad.troubles)
        cells = [escaped(bad.row.cell(index).text) for index in range(self._width)]
        self._write([*cells, str(bad.row.number), escaped(reasons)])


@contextlib.contextmanager
def rejected_file(path: Path, heads: Heads, lang: Language) -> Iterator[RejectedFile]:
    """Write to a file beside it, which takes its place when all is written. Raises FileUnwritableError, OSError."""
    staged = path.with_name(f".{path.name}.part")
    with os.fdopen(opened_staged(staged), "w", encoding="utf-8-sig", newline="") as file:
        write = csv.writer(file)
        own = [index for index, text in enumerate(heads.texts) if text not in REASON_HEADS]
        width = own[-1] + 1 if own else 0
        write.writerow([*(escaped(text) for text in heads.texts[:width]), *REASON_HEADS])
        yield RejectedFile(write.writerow, width, lang)
    staged.replace(path)


def write_new(path: Path, raw: bytes) -> None:
    """Write a file of mode 0600 that was not there. Raises FileTakenError, FileUnwritableError, OSError."""
    with os.fdopen(opened_new(path), "wb") as file:
        file.write(raw)


def as_csv(rows: Sequence[Sequence[str]]) -> bytes:
    """Rows as a CSV file that spreadsheet programs open in the right encoding, with nothing in it that they would run."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([[escaped(cell) for cell in row] for row in rows])
    return text.getvalue().encode("utf-8-sig")
