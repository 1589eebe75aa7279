"""Lines of text as a PDF, Chinese too. The font is named, not embedded: readers bring one for Adobe's simplified Chinese character set.

Source:
    ISO 32000-1, 9.7.5.2 (predefined CMaps): UniGB-UCS2-H takes UTF-16BE.
"""

from collections.abc import Iterable, Iterator

_WIDTH_PT, _HEIGHT_PT, _MARGIN_PT = 595, 842, 48
_SIZE_PT, _LEADING_PT = 9.5, 14.0
_LINES = int((_HEIGHT_PT - 2 * _MARGIN_PT) / _LEADING_PT)
_COLUMNS = int((_WIDTH_PT - 2 * _MARGIN_PT) / _SIZE_PT * 2)  # of half an em
_FONT = (
    b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light-UniGB-UCS2-H/Encoding/UniGB-UCS2-H/DescendantFonts[4 0 R]>>",
    (
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>"
        b"/DW 1000/W[1 95 500]/FontDescriptor 5 0 R>>"
    ),
    (
        b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 752/Descent -271"
        b"/CapHeight 737/StemV 58>>"
    ),
)


def pdf_of(lines: Iterable[str]) -> bytes:
    """Return an A4 document; long lines are wrapped."""
    wrapped = [piece for line in lines for piece in _wrapped(line)] or [""]
    pages = [wrapped[start : start + _LINES] for start in range(0, len(wrapped), _LINES)]
    first = 6
    kids = b" ".join(b"%d 0 R" % (first + 2 * number) for number in range(len(pages)))
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(pages), kids), *_FONT]
    for number, page in enumerate(pages):
        content = _content(page)
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Resources<</Font<</F 3 0 R>>>>/Contents %d 0 R>>"
            % (_WIDTH_PT, _HEIGHT_PT, first + 2 * number + 1)
        )
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
    return _file(objects)


def _file(objects: list[bytes]) -> bytes:
    made, places = bytearray(b"%PDF-1.4\n%\xe6\x9a\x96\xe7\x81\xaf\n"), []
    for number, one in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(made + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table))


def _content(lines: list[str]) -> bytes:
    shown = b"\n".join(b"<%s> Tj T*" % _hex(line) for line in lines)
    return b"BT /F %.1f Tf %.1f TL %d %d Td\n%s\nET" % (_SIZE_PT, _LEADING_PT, _MARGIN_PT, _HEIGHT_PT - _MARGIN_PT, shown)


def _hex(line: str) -> bytes:
    # What lies beyond the basic plane has no place in this encoding.
    return "".join(one if ord(one) < 0x10000 else "□" for one in line).encode("utf-16-be", "replace").hex().encode()


def _wrapped(line: str) -> Iterator[str]:
    piece, columns = "", 0
    for one in line.replace("\t", "    "):
        wide = 1 if ord(one) < 0x80 else 2
        if columns + wide > _COLUMNS:
            yield piece
            piece, columns = "    ", 4
        piece, columns = piece + one, columns + wide
    yield piece
