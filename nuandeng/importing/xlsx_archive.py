"""The zip around a workbook: which parts there are, each bounded before a byte of it is unpacked."""

import contextlib
import mmap
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, BinaryIO

from nuandeng.importing.bounded_xml import Attributes, ElementSink, fed
from nuandeng.importing.errors import SheetUnknownError, XlsxBombError, XlsxBrokenError, XlsxForbiddenError

MEMBERS_MOST = 5_000
SHEET_MOST_BYTES = 256 << 20
STRINGS_MOST_BYTES = 64 << 20
PART_MOST_BYTES = 4 << 20
_RATIO_MOST = 250
_RATIO_FROM_BYTES = 1 << 20
_SHEETS_MOST = 1_000
_ENTRY = b"PK\x01\x02"
_ENCRYPTED = 1
_WORKBOOK = "xl/workbook.xml"
# What zipfile raises over archives that are none, or lie.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, struct.error, NotImplementedError, RuntimeError, ValueError, OverflowError, LookupError,
    OSError,
)  # fmt: skip


@contextlib.contextmanager
def broken_means_refused() -> Iterator[None]:
    """Whatever a broken archive makes zipfile raise becomes XlsxBrokenError."""
    try:
        yield
    except _BROKEN as err:
        raise XlsxBrokenError(f"The file is no whole workbook ({type(err).__name__}).") from err


class Workbook:
    """The parts of an open workbook."""

    def __init__(self, file: BinaryIO) -> None:
        """Read the list of parts. Raises XlsxBrokenError, XlsxBombError."""
        _count_entries(file)
        with broken_means_refused():
            self._archive = zipfile.ZipFile(file)
        self._parts = {info.filename: info for info in self._archive.infolist()}

    def close(self) -> None:
        """Forget it; the file stays open."""
        self._archive.close()

    def has(self, name: str) -> bool:
        """Whether there is such a part."""
        return name in self._parts

    def open(self, name: str, most_bytes: int) -> IO[bytes]:
        """Open a part for reading. Raises XlsxBrokenError, XlsxBombError."""
        info = self._parts.get(name)
        if info is None:
            raise XlsxBrokenError("A part that the workbook names is not in it.")
        if info.flag_bits & _ENCRYPTED:
            raise XlsxBrokenError("A part of the workbook is encrypted.")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise XlsxBrokenError("A part of the workbook is packed in an unusual way.")
        # zipfile hands out no more than this many bytes, whatever lies behind them.
        if info.file_size > most_bytes:
            raise XlsxBombError(f"A part of the workbook has {info.file_size >> 20} MiB unpacked, more than {most_bytes >> 20}.")
        if info.file_size > _RATIO_FROM_BYTES and info.file_size > info.compress_size * _RATIO_MOST:
            raise XlsxBombError(f"A part of the workbook grows more than {_RATIO_MOST} times when it is unpacked.")
        with broken_means_refused():
            return self._archive.open(info)

    def sheet(self, name: str | None) -> str:
        """The part of a sheet, by the name on its tab; None: of the first. Raises ImportFileError."""
        sheets, targets = _Sheets(), _Targets()
        self._read(_WORKBOOK, sheets)
        self._read("xl/_rels/workbook.xml.rels", targets)
        relation = next((relation for label, relation in sheets.found if name in (None, label)), None)
        if relation is None:
            raise SheetUnknownError("The workbook has no sheet of that name." if sheets.found else "The workbook has no sheet.")
        target = targets.found.get(relation)
        if target is None:
            raise XlsxBrokenError("The workbook does not say where that sheet is.")
        if target.outside:
            raise XlsxForbiddenError("That sheet lies outside the workbook.")
        return posixpath.normpath(posixpath.join("/xl", target.path)).lstrip("/")

    def _read(self, name: str, sink: ElementSink) -> None:
        stream = self.open(name, PART_MOST_BYTES)
        with broken_means_refused(), stream:
            for _ in fed(stream, sink):
                pass


class _Target:
    def __init__(self, path: str, *, outside: bool) -> None:
        self.path = path
        self.outside = outside


class _Sheets(ElementSink):
    """(name on the tab, relation), in order."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "sheet" and len(self.found) < _SHEETS_MOST:
            relation = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id" and ":" in key), "")
            self.found.append((attributes.get("name", ""), relation))


class _Targets(ElementSink):
    """Relation → where it leads."""

    def __init__(self) -> None:
        self.found: dict[str, _Target] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "Relationship" and len(self.found) < _SHEETS_MOST:
            outside = attributes.get("TargetMode") == "External"
            self.found[attributes.get("Id", "")] = _Target(attributes.get("Target", ""), outside=outside)


def _count_entries(file: BinaryIO) -> None:
    """Before zipfile makes an object of each: a list of a million parts is an attack of its own."""
    with contextlib.suppress(ValueError, OSError), mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as octets:
        found, at = 0, octets.find(_ENTRY)
        while at >= 0:
            found += 1
            if found > MEMBERS_MOST:
                raise XlsxBombError(f"The workbook has more than {MEMBERS_MOST} parts.")
            at = octets.find(_ENTRY, at + len(_ENTRY))
    file.seek(0)
