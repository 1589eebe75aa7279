"""Text and lines as a PDF, Chinese too: of each font the glyphs that are used are embedded, and what they mean, so that text can be found.

Source:
    ISO 32000-1: 9.7 (composite fonts), 9.10.3 (ToUnicode).
"""

import zlib
from collections.abc import Iterator, Sequence

from nuandeng.keeping.font import Font

WIDTH_PT, HEIGHT_PT = 595, 842
_MISSING = "□"


class Paper:
    """Pages to draw on. Places are in points from the left and from the top; colours are shades of grey, 0 black to 1 white."""

    def __init__(self, fonts: Sequence[tuple[str, Font]]) -> None:
        """fonts: name and font, in the order in which a character is looked for."""
        self._fonts = list(fonts)
        self._used: list[dict[int, str]] = [{} for _ in fonts]
        self._pages: list[list[str]] = []

    @property
    def pages(self) -> int:
        """How many there are."""
        return len(self._pages)

    def new_page(self) -> None:
        """Go on on another page."""
        self._pages.append([])

    def width(self, text: str, size_pt: float) -> float:
        """Return how wide a text is."""
        return sum(self._fonts[font][1].width(glyph) for font, glyph, _ in self._glyphs(text)) * size_pt / 1000

    def text(self, x_pt: float, y_pt: float, text: str, size_pt: float, *, grey: float = 0.1, page: int = -1) -> None:
        """Write one line; y is its base line."""
        runs: list[tuple[int, list[int]]] = []
        for font, glyph, letter in self._glyphs(text):
            self._used[font][glyph] = letter
            if not runs or runs[-1][0] != font:
                runs.append((font, []))
            runs[-1][1].append(glyph)
        shown = " ".join(f"/F{font} {size_pt:.1f} Tf <{''.join(f'{one:04x}' for one in glyphs)}> Tj" for font, glyphs in runs)
        self._pages[page].append(f"BT {grey:.2f} g 1 0 0 1 {x_pt:.1f} {HEIGHT_PT - y_pt:.1f} Tm {shown} ET")

    def rule(self, x_pt: float, y_pt: float, length_pt: float, grey: float = 0.8) -> None:
        """Draw a thin line to the right."""
        y = HEIGHT_PT - y_pt
        self._pages[-1].append(f"{grey:.2f} G 0.5 w {x_pt:.1f} {y:.1f} m {x_pt + length_pt:.1f} {y:.1f} l S")

    def wrapped(self, text: str, size_pt: float, width_pt: float) -> Iterator[str]:
        """Yield lines no wider than this: broken at a space, or between characters where there is none."""
        line, wide = "", 0.0
        for letter in text:
            more = self.width(letter, size_pt)
            if line and wide + more > width_pt:
                head, gap, tail = line.rpartition(" ")
                if gap and letter != " " and len(tail) < len(line) / 2:
                    yield head
                    line = tail
                else:
                    yield line.rstrip()
                    line = ""
                wide = self.width(line, size_pt)
                if not line and letter == " ":
                    continue
            line, wide = line + letter, wide + more
        yield line

    def file(self, title: str) -> bytes:
        """Return the document."""
        fonts, first = [index for index, used in enumerate(self._used) if used], 4
        pages_at = first + 5 * len(fonts)
        kids = " ".join(f"{pages_at + 2 * number} 0 R" for number in range(len(self._pages)))
        named = " ".join(f"/F{index} {first + 5 * place} 0 R" for place, index in enumerate(fonts))
        objects = [
            b"<</Type/Catalog/Pages 2 0 R/Lang(zh-CN)/ViewerPreferences<</DisplayDocTitle true>>>>",
            f"<</Type/Pages/Count {len(self._pages)}/Kids[{kids}]>>".encode(),
            f"<</Title <feff{title.encode('utf-16-be', 'replace').hex()}>>>".encode(),
        ]
        for place, index in enumerate(fonts):
            objects += self._font_objects(index, first + 5 * place)
        box = f"/MediaBox[0 0 {WIDTH_PT} {HEIGHT_PT}]/Resources<</Font<<{named}>>>>"
        for number, page in enumerate(self._pages):
            objects.append(f"<</Type/Page/Parent 2 0 R{box}/Contents {pages_at + 2 * number + 1} 0 R>>".encode())
            objects.append(_stream("\n".join(page).encode()))
        return _file(objects)

    def _glyphs(self, text: str) -> Iterator[tuple[int, int, str]]:
        for letter in text:
            for wanted in (letter, _MISSING, "?"):
                found = next(((index, glyph) for index, (_, font) in enumerate(self._fonts) if (glyph := font.glyph(wanted))), None)
                if found is not None:
                    yield *found, letter
                    break

    def _font_objects(self, index: int, at: int) -> list[bytes]:
        (name, font), used = self._fonts[index], self._used[index]
        scale = 1000 / font.units_per_em
        base = f"AAAAA{chr(65 + index)}+{name}"
        box = " ".join(str(round(edge * scale)) for edge in font.box)
        widths = " ".join(f"{glyph}[{font.width(glyph)}]" for glyph in sorted(used))
        means = "\n".join(f"<{glyph:04x}> <{letter.encode('utf-16-be').hex()}>" for glyph, letter in sorted(used.items()))
        outlines = font.subset(used)
        return [
            (
                f"<</Type/Font/Subtype/Type0/BaseFont/{base}/Encoding/Identity-H/DescendantFonts[{at + 1} 0 R]"
                f"/ToUnicode {at + 4} 0 R>>"
            ).encode(),
            (
                f"<</Type/Font/Subtype/CIDFontType2/BaseFont/{base}/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
                f"/CIDToGIDMap/Identity/W[{widths}]/FontDescriptor {at + 2} 0 R>>"
            ).encode(),
            (
                f"<</Type/FontDescriptor/FontName/{base}/Flags 4/FontBBox[{box}]/ItalicAngle 0/Ascent {round(font.ascent * scale)}"
                f"/Descent {round(font.descent * scale)}/CapHeight 733/StemV 80/FontFile2 {at + 3} 0 R>>"
            ).encode(),
            _stream(outlines, f"/Length1 {len(outlines)}"),
            _stream(_MEANING.format(count=len(used), means=means).encode()),
        ]


_MEANING = """\
/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Means def /CMapType 2 def
1 begincodespacerange <0000> <ffff> endcodespacerange
{count} beginbfchar
{means}
endbfchar
endcmap CMapName currentdict /CMap defineresource pop end end"""


def _stream(content: bytes, more: str = "") -> bytes:
    packed = zlib.compress(content, 9)
    return f"<</Length {len(packed)}/Filter/FlateDecode{more}>>stream\n".encode() + packed + b"\nendstream"


def _file(objects: list[bytes]) -> bytes:
    made, places = bytearray(b"%PDF-1.4\n%\xe6\x9a\x96\xe7\x81\xaf\n"), []
    for number, one in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(made + b"trailer\n<</Size %d/Root 1 0 R/Info 3 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table))
