"""Warnings: CAP, 12379, and the indexes that link to them. What is read must be readable again by the worker of its topic."""

from collections.abc import Iterator
from contextlib import nullcontext

import msgspec

from camera_adapters.weather.index import links
from camera_adapters.weather.parse import parse_warnings
from camera_adapters.weather.xml_reading import read_xml
from contracts.errors import UnreadableError
from fuzz.target import Target
from fuzz.targets.places import SAMPLES
from stream.weather import decode_warning

_WORDS = (
    b"<!DOCTYPE a [<!ENTITY x 'y'>]>", b"&x;", b"<![CDATA[", b"<?xml version='1.0' encoding='gb2312'?>", b"encoding='utf-16'",
    b"<polygon>37,117 38,118 37,118 37,117</polygon>", b"<circle>37,117 1e308</circle>", b"<circle>90,180 2000</circle>", b"nan,nan",
    b"<geocode>371600,371602</geocode>", b"\xb0\xa1", b"xmlns='urn:oasis:names:tc:emergency:cap:1.1'", b"0001-01-01T00:00:00+14:00",
)  # fmt: skip
_INDEX = (
    (
        b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><link type='application/cap+xml' href='a.xml'/></entry>"
        b"<entry><link href='http://127.0.0.1/b.xml'/></entry></feed>"
    ),
    b"<rss><channel><item><link>http://127.0.0.1/c.xml</link></item><item><link>//elsewhere/d</link></item></channel></rss>",
)


def _read(raw: bytes) -> str:
    warnings = parse_warnings(raw)
    for warning in warnings:
        if decode_warning(msgspec.json.encode(warning)) != warning:
            raise AssertionError(f"changed on its way through the topic: {warning!r:.300}")
    first = warnings[0]
    return f"{len(warnings)} {first.kind} {first.hazard} {first.level} {bool(first.areas)} {bool(first.polygons)}"


def _listed(raw: bytes) -> str:
    found = links(read_xml(raw), "http://127.0.0.1/feed", 100)
    if found is not None and any(not address.startswith("http://127.0.0.1/") for address in found):
        raise AssertionError(f"an index led elsewhere: {found!r:.300}")
    return "none" if found is None else str(min(len(found), 3))


def _of(pattern: str) -> Iterator[bytes]:
    return (path.read_bytes() for path in sorted(SAMPLES.glob(pattern)))


TARGETS = {
    target.name: target
    for target in (
        Target(name="cap", about="CAP 1.1 and 1.2", form="xml", samples=lambda: _of("cap-*.xml"), attack=lambda: nullcontext(_read),
               refuses=(UnreadableError,), words=_WORDS),
        Target(name="cma12379", about="12379 warnings", form="xml", samples=lambda: _of("12379-*.xml"), attack=lambda: nullcontext(_read),
               refuses=(UnreadableError,), words=_WORDS),
        Target(name="weather_index", about="Atom and RSS indexes of warnings", form="xml", samples=lambda: iter(_INDEX),
               attack=lambda: nullcontext(_listed), refuses=(UnreadableError,), words=(b"http://[", b"href='//['", *_WORDS)),
    )
}  # fmt: skip
