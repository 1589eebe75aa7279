"""XML as a stream of elements: no document types, no entities, nothing outside, bounded in depth and in what waits to be understood."""

from collections.abc import Callable, Iterator
from typing import IO, Any
from xml.parsers import expat

from nuandeng.importing.errors import XlsxBrokenError, XlsxForbiddenError

_PIECE_BYTES = 65_536
_DEPTH_MOST = 64
_UNFINISHED_MOST = 1 << 20

Attributes = dict[str, str]


class ElementSink:
    """Told of elements by their local names; what namespace prefix a program chose does not matter."""

    def start(self, name: str, attributes: Attributes, /) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, text: str) -> None:
        """A piece of text."""


def fed(stream: IO[bytes], sink: ElementSink) -> Iterator[None]:
    """Feed a document to a sink; gives control back after each piece, so that what was found can be taken.

    Raises:
        XlsxBrokenError, XlsxForbiddenError: and whatever reading the stream raises.
    """
    # Not what the document claims: other encodings than UTF-8 are for Python's codecs, each with errors of its own.
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    depth = _Depth(sink)
    parser.StartElementHandler = depth.start
    parser.EndElementHandler = depth.end
    parser.CharacterDataHandler = sink.text
    parser.StartDoctypeDeclHandler = _forbidden("a document type")
    parser.EntityDeclHandler = _forbidden("an entity")
    parser.ExternalEntityRefHandler = _forbidden("a reference to something outside")
    given = 0
    try:
        while piece := stream.read(_PIECE_BYTES):
            parser.Parse(piece, False)
            given += len(piece)
            if given - parser.CurrentByteIndex > _UNFINISHED_MOST:
                raise XlsxBrokenError("A tag of the workbook has no end.")
            yield
        parser.Parse(b"", True)
        yield
    except expat.ExpatError as err:
        raise XlsxBrokenError(f"A part of the workbook is no XML (code {err.code}).") from err


class _Depth:
    def __init__(self, sink: ElementSink) -> None:
        self._sink = sink
        self._open = 0

    def start(self, name: str, attributes: Attributes) -> None:
        self._open += 1
        if self._open > _DEPTH_MOST:
            raise XlsxBrokenError(f"A part of the workbook is nested more than {_DEPTH_MOST} deep.")
        self._sink.start(name.rpartition(":")[2], attributes)

    def end(self, name: str) -> None:
        self._open -= 1
        self._sink.end(name.rpartition(":")[2])


def _forbidden(what: str) -> Callable[..., Any]:
    def refuse(*_: object) -> None:
        raise XlsxForbiddenError(f"The workbook holds {what}.")

    return refuse
