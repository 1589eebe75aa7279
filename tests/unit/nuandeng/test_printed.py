"""The report on paper: every word is there in both languages, drawn with glyphs that the file brings along, on pages that end in time."""

import re
import struct
from typing import get_args

import msgspec
import pytest

from contracts.commands import AddNote, DispatchIncident, FileIncident, MoveAssignment, ReceiveIncident, ReportIncident
from contracts.commit import Commit, decode_commit
from contracts.errors import UnreadableError
from contracts.events import EffectWithdrawn, Event
from contracts.terms import AssignmentState, Role, Source, Urgency
from contracts.values import Actor, Picture, Place, Sealed
from nuandeng.keeping.font import Font
from nuandeng.keeping.pdf import HEIGHT_PT, Paper
from nuandeng.keeping.printed import fonts, printed
from nuandeng.keeping.report import entries_of, html_of
from nuandeng.keeping.words import EVENTS, ROLES
from tests.unit.dispatch.night import OPERATOR, Night, candidate, responder
from tests.unit.nuandeng.printed_text import pages_of

SEALED = Sealed(key="k" * 16, box="AAAA")
PLACE = Place(lat_wgs84=37.3821, lon_wgs84=117.9712, area="371602001002", name="黄河五路天桥下")


def a_rescue(notes: int = 1) -> list[Commit]:
    """From the report to somebody on the way, with notes."""
    night = Night()
    night.units("u1")
    before = len(night.records)
    picture = Picture(sha256="a" * 64, public_sha256="b" * 64, taken_at_ms=1, key="k" * 16)
    body = ReportIncident(
        source=Source.PUBLIC, place=PLACE, urgency=Urgency.VERY_URGENT, description=SEALED, reporter=SEALED, pictures=(picture,)
    )
    incident = str(night.do(body, OPERATOR)[0].incident)
    night.do(ReceiveIncident(incident=incident), OPERATOR)
    night.do(FileIncident(incident=incident, urgency=Urgency.VERY_URGENT), OPERATOR)
    night.do(DispatchIncident(incident=incident, candidates=(candidate("u1"),)), OPERATOR)
    (assignment,) = night.state.incidents[incident].assignments
    night.answer(assignment)
    night.do(MoveAssignment(assignment=assignment, to=AssignmentState.EN_ROUTE, eta_s=240), responder("u1"))
    for _ in range(notes):
        night.do(AddNote(incident=incident, note=SEALED), OPERATOR)
    return [decode_commit(record) for record in night.records[before:]]


def test_every_word_is_there_in_both_languages() -> None:
    """Title, events, fields, values, who and where; what is sealed is named and not shown; the numbers of the pages."""
    commits = a_rescue()
    (lines,) = pages_of(printed("371602-i1", commits))
    for said in (
        "暖灯 · 日志导出", "Nuandeng · export of the log", "上报", "Reported", "受理", "Received", "派遣", "Dispatched", "接受", "Accepted",
        "黄河五路天桥下 (37.38210, 117.97120; 371602001002)", "紧急程度 urgency", "特急 very urgent", "值班员 operator · op",
        "描述 description", "(密文 sealed)", "u1 志愿者 400 m", "途中 en route", "240 s", "2026-01-18", "第 1 页,共 1 页 · page 1 of 1",
    ):  # fmt: skip
        assert said in lines, said
    assert not [line for line in lines if "AAAA" in line or "Effect" in line or "□" in line]
    assert [line for line in lines if re.fullmatch(r"371602/\d+", line)] == [f"371602/{commit.sequence}" for commit in commits]


def test_a_long_report_goes_on_on_further_pages() -> None:
    """Nothing is lost between them, nothing is drawn below the edge, each says which it is and begins with its date."""
    commits = a_rescue(notes=60)
    pdf = printed("371602-i1", commits)
    pages = pages_of(pdf)
    assert len(pages) > 4
    assert sum(line == "备注" for page in pages for line in page) == 60
    for number, page in enumerate(pages, 1):
        assert f"第 {number} 页,共 {len(pages)} 页 · page {number} of {len(pages)}" in page
        assert "2026-01-18" in page
    places = [int(place) for place in re.findall(rb"\n(\d{10}) 00000 n ", pdf)]
    assert [pdf[place:].split(b" ", 1)[0] for place in places] == [str(number).encode() for number in range(1, len(places) + 1)]
    assert pdf[int(pdf.rpartition(b"startxref\n")[2].split(b"\n")[0]) :].startswith(b"xref")


def test_long_values_are_wrapped_within_the_margins() -> None:
    """With spaces and without."""
    paper = Paper(fonts())
    paper.new_page()
    for text in ("word " * 90, "灯" * 300, "a" * 400, "近处 near " * 40):
        lines = list(paper.wrapped(text, 9, 300))
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert all(paper.width(line, 9) <= 300 for line in lines)
    assert list(paper.wrapped("", 9, 300)) == [""]


def test_a_character_that_the_font_lacks_is_marked() -> None:
    """And what it was can still be found and copied."""
    paper = Paper(fonts())
    paper.new_page()
    paper.text(50, HEIGHT_PT / 2, "暖𠮷", 9)
    (page,) = pages_of(paper.file("t"))
    assert page[0].startswith("暖")
    assert len(page[0]) == 2


def test_the_font_that_is_embedded_has_the_glyphs_that_are_used_alone() -> None:
    """Under their numbers, and those that they are made of."""
    (_, latin), (_, chinese) = fonts()
    assert latin.glyph("A")
    assert not latin.glyph("暖")
    used = {chinese.glyph(letter) for letter in "暖灯"}
    assert 0 not in used
    assert chinese.width(min(used)) == 1000
    small = chinese.subset(used)
    assert len(small) < 200_000
    tables = {small[at : at + 4]: struct.unpack(">2I", small[at + 8 : at + 16]) for at in range(12, 12 + 16 * small[5], 16)}
    place, size = tables[b"loca"]
    places = struct.unpack(f">{size // 4}I", small[place : place + size])
    drawn = {number for number in range(len(places) - 1) if places[number + 1] > places[number]}
    assert used <= drawn <= used | {0}
    assert places[-1] == tables[b"glyf"][1]


@pytest.mark.parametrize("raw", [b"", b"wOF2" + bytes(60), b"wOFF" + bytes(8), b"wOFF" + bytes(8) + b"\0\1" + bytes(60)])
def test_what_is_no_font_is_refused(raw: bytes) -> None:
    """With our own error."""
    with pytest.raises(UnreadableError):
        Font(raw)


def test_every_event_and_role_has_a_name() -> None:
    """A new one is named here too, in both languages."""
    assert set(EVENTS) == {kind.__name__ for kind in get_args(Event)}
    assert all(zh and en for zh, en in EVENTS.values())
    assert set(ROLES) == {role.value for role in Role}


def test_the_page_for_browsers_says_the_same_and_trusts_no_text() -> None:
    """What a reporter wrote is text in it."""
    commits = a_rescue()
    bad = [_renamed(commit, "<script>alert(1)</script>") for commit in commits]
    page = html_of("371602-i1", bad, ["evidence/b.jpg"])
    assert "<h2>上报 <span>Reported</span></h2>" in page
    assert "&lt;script&gt;" in page
    assert "<script>" not in page
    assert 'src="evidence/b.jpg"' in page


def _renamed(commit: Commit, account: str) -> Commit:
    return msgspec.structs.replace(commit, actor=Actor(account=account, role=commit.actor.role))


def test_what_only_keeps_the_books_is_left_out() -> None:
    """A commit with nothing but owed effects says nothing on paper; it lies among the records all the same."""
    commits = a_rescue()
    quiet = msgspec.structs.replace(commits[0], events=(EffectWithdrawn(effect="e", reason="answered"),))
    assert list(entries_of([quiet])) == []


def test_a_reader_of_pdf_draws_it() -> None:
    """Where one is installed: ink where the title is."""
    pdfium = pytest.importorskip("pypdfium2", reason="pip install pypdfium2: draws the pages")
    document = pdfium.PdfDocument(printed("371602-i1", a_rescue()))
    picture = document[0].render(scale=1).to_numpy()
    assert picture[50:90, 50:220].min() < 60
    assert picture[:40].min() > 200
