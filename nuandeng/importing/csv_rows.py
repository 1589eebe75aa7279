"""CSV → rows: UTF-8, UTF-8 with a byte order mark, or GB18030; comma, semicolon or tab. A line at a time, and no longer than any row is."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from nuandeng.importing.cells import COLUMNS_MOST, Row, cell_of
from nuandeng.importing.errors import CsvBrokenError, EncodingError, FileTooLargeError

LINE_LONGEST = 65_536
RECORD_LONGEST = 262_144
_PIECE_BYTES = 65_536
_DELIMITERS = (",", "\t", ";")
_SIXTEEN_BITS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# What a spreadsheet program would run or swallow; an apostrophe before it keeps it text.
_ACTIVE = "=+-@\t\r"
_ESCAPED = re.compile(rf"'+[{re.escape(_ACTIVE)}]")


def escaped(text: str) -> str:
    """A cell's text so that no spreadsheet program takes it for a formula. `unescaped` undoes it."""
    return f"'{text}" if text.startswith(tuple(_ACTIVE)) or _ESCAPED.match(text) else text


def unescaped(text: str) -> str:
    """The text that was escaped; any other text stays as it is."""
    return text[1:] if _ESCAPED.match(text) else text


def encoding_of(file: BinaryIO) -> str:
    """The encoding of a whole file, read from its beginning. Raises EncodingError, OSError."""
    file.seek(0)
    head = file.read(4)
    if head.startswith(_SIXTEEN_BITS):
        raise EncodingError("The file is in UTF-16.")
    for encoding in ("utf-8-sig", "gb18030"):
        file.seek(0)
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            while piece := file.read(_PIECE_BYTES):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise EncodingError("The file is neither in UTF-8 nor in GB18030.")


def read_csv(file: BinaryIO) -> Iterator[Row]:
    """Yield the rows that are not blank. A cell is text, whatever it begins with.

    Raises:
        EncodingError, CsvBrokenError, FileTooLargeError, OSError.
    """
    encoding = encoding_of(file)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, errors="strict", newline="")
    try:
        yield from _records(_Lines(text))
    except UnicodeDecodeError as err:
        raise EncodingError("The file changed while it was read.") from err
    finally:
        # Whoever stops in the middle may have closed the file already.
        if not file.closed:
            text.detach()


class _Lines:
    """Lines of bounded length. row: of the record that is being read; taken: its letters so far."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.row = 1
        self.taken = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(LINE_LONGEST + 1):
            self.taken += len(line)
            if len(line) > LINE_LONGEST or self.taken > RECORD_LONGEST:
                raise CsvBrokenError(f"Row {self.row} has no end within {LINE_LONGEST} letters a line and {RECORD_LONGEST} in all.")
            if "\0" in line:
                raise CsvBrokenError(f"Row {self.row} holds an octet of zero.")
            yield line


def _records(lines: _Lines) -> Iterator[Row]:
    every = iter(lines)
    first = next(every, None)
    if first is None:
        return
    delimiter = max(_DELIMITERS, key=first.count)
    records = csv.reader(_again(first, every), delimiter=delimiter, strict=True)
    try:
        for number, record in enumerate(records, 1):
            lines.row, lines.taken = number + 1, 0
            if len(record) > COLUMNS_MOST:
                # Spreadsheet programs write empty cells up to where somebody once coloured one.
                if any(record[COLUMNS_MOST:]):
                    raise FileTooLargeError(f"Row {number} has {len(record)} columns, more than {COLUMNS_MOST}.")
                del record[COLUMNS_MOST:]
            row = Row(number, tuple(cell_of(unescaped(text)) for text in record))
            if not row.blank:
                yield row
    except csv.Error as err:
        # csv's own messages quote what they stumble over.
        raise CsvBrokenError(f"Row {lines.row} is no row of a table: a quotation mark is missing or out of place.") from err


def _again(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest
