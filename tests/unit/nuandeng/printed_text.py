"""Reads what a report of ours says, as a reader of PDF does that searches text: by the meaning that each glyph is given."""

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj\n", re.DOTALL)
_SHOWN = re.compile(rb"/F(\d) [\d.]+ Tf <([0-9a-f]*)> Tj")


def pages_of(pdf: bytes) -> list[list[str]]:
    """Page → lines, in the order in which they are drawn."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    streams = {number: _unpacked(body) for number, body in objects.items() if b"stream\n" in body}
    fonts: dict[bytes, dict[str, str]] = {}
    pages = []
    for body in objects.values():
        if b"/Type/Page/" not in body:
            continue
        for index, font in re.findall(rb"/F(\d) (\d+) 0 R", body):
            meaning = re.search(rb"/ToUnicode (\d+) 0 R", objects[int(font)])
            assert meaning is not None
            pairs = re.findall(rb"<([0-9a-f]{4})> <([0-9a-f]+)>", streams[int(meaning[1])])
            fonts[index] = {glyph.decode(): bytes.fromhex(letter.decode()).decode("utf-16-be") for glyph, letter in pairs}
        content = re.search(rb"/Contents (\d+) 0 R", body)
        assert content is not None
        drawn = streams[int(content[1])].split(b"\n")
        pages.append(["".join(_letters(fonts[font], glyphs) for font, glyphs in _SHOWN.findall(line)) for line in drawn if b" Tj" in line])
    return pages


def _unpacked(body: bytes) -> bytes:
    return zlib.decompress(body.partition(b"stream\n")[2].removesuffix(b"\nendstream"))


def _letters(font: dict[str, str], glyphs: bytes) -> str:
    text = glyphs.decode()
    return "".join(font[text[at : at + 4]] for at in range(0, len(text), 4))
