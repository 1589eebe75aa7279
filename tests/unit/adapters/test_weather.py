"""Warnings of both forms are read, and what is hostile or wrong is refused with a reason, without growing."""

import contextlib
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera_adapters.weather.areas import circle, polygon
from camera_adapters.weather.cap import MAX_SEGMENTS, references_of
from camera_adapters.weather.hazards import hazard_of_code, hazard_of_words, level_of_colour
from camera_adapters.weather.index import links
from camera_adapters.weather.parse import parse_warnings
from camera_adapters.weather.xml_reading import MAX_BYTES, read_xml
from contracts.errors import UnreadableError
from contracts.observations import WeatherWarning
from contracts.terms import Hazard, WarningKind, WarningLevel

SAMPLES = Path(__file__).parents[2] / "contract" / "adapters" / "samples"


def sample(name: str) -> bytes:
    """Bytes of a sample message."""
    return (SAMPLES / name).read_bytes()


def one(raw: bytes) -> WeatherWarning:
    """The only warning of a message."""
    (warning,) = parse_warnings(raw)
    return warning


def test_cap_is_read_in_chinese_with_all_kinds_of_areas() -> None:
    """The Chinese text wins; the colour in the headline is the level; foreign codes of six digits are no county."""
    warning = one(sample("cap-cold-wave.xml"))
    assert (warning.hazard, warning.level, warning.kind) == (Hazard.COLD_WAVE, WarningLevel.ORANGE, WarningKind.ALERT)
    assert warning.headline == "寒潮橙色预警"
    assert warning.areas == ("371602",)
    assert len(warning.polygons) == 2
    assert warning.sent_at_ms == 1_795_248_000_000
    assert warning.expires_at_ms is not None
    assert warning.expires_at_ms - warning.effective_at_ms == 86_400_000


def test_update_and_cancel_name_what_they_end() -> None:
    """With every part that the message they refer to may have had."""
    update, cancel = one(sample("cap-update.xml")), one(sample("cap-cancel.xml"))
    assert (update.kind, update.level) == (WarningKind.UPDATE, WarningLevel.RED)
    assert update.references[:2] == ("BZ-COLD-20261121-1", "BZ-COLD-20261121-1#2")
    assert cancel.kind is WarningKind.CANCEL
    assert {"BZ-COLD-20261121-1", "BZ-COLD-20261121-2"} <= set(cancel.references)


def test_the_national_form_is_read() -> None:
    """Colour severities, 12-digit codes, an empty expiry, a time without T, no namespace."""
    warning = one(sample("12379-cold-wave.xml"))
    assert (warning.hazard, warning.level, warning.expires_at_ms) == (Hazard.COLD_WAVE, WarningLevel.ORANGE, None)
    assert warning.areas == ("371602000000", "371603000000", "371621000000")
    assert (warning.sender, warning.sent_at_ms) == ("37160041600000", 1_795_248_000_000)
    cancel = one(sample("12379-cancel.xml"))
    assert (cancel.kind, cancel.references) == (WarningKind.CANCEL, ("37160041600000_20261121160000",))


def test_chinese_bytes_that_call_themselves_gb2312() -> None:
    """Declared as GB2312, written in GB18030: both standard parsers refuse it, we read it."""
    text = sample("12379-cold-wave.xml").decode().replace('encoding="UTF-8"', 'encoding="GB2312"')
    text = text.replace("滨州市气象台发布", "滨州市㙍气象台发布")
    assert "㙍" in one(text.encode("gb18030")).headline


def test_parts_of_different_level_become_warnings_of_their_own() -> None:
    """One message, two levels: two warnings, the second numbered."""
    text = sample("cap-cold-wave.xml").decode()
    start = text.index("<info>", text.index("zh-CN") - 60)
    other = text[start : text.index("</alert>")].replace("橙色", "黄色")
    parts = parse_warnings(text.replace("</alert>", other + "</alert>").encode())
    assert [(p.identifier, p.level) for p in parts] == [
        ("BZ-COLD-20261121-1", WarningLevel.ORANGE), ("BZ-COLD-20261121-1#2", WarningLevel.YELLOW),
    ]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "reason"), [
    ("<status>Actual</status>", "<status>Test</status>", "status"),
    ("<msgType>Alert</msgType>", "<msgType>Ack</msgType>", "type"),
    ("<msgType>Alert</msgType>", "<msgType>Cancel</msgType>", "refers"),
    ("<sent>2026-11-21T16:00:00+08:00</sent>", "<sent>2026-11-21T16:00:00</sent>", "zone"),
    ("<sent>2026-11-21T16:00:00+08:00</sent>", "", "sent"),
    ("<severity>Severe</severity>", "<severity>Awful</severity>", "severity"),
    ("37.30,117.85 37.30,118.10", "97.30,117.85 37.30,118.10", "point"),
    ("37.38,117.97 20", "37.38,117.97 many", "radius"),
    (":cap:1.2", ":cap:9.9", "namespace"),
])  # fmt: skip
def test_what_is_wrong_is_refused_with_its_reason(old: str, new: str, reason: str) -> None:
    """The reason names what is wrong."""
    text = sample("cap-cold-wave.xml").decode()
    assert old in text
    with pytest.raises(UnreadableError, match=reason):
        parse_warnings(text.replace(old, new).encode())


def test_an_exercise_is_marked_as_simulated() -> None:
    """It may be seen, and is never mistaken for the real thing."""
    assert one(sample("cap-cold-wave.xml").replace(b"Actual", b"Exercise")).simulated


BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><alert>&c;</alert>'


@pytest.mark.parametrize("hostile", [
    BOMB,
    b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><alert/>',
    b'<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]><alert>&x;</alert>',
    b"<a>" * 200_000,
    b"<alert>" + b"<i/>" * 30_000 + b"</alert>",
    b"<alert " + b" ".join(b'a%d="x"' % n for n in range(100_000)) + b"/>",
    b"\0" * 1000, b"", b"{}", b"<alert", b"\xff\xfe<\0a\0", b'<?xml version="1.0" encoding="utf-7"?><alert/>',
    b'<?xml version="1.0" encoding="gb2312"?><alert>\xff\xff</alert>',
])  # fmt: skip
def test_hostile_bytes_are_refused_without_growing(hostile: bytes) -> None:
    """Entity bombs, outside references, deep and wide trees: refused within a second and a few megabytes."""
    tracemalloc.start()
    began_s = time.monotonic()
    with pytest.raises(UnreadableError):
        parse_warnings(hostile)
    took_s, (_, peak) = time.monotonic() - began_s, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert took_s < 5
    assert peak < 40 << 20


def test_a_hundred_megabytes_are_not_parsed() -> None:
    """Refused by their length alone."""
    huge = b"<alert>" + b" " * (100 << 20)
    began_s = time.monotonic()
    with pytest.raises(UnreadableError, match=str(MAX_BYTES)):
        read_xml(huge)
    assert time.monotonic() - began_s < 0.5


@given(st.binary(max_size=400))
def test_noise_is_refused_and_nothing_else(noise: bytes) -> None:
    """Random bytes raise our error, never another."""
    with pytest.raises(UnreadableError):
        parse_warnings(noise)


@given(where=st.integers(0, 2200), what=st.binary(min_size=1, max_size=6))
def test_a_damaged_message_is_read_or_refused(where: int, what: bytes) -> None:
    """Bytes overwritten anywhere: a warning or our error."""
    raw = sample("cap-cold-wave.xml")
    damaged = raw[:where] + what + raw[where + len(what) :]
    read: tuple[WeatherWarning, ...] = ()
    with contextlib.suppress(UnreadableError):
        read = parse_warnings(damaged)
    assert all(isinstance(warning, WeatherWarning) for warning in read)


@given(lat=st.floats(-80, 80), lon=st.floats(-179, 179), radius=st.floats(0, 500))
def test_a_circle_becomes_a_closed_ring_on_earth(lat: float, lon: float, radius: float) -> None:
    """Every corner is on earth, and the ring ends where it began."""
    ring = circle(f"{lat:f},{lon:f} {radius:f}")
    assert ring[0] == ring[-1]
    assert len(ring) == 37
    assert all(-90 <= a <= 90 and -180 <= o <= 180 for a, o in ring)


@pytest.mark.parametrize("text", ["", "1,1 2,2", "1,1 1,1 1,1 1,1", "nan,1 2,2 3,3", "1 2 3", "1,2,3 4,5,6 7,8,9"])
def test_a_polygon_without_an_area_is_refused(text: str) -> None:
    """Too few corners, no numbers, three dimensions."""
    with pytest.raises(UnreadableError):
        polygon(text)


def test_tables_of_hazards_and_colours() -> None:
    """Narrow words before wide ones; English words are not found inside others."""
    assert hazard_of_code("11B21") is Hazard.ICY_ROAD
    assert hazard_of_code("11B99") is Hazard.OTHER
    assert hazard_of_code("x") is None
    assert hazard_of_words("雷雨大风") is Hazard.THUNDERSTORM
    assert hazard_of_words("Wind Chill Warning") is Hazard.COLD_WAVE
    assert hazard_of_words("Staff training") is Hazard.OTHER
    assert level_of_colour("寒潮黄色预警") is WarningLevel.YELLOW
    assert level_of_colour("infrared") is None


def test_references_of_all_forms() -> None:
    """CAP's triplets, and a bare identifier as the national service writes it."""
    assert references_of("a,1,t b,2,t") == ("1", "2")
    assert references_of("37160041600000_20261121160000") == ("37160041600000_20261121160000",)
    assert MAX_SEGMENTS == 16


def test_an_index_is_believed_for_its_own_host_only() -> None:
    """Atom and RSS; links elsewhere are left out."""
    atom = read_xml(
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="a.xml" type="application/cap+xml"/></entry>'
        b'<entry><link href="http://other.test/b.xml"/></entry></feed>'
    )
    rss = read_xml(b"<rss><channel><item><link>http://here.test/c.xml</link></item></channel></rss>")
    assert links(atom, "http://here.test/index", 10) == ("http://here.test/a.xml",)
    assert links(rss, "http://here.test/index", 10) == ("http://here.test/c.xml",)
    assert links(read_xml(b"<alert/>"), "http://here.test/", 10) is None


def test_real_messages_parse_or_are_refused_with_a_reason(shared_footage: Path | None) -> None:
    """Messages of five weather services, and two malformed ones."""
    if shared_footage is None:
        pytest.skip("the folder of real forecasts is not beside the checkout; the samples cover the same forms")
    results: dict[str, str] = {}
    for path in sorted((shared_footage / "cap").iterdir()):
        try:
            results[path.name] = f"{len(parse_warnings(path.read_bytes()))} read"
        except UnreadableError as err:
            results[path.name] = str(err)
    assert len(results) == 7
    assert "scope" in results.pop("invalid.cap")
    assert all(result.endswith("read") for result in results.values()), results
