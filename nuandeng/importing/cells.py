"""Rows as they come out of a file, whatever its form, and how much one may hold."""

import unicodedata
from typing import NamedTuple

ROWS_MOST = 300_000
COLUMNS_MOST = 256
CELL_LONGEST = 2_000


class Cell(NamedTuple):
    """trouble: a code of `cell_codes` when it must not be used: a formula, an error value, too long."""

    text: str
    trouble: str | None = None


class Row(NamedTuple):
    """number: as the spreadsheet counts, from 1. Cells that are not there have no text."""

    number: int
    cells: tuple[Cell, ...]

    def cell(self, index: int) -> Cell:
        """The cell of a column, counted from 0."""
        return self.cells[index] if index < len(self.cells) else NOTHING

    @property
    def blank(self) -> bool:
        """Whether nothing stands in it."""
        return not any(cell.text.strip() or cell.trouble for cell in self.cells)

    @property
    def comment(self) -> bool:
        """Whether its first filled cell begins with #: such rows are for people."""
        first = next((cell.text.strip() for cell in self.cells if cell.text.strip()), "")
        return first.startswith(("#", "＃"))


NOTHING = Cell("")


def cell_of(text: str) -> Cell:
    """A cell with a text."""
    return Cell(text) if len(text) <= CELL_LONGEST else Cell(text[:CELL_LONGEST], "too_long")


def letters_of(index: int) -> str:
    """A column's letters, as the spreadsheet names it: 0 → A, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def plain(text: str) -> str:
    """Without spaces around it, and with full-width letters and digits made narrow: 3716０2 → 371602."""
    return unicodedata.normalize("NFKC", text).strip()
