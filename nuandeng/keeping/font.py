"""A TrueType font from a WOFF file: which glyph a character has, how wide it is, and a font file of the glyphs that are used alone.

Source:
    W3C WOFF 1.0; OpenType 1.9: cmap formats 4 and 12, glyf, hmtx, loca.
"""

import struct
import zlib
from collections.abc import Iterable
from functools import cached_property

from contracts.errors import UnreadableError

_COMPOUND_WORDS, _COMPOUND_MORE = 0x0001, 0x0020
_COMPOUND_SCALES = ((0x0008, 2), (0x0040, 4), (0x0080, 8))
# What draws outlines; names, layout and bitmaps are not embedded.
_KEPT = ("cvt ", "fpgm", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "prep")


class Font:
    """One face. units_per_em, ascent, descent, box: in its own units."""

    def __init__(self, woff: bytes) -> None:
        """Raises UnreadableError."""
        try:
            self._tables = _tables(woff)
            self.units_per_em = self._number("head", 18)
            self.box = struct.unpack(">4h", self._tables["head"][36:44])
            self.ascent, self.descent = struct.unpack(">2h", self._tables["hhea"][4:8])
            self._long_places = self._number("head", 50) == 1
        except (struct.error, zlib.error, KeyError) as err:
            raise UnreadableError(f"The font is damaged: {err}.") from err

    def glyph(self, letter: str) -> int:
        """Return the glyph of a character, 0 when there is none."""
        return self._glyphs.get(ord(letter), 0)

    def width(self, glyph: int) -> int:
        """Return a glyph's width in thousandths of the type's size."""
        last = self._number("hhea", 34) - 1
        (units,) = struct.unpack_from(">H", self._tables["hmtx"], 4 * min(glyph, last))
        return round(int(units) * 1000 / self.units_per_em)

    def subset(self, glyphs: Iterable[int]) -> bytes:
        """Return a font file in which these glyphs have their outlines, under their numbers, and all others none."""
        kept = {0, *glyphs}
        while more := {part for one in kept for part in self._parts(one)} - kept:
            kept |= more
        outlines, places = bytearray(), [0]
        for number in range(self._count):
            if number in kept:
                outlines += self._outline(number)
                outlines += b"\0" * (-len(outlines) % 4)
            places.append(len(outlines))
        head = bytearray(self._tables["head"])
        head[8:12], head[50:52] = b"\0\0\0\0", b"\0\1"
        changed = {"head": bytes(head), "glyf": bytes(outlines), "loca": struct.pack(f">{len(places)}I", *places)}
        return _file({name: changed.get(name, self._tables[name]) for name in _KEPT if name in self._tables})

    def _number(self, table: str, at: int) -> int:
        return int(struct.unpack_from(">H", self._tables[table], at)[0])

    @cached_property
    def _count(self) -> int:
        return self._number("maxp", 4)

    def _outline(self, glyph: int) -> bytes:
        if self._long_places:
            start, end = struct.unpack_from(">2I", self._tables["loca"], 4 * glyph)
        else:
            start, end = (2 * place for place in struct.unpack_from(">2H", self._tables["loca"], 2 * glyph))
        return self._tables["glyf"][start:end]

    def _parts(self, glyph: int) -> Iterable[int]:
        """Yield the glyphs that a compound one is made of."""
        outline = self._outline(glyph)
        if len(outline) < 10 or struct.unpack_from(">h", outline)[0] >= 0:
            return
        at, flags = 10, _COMPOUND_MORE
        while flags & _COMPOUND_MORE:
            flags, part = struct.unpack_from(">2H", outline, at)
            yield int(part)
            at += 4 + (4 if flags & _COMPOUND_WORDS else 2) + sum(size for scale, size in _COMPOUND_SCALES if flags & scale)

    @cached_property
    def _glyphs(self) -> dict[int, int]:
        table = self._tables["cmap"]
        (count,) = struct.unpack_from(">H", table, 2)
        formats = {}
        for number in range(count):
            (place,) = struct.unpack_from(">I", table, 8 + 8 * number)
            formats[struct.unpack_from(">H", table, place)[0]] = place
        if 12 in formats:
            return _groups(table, formats[12])
        if 4 in formats:
            return _segments(table, formats[4])
        raise UnreadableError("The font maps no Unicode.")


def _tables(woff: bytes) -> dict[str, bytes]:
    if woff[:4] != b"wOFF":
        raise UnreadableError("This is no WOFF file.")
    (count,) = struct.unpack_from(">H", woff, 12)
    found: dict[str, bytes] = {}
    for number in range(count):
        tag, place, packed, size, _ = struct.unpack_from(">4s4I", woff, 44 + 20 * number)
        raw = woff[place : place + packed]
        found[tag.decode("latin-1")] = raw if packed == size else zlib.decompress(raw)
    return found


def _groups(table: bytes, at: int) -> dict[int, int]:
    (count,) = struct.unpack_from(">I", table, at + 12)
    found: dict[int, int] = {}
    for number in range(count):
        first, last, glyph = struct.unpack_from(">3I", table, at + 16 + 12 * number)
        found.update(zip(range(first, last + 1), range(glyph, glyph + last - first + 1), strict=True))
    return found


def _segments(table: bytes, at: int) -> dict[int, int]:
    (double,) = struct.unpack_from(">H", table, at + 6)
    count = double // 2
    ends = struct.unpack_from(f">{count}H", table, at + 14)
    starts = struct.unpack_from(f">{count}H", table, at + 16 + double)
    deltas = struct.unpack_from(f">{count}H", table, at + 16 + 2 * double)
    offsets_at = at + 16 + 3 * double
    found: dict[int, int] = {}
    for number, (first, last, delta) in enumerate(zip(starts, ends, deltas, strict=True)):
        (offset,) = struct.unpack_from(">H", table, offsets_at + 2 * number)
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if offset:
                (glyph,) = struct.unpack_from(">H", table, offsets_at + 2 * number + offset + 2 * (code - first))
                if not glyph:
                    continue
            found[code] = (glyph + delta) & 0xFFFF
    return found


def _file(tables: dict[str, bytes]) -> bytes:
    count = len(tables)
    power = 1 << (count.bit_length() - 1)
    made = bytearray(struct.pack(">4s4H", b"\0\1\0\0", count, power * 16, power.bit_length() - 1, (count - power) * 16))
    at, body = 12 + 16 * count, bytearray()
    for name, raw in sorted(tables.items()):
        padded = raw + b"\0" * (-len(raw) % 4)
        check = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
        made += struct.pack(">4s3I", name.encode("latin-1"), check, at + len(body), len(raw))
        body += padded
    return bytes(made + body)
