"""XML from strangers: no document types, no entities, bounded size, depth and number of elements. Nothing grows before it is refused."""

import re
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from contracts.errors import UnreadableError

MAX_BYTES = 2 << 20
MAX_DEPTH = 32
MAX_ELEMENTS = 20_000
_CHUNK = 16_384
_DECLARATION = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"'][^>]{0,200}?\?>")
# Senders write GB2312 and send characters that only GB18030 has; the parser knows neither.
_CHINESE = frozenset({b"gb2312", b"gbk", b"gb18030"})


class _BoundedBuilder(TreeBuilder):
    def __init__(self) -> None:
        super().__init__()
        self._depth = 0
        self._elements = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH:
            raise UnreadableError(f"Elements are nested deeper than {MAX_DEPTH}.")
        if self._elements > MAX_ELEMENTS:
            raise UnreadableError(f"There are more than {MAX_ELEMENTS} elements.")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def read_xml(raw: bytes) -> Element:
    """Parse and return the root element.

    Raises:
        UnreadableError: too large, too deep, too many elements, a document type or an entity, or no XML.
    """
    if len(raw) > MAX_BYTES:
        raise UnreadableError(f"{len(raw)} bytes; more than {MAX_BYTES} are not read.")
    text = _as_utf8(raw)
    parser = DefusedXMLParser(target=_BoundedBuilder(), forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        for start in range(0, len(text), _CHUNK):
            parser.feed(text[start : start + _CHUNK])
        root = parser.close()
    except DefusedXmlException as err:
        raise UnreadableError(f"Document types and entities are refused: {type(err).__name__}.") from err
    except (ParseError, ValueError, LookupError) as err:
        raise UnreadableError(f"No XML: {err}.") from err
    if not isinstance(root, Element):
        raise UnreadableError("No XML: it has no element.")
    return root


def _as_utf8(raw: bytes) -> bytes:
    declared = _DECLARATION.match(raw)
    if declared is None or declared[1].lower() not in _CHINESE:
        return raw
    try:
        return raw[declared.end() :].decode("gb18030").encode()
    except UnicodeDecodeError as err:
        raise UnreadableError(f"Declared as {declared[1].decode()}, but it is not: {err.reason}.") from err


def local_name(element: Element) -> str:
    """Return the tag without its namespace."""
    return element.tag.rpartition("}")[2]


def namespace(element: Element) -> str:
    """Return the namespace, "" if none."""
    return element.tag.rpartition("}")[0].removeprefix("{")


def children(element: Element, name: str) -> list[Element]:
    """Return the children of a name, whatever their namespace."""
    return [child for child in element if local_name(child) == name]


def text_of(element: Element, name: str) -> str:
    """Return the trimmed text of the first child of a name, "" if there is none."""
    return next(((child.text or "").strip() for child in children(element, name)), "")


def required(element: Element, name: str) -> str:
    """Return the text of a child. Raises UnreadableError when it is missing or empty."""
    found = text_of(element, name)
    if not found:
        raise UnreadableError(f"<{local_name(element)}> has no <{name}>.")
    return found
