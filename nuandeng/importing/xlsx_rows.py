"""A sheet of a workbook → rows, streamed. Values only: a formula is never evaluated, and neither is what it came to the last time used."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from nuandeng.importing.bounded_xml import Attributes, ElementSink, fed
from nuandeng.importing.cells import CELL_LONGEST, COLUMNS_MOST, NOTHING, Cell, Row, cell_of
from nuandeng.importing.errors import FileTooLargeError, XlsxBombError, XlsxBrokenError
from nuandeng.importing.xlsx_archive import SHEET_MOST_BYTES, STRINGS_MOST_BYTES, Workbook, broken_means_refused

_STRINGS = "xl/sharedStrings.xml"
_STRINGS_MOST = 2_000_000
_STRINGS_MOST_LETTERS = 32 << 20
_NUMBER = re.compile(r"[0-9]{1,7}")
_REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]{1,7}")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_WHOLE_BELOW = 1e15


def read_xlsx(file: BinaryIO, sheet: str | None = None) -> Iterator[Row]:
    """Yield the rows of a sheet that are not blank; sheet None: the first.

    Raises:
        XlsxBrokenError, XlsxBombError, XlsxForbiddenError, SheetUnknownError, FileTooLargeError.
    """
    workbook = Workbook(file)
    try:
        part = workbook.sheet(sheet)
        sink = _Sheet(_strings(workbook))
        stream = workbook.open(part, SHEET_MOST_BYTES)
        with broken_means_refused(), stream:
            for _ in fed(stream, sink):
                yield from sink.taken()
    finally:
        workbook.close()


class _Texts(ElementSink):
    """Collects the text of `t` elements, but not what says how to pronounce it."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._listening = False
        self._phonetic = False

    def fresh(self) -> None:
        """Begin another text."""
        self._pieces, self._length, self._listening, self._phonetic = [], 0, False, False

    def collected(self) -> str:
        """The text so far, one letter longer than a cell may be at most."""
        return "".join(self._pieces)[: CELL_LONGEST + 1]

    def start(self, name: str, _attributes: Attributes) -> None:
        if name == "rPh":
            self._phonetic = True
        self._listening = name in ("t", "v") and not self._phonetic

    def end(self, name: str) -> None:
        if name == "rPh":
            self._phonetic = False
        self._listening = False

    def text(self, text: str) -> None:
        if self._listening and self._length <= CELL_LONGEST:
            self._pieces.append(text)
            self._length += len(text)


class _Strings(_Texts):
    """sharedStrings.xml: a list of texts that cells name by their number."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._letters = 0

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "si":
            self.fresh()
        super().start(name, attributes)

    def end(self, name: str) -> None:
        super().end(name)
        if name == "si":
            text = self.collected()
            self._letters += len(text)
            if len(self.found) >= _STRINGS_MOST or self._letters > _STRINGS_MOST_LETTERS:
                raise XlsxBombError("The workbook holds more text than any register.")
            self.found.append(text)


def _strings(workbook: Workbook) -> list[str]:
    if not workbook.has(_STRINGS):
        return []
    sink = _Strings()
    stream = workbook.open(_STRINGS, STRINGS_MOST_BYTES)
    with broken_means_refused(), stream:
        for _ in fed(stream, sink):
            pass
    return sink.found


class _Sheet(_Texts):
    """A worksheet: rows and their cells."""

    def __init__(self, strings: list[str]) -> None:
        super().__init__()
        self._strings = strings
        self._rows: list[Row] = []
        self._number = 0
        self._cells: list[Cell] = []
        self._column = -1
        self._type = ""
        self._formula = False

    def taken(self) -> list[Row]:
        """The rows that ended since the last call."""
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "row":
            number = attributes.get("r", "")
            at = int(number) if _NUMBER.fullmatch(number) else self._number + 1
            if at <= self._number:
                raise XlsxBrokenError(f"The rows after row {self._number} are out of order.")
            self._number, self._cells, self._column = at, [], -1
        elif name == "c":
            self._column = _column(attributes.get("r", ""), self._column + 1)
            self._type, self._formula = attributes.get("t", "n"), False
            self.fresh()
        elif name == "f":
            self._formula = True
        super().start(name, attributes)

    def end(self, name: str) -> None:
        super().end(name)
        if name == "c":
            self._place(self._read())
        elif name == "row":
            row = Row(self._number, tuple(self._cells))
            if not row.blank:
                self._rows.append(row)

    def _read(self) -> Cell:
        text = self.collected()
        if self._formula:
            return Cell(text[:CELL_LONGEST], "formula")
        match self._type:
            case "s":
                if not _NUMBER.fullmatch(text) or int(text) >= len(self._strings):
                    raise XlsxBrokenError(f"A cell of row {self._number} names a text that is not there.")
                return cell_of(_unescaped(self._strings[int(text)]))
            case "inlineStr" | "str":
                return cell_of(_unescaped(text))
            case "e":
                return Cell("", "cell_error")
            case "b":
                return Cell("true" if text == "1" else "false")
            case _:
                return cell_of(_number_as_shown(text))

    def _place(self, cell: Cell) -> None:
        if cell == NOTHING:
            return
        if self._column >= COLUMNS_MOST:
            raise FileTooLargeError(f"Row {self._number} has more than {COLUMNS_MOST} columns.")
        self._cells += [NOTHING] * (self._column + 1 - len(self._cells))
        self._cells[self._column] = cell


def _column(reference: str, following: int) -> int:
    named = _REFERENCE.fullmatch(reference)
    if named is None:
        return following
    index = 0
    for letter in named[1]:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def _number_as_shown(text: str) -> str:
    """Whole numbers without a point or an exponent: a telephone number is 1.3800000000E10 in a workbook."""
    try:
        number = float(text)
    except ValueError:
        return text
    return str(int(number)) if abs(number) < _WHOLE_BELOW and number == int(number) else text


def _unescaped(text: str) -> str:
    """`_x000D_` is how a workbook writes what XML cannot hold."""
    return _ESCAPE.sub(_letter, text) if "_x" in text else text


def _letter(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return found[0] if 0xD800 <= code <= 0xDFFF else chr(code)
