"""Cases of any vendor become reports with sealed personal fields, and what is wrong names its path."""

import contextlib
import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera_adapters.case_feed.parse import MAX_BYTES, parse_case, parse_json, value_at
from camera_adapters.case_feed.reader import CaseReader
from camera_adapters.case_feed.settings import MappingError, load_mapping
from camera_adapters.intake import read_intake
from contracts.errors import UnreadableError
from contracts.observations import DeadLetter, IntakeReport
from contracts.terms import Source, Urgency
from contracts.values import Sealed
from stream.case_signature import check_case_signature, sign_case
from stream.intake_sealing import open_intake, seal_intake
from stream.vault.keystore import FileKeyStore
from stream.vault.sealer import TextSealer

SAMPLES = Path(__file__).parents[2] / "contract" / "adapters" / "samples"
NOW_MS = 1_795_270_000_000


def _case(vendor: str) -> dict[str, Any]:
    case: dict[str, Any] = json.loads((SAMPLES / f"case-{vendor}.json").read_bytes())
    return case


def _no_seal(texts: dict[str, str]) -> dict[str, Sealed]:
    return {name: Sealed(key="k", box=text) for name, text in texts.items()}


def _parse(case: Any, vendor: str = "standard") -> IntakeReport | None:
    return parse_case(case, load_mapping(vendor, None), seal=_no_seal, received_at_ms=NOW_MS)


def _cases(kind: str) -> bool:
    return kind.startswith("case:")


@pytest.fixture
def keys(tmp_path: Path) -> FileKeyStore:
    """A keystore of its own."""
    return FileKeyStore(tmp_path / "keystore")


def test_the_documented_form() -> None:
    """Every field of docs/case-feed.md lands where it belongs, the point moved from GCJ-02 by half a kilometre."""
    report = _parse(_case("standard"))
    assert report is not None
    assert (report.reference, report.jurisdiction) == ("BZ-2026-1121-0042", "371602")
    assert (report.source, report.vendor) == (Source.CASE_FEED, "standard")
    assert report.urgency is Urgency.VERY_URGENT
    assert report.place.area == "371602001007"
    assert report.place.lon_wgs84 == pytest.approx(117.97589 - 0.0059, abs=2e-4)
    assert report.category == "街面秩序/流浪乞讨"
    assert report.reported_at_ms == 1_795_272_067_000
    assert (report.description, report.reporter) == (
        Sealed(key="k", box="老人坐在公交站台，衣着单薄"), Sealed(key="k", box="采集员 07 13800000000"),
    )  # fmt: skip


def test_a_vendor_with_names_of_its_own() -> None:
    """Numbers as text, local times, Chinese stages, a grid code: all said by the mapping file."""
    report = _parse(_case("szcg-example"), "szcg-example")
    assert report is not None
    assert (report.place.area, report.people, report.minor, report.urgency) == ("371602001007", 2, False, Urgency.URGENT)
    assert (report.place.lat_wgs84, report.place.lon_wgs84) == pytest.approx((37.38, 117.97), abs=1e-5)
    assert report.reported_at_ms == 1_795_273_500_000


def test_a_case_that_is_no_longer_open_makes_no_report() -> None:
    """Closed at the platform: nobody is sent."""
    assert _parse(_case("standard") | {"stage": "closed"}) is None


@pytest.mark.parametrize(("change", "path"), [
    ({"case_number": ""}, "case_number"),
    ({"location": {}}, "location.area"),
    ({"location": {"area": "371602001007", "lat": "north", "lon": 1}}, "location.lat"),
    ({"location": {"area": "371602001007", "lat": 0, "lon": 0}}, "no point"),
    ({"location": {"area": "371602001007", "lat": 37, "lon": 200}}, "no point"),
    ({"location": {"area": "371602001007", "lat": 37, "lon": 117, "datum": "pz90"}}, "location.datum"),
    ({"location": {"area": "here", "lat": 37, "lon": 117}}, "location.area"),
    ({"reported_at": "yesterday"}, "reported_at"),
    ({"people": "several"}, "people"),
])  # fmt: skip
def test_what_is_wrong_names_its_path(change: dict[str, Any], path: str) -> None:
    """So that the vendor can be told."""
    with pytest.raises(UnreadableError, match=path):
        _parse(_case("standard") | change)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@given(case=JSON, field=st.sampled_from(["case_number", "location", "people", "reported_at", "stage", "reporter", "minor"]))
def test_any_json_is_read_or_refused(case: Any, field: str) -> None:
    """In the place of the case, and of each of its fields."""
    for candidate in (case, _case("standard") | {field: case}):
        report = None
        with contextlib.suppress(UnreadableError):
            report = _parse(candidate)
        assert report is None or report.jurisdiction == "371602"


@pytest.mark.parametrize("hostile", [b"[" * 200_000, b'{"a":' * 100_000, b"\xff\xfe", b"", b" " * (MAX_BYTES + 1), b"NaN"])
def test_hostile_json_is_refused(hostile: bytes) -> None:
    """Deep, long, and none at all."""
    with pytest.raises(UnreadableError):
        parse_json(hostile)


def test_a_path_that_leads_nowhere_is_nothing() -> None:
    """Through lists, past their ends, into texts."""
    document = {"a": [{"b": 1}]}
    assert [value_at(document, path) for path in ("a.0.b", "a.1.b", "a.x", "a.0.b.c", "", "z")] == [1, None, None, None, None, None]


@pytest.mark.parametrize("vendor", ["../../etc/passwd", "", "no-such-vendor", "UPPER", "a" * 100])
def test_a_vendor_without_a_mapping_is_refused(vendor: str) -> None:
    """And its name never becomes a path."""
    with pytest.raises(MappingError):
        load_mapping(vendor, None)


def test_a_wrong_mapping_file_says_what_is_wrong(tmp_path: Path) -> None:
    """Unknown keys are refused, not ignored."""
    fields = '[fields]\nreference="a"\nlat="b"\nlon="c"\narea="d"\n'
    (tmp_path / "acme.toml").write_text(f'vendor = "acme"\ndatum = "wgs84"\ncolour = 1\n{fields}')
    with pytest.raises(MappingError, match="colour"):
        load_mapping("acme", tmp_path)


def test_personal_fields_are_sealed_and_open_again(keys: FileKeyStore) -> None:
    """The report holds no plain text; both fields of a case share the key of its person."""
    sealer = TextSealer(keys)
    body = msgspec.json.encode(_case("standard"))
    (report,) = CaseReader(keys, sealer, None).read("standard", body, NOW_MS)
    assert "13800000000" not in msgspec.json.encode(report).decode()
    assert report.description is not None
    assert report.reporter is not None
    assert report.description.key == report.reporter.key
    assert sealer.unseal_text(report.reporter) == "采集员 07 13800000000"


def test_a_pushed_list_with_one_wrong_case_loses_none(keys: FileKeyStore) -> None:
    """The good ones become reports; the whole record, still sealed, becomes a dead letter that can be sent again."""
    body = msgspec.json.encode([_case("standard"), {"case_number": "7"}, _case("standard") | {"case_number": "8"}])
    record = msgspec.json.encode(seal_intake(keys, "case:standard", body, NOW_MS))
    assert b"13800000000" not in record
    reader = CaseReader(keys, TextSealer(keys), None)
    facts = read_intake(record, _cases, lambda raw, opened: reader.read("standard", opened, raw.received_at_ms), keys)
    assert [fact.reference for fact in facts if isinstance(fact, IntakeReport)] == ["BZ-2026-1121-0042", "8"]
    (letter,) = [fact for fact in facts if isinstance(fact, DeadLetter)]
    assert "1 of 3" in letter.detail
    assert (letter.topic, letter.key) == ("intake.raw", "case:standard")
    assert b64decode(letter.raw) == record


def test_records_of_others_are_left_alone_and_damaged_ones_lettered_once(keys: FileKeyStore) -> None:
    """Weather is not the case reader's; what nobody can read is lettered by exactly one reader."""
    weather = msgspec.json.encode(seal_intake(keys, "weather", b"<alert/>", NOW_MS))
    assert read_intake(weather, _cases, lambda _raw, _body: (), keys) == []
    letters = [read_intake(b"{}", wanted, lambda _raw, _body: (), keys) for wanted in (lambda kind: kind == "weather", _cases)]
    assert [len(letter) for letter in letters] == [1, 0]


@given(body=st.binary(max_size=300))
def test_bodies_come_back_as_they_were(body: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Sealed or not."""
    keys = FileKeyStore(tmp_path_factory.getbasetemp() / "shared-keystore")
    for kind in ("weather", "case:x"):
        assert open_intake(keys, seal_intake(keys, kind, body, NOW_MS)) == body


@given(body=st.binary(max_size=200), other=st.binary(max_size=200), late_s=st.integers(-1000, 1000))
def test_only_the_signer_in_time_is_believed(body: bytes, other: bytes, late_s: int) -> None:
    """Another body, another secret, another time, or too late."""
    sent_s = 1_795_270_000
    signature = sign_case(b"secret", sent_s, body)

    def checked(
        secret: bytes = b"secret", body: bytes = body, signature: str | None = signature, sent_at: str | None = str(sent_s)
    ) -> bool:
        return check_case_signature(secret, body, signature=signature, sent_at=sent_at, now_s=sent_s + late_s)

    assert checked() == (abs(late_s) <= 300)
    assert not checked(secret=b"other")
    assert not checked(sent_at=str(sent_s + 1))
    assert checked(body=other) == (other == body and abs(late_s) <= 300)
    assert not any(checked(signature=s) for s in (None, "", "sha256=", "é"))
    assert not any(checked(sent_at=s) for s in (None, "", "-1", "١٢", "9" * 400))
