"""Every screen as a picture, in both languages, at the sizes it is used at; kept in test-artifacts/ to be looked at."""

import json
import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from contracts import commands as cmd
from contracts.observations import WeatherWarning
from contracts.terms import Hazard, Role, Source, Urgency, WarningKind, WarningLevel
from nuandeng.city.geography import CITY_AREA, COUNTIES, offset
from tests.browser.pictures import street_picture
from tests.browser.screens import Console, Phone
from tests.browser.town import RunningTown, until

README_PICTURE = Path(__file__).resolve().parents[2] / "docs" / "pictures" / "console-night.png"
CALM_COUNTY, PHONE_COUNTY = "371625", "371681"
# What an English screen may hold in Chinese: names of places, cameras, points, vehicles, people, and the word that leads back.
CHINESE = re.compile(r"[\u4e00-\u9fff]+")
UNTRANSLATED = re.compile(r"\b(?:[a-z_]+\.)+[a-z_0-9]+\b")


@pytest.fixture(scope="module")
def night(town: RunningTown) -> dict[str, str]:
    """An orange cold wave over six counties, somebody waiting in most of them; returns incidents by what they are here for."""
    now = time.time_ns() // 1_000_000
    town.account("op-city", Role.OPERATOR, CITY_AREA, display="王建国")
    town.account("sup-city", Role.SUPERVISOR, CITY_AREA, display="周敏")
    warning = WeatherWarning(
        identifier="37160041600000_night",
        sender="滨州市气象台",
        kind=WarningKind.ALERT,
        hazard=Hazard.COLD_WAVE,
        level=WarningLevel.ORANGE,
        headline="寒潮橙色预警",
        areas=tuple(county.code for county in COUNTIES),
        sent_at_ms=now,
        effective_at_ms=now,
        expires_at_ms=now + 6 * 3_600_000,
    )
    for county in COUNTIES:
        if county.code != CALM_COUNTY:
            town.do(county.code, cmd.ApplyWarning(warning=warning))
        town.watch_all(county.code, blind=1)
    made: dict[str, str] = {}
    for code, film in (
        ("371602", "shelter-standing"),
        ("371621", "park-lying"),
        ("371622", "underpass-lying"),
        ("371603", "street-standing"),
    ):
        camera = town.cameras[code][8]
        town.volunteers(code, camera.place, 5, first=101)
        made[code] = town.sighting(camera, street_picture(film), track="night")
    for code, urgency in (("371602", Urgency.URGENT), ("371623", Urgency.ROUTINE), ("371681", Urgency.URGENT)):
        made[f"{code}-call"] = town.report(town.cameras[code][9].place, urgency=urgency, source=Source.HOTLINE)
    town.dispatch(made["371621"], ["371621-U00101", "371621-U00102"])
    town.dispatch(made["371603"], ["371603-U00101"])
    for each in ("371602", "371602-call", "371681-call"):
        town.receive(made[each])
    town.file(made["371602"], quota=2)
    return made


def whole(page: Page) -> None:
    """Nothing that stays is cut: the page itself never scrolls sideways."""
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def inside(desk: Console, width: int, height: int) -> None:
    """The one main action is in the window, whole."""
    main = desk.panel().locator("[data-main]")
    # The panel is laid out anew after the window changed its size.
    until(
        lambda: (box := main.bounding_box()) and box["x"] + box["width"] <= width and box["y"] + box["height"] <= height,
        "the main action fits",
    )


def words_of(page: Page, *parts: str) -> str:
    """What stands in these parts of the page."""
    return " ".join(page.locator(part).first.inner_text() for part in parts)


def test_the_console_in_chinese(night: dict[str, str], console: Callable[..., Console], artefacts: Path) -> None:
    """The night with somebody waiting, at every desk's size and by day: queue, map, picture, whom to send, and the one main action."""
    desk = console()
    page = desk.enter("op-city")
    desk.choose(night["371602"])
    expect(desk.panel().locator("[data-main]")).to_contain_text("派遣第 1 波")
    expect(desk.panel().locator("table.rec tbody tr").first).to_be_visible()
    for name, width, height in (("console-1440", 1440, 900), ("console-1366", 1366, 768)):
        page.set_viewport_size({"width": width, "height": height})
        inside(desk, width, height)
        whole(page)
        desk.keep(artefacts, name)
    page.locator(".popb").click()
    page.get_by_role("menuitem", name="日间配色").click()
    for name, width, height in (("console-light-1366", 1366, 768), ("console-light-1440", 1440, 900)):
        page.set_viewport_size({"width": width, "height": height})
        inside(desk, width, height)
        desk.keep(artefacts, name)
    assert UNTRANSLATED.findall(page.inner_text("body").replace("nuandeng.example", "")) == []
    assert desk.complaints == []


def test_the_console_in_english(night: dict[str, str], console: Callable[..., Console], artefacts: Path) -> None:
    """Nothing that matters is cut at the smallest size, a refusal says what to do next, and only names stay Chinese."""
    desk = console(width=1366, height=768)
    page = desk.enter("op-city", "/console?lang=en")
    desk.choose(night["371602"])
    expect(desk.panel().locator("[data-main]")).to_contain_text("Dispatch wave 1")
    expect(desk.panel().locator("table.rec tbody tr").first).to_be_visible()
    inside(desk, 1366, 768)
    whole(page)
    cut = "(e) => e.scrollWidth > e.clientWidth + 1"
    for part in (".pic .link", "section.inc .ask", ".act .btn >> nth=0", ".cl .t"):
        assert not page.locator(part).first.evaluate(cut), part
    desk.keep(artefacts, "console-english-1366")
    words = words_of(page, ".top .nav", ".plan", "section.inc .act", ".ct thead", ".legend")
    assert CHINESE.findall(words) == []
    assert UNTRANSLATED.findall(page.inner_text("body").replace("nuandeng.example", "")) == []
    # Another has them meanwhile; the answer is made here, so that the night stays as the other pictures need it.
    refusal = {"type": "about:blank", "title": "x", "status": 409, "code": "unit_busy", "detail": "", "what_to_do": "", "retry": False}
    page.route("**/dispatch", lambda route: route.fulfill(status=409, content_type="application/problem+json", body=json.dumps(refusal)))
    page.keyboard.press("d")
    expect(page.locator(".prob")).to_contain_text("Nothing else changed")
    desk.complaints.clear()
    desk.keep(artefacts, "console-english-refused")
    page.set_viewport_size({"width": 2560, "height": 1440})
    inside(desk, 2560, 1440)
    desk.keep(artefacts, "console-english-2560")
    assert desk.complaints == []


def test_the_console_on_a_phone(night: dict[str, str], console: Callable[..., Console], artefacts: Path) -> None:
    """One column: the queue, then the incident with a way back, and the card with whom to call."""
    desk = console(width=390, height=844)
    page = desk.enter("op-city")
    expect(desk.row(night["371602"])).to_be_visible()
    whole(page)
    desk.keep(artefacts, "console-phone-queue")
    desk.row(night["371602"]).click()
    expect(desk.panel().locator("[data-main]")).to_be_visible()
    inside(desk, 390, 844)
    desk.keep(artefacts, "console-phone-incident")
    desk.panel().get_by_role("button", name="电话").click()
    expect(page.locator(".sheet")).to_be_visible()
    whole(page)
    desk.keep(artefacts, "console-phone-card")
    page.locator(".sheet header button").click()
    desk.panel().get_by_role("button", name="返回").click()
    expect(desk.row(night["371602"])).to_be_visible()
    assert desk.complaints == []


def test_a_calm_night(night: dict[str, str], town: RunningTown, console: Callable[..., Console], artefacts: Path) -> None:
    """A county where nothing waits has no amber lamp, and says that it is alive."""
    town.account("op-calm", Role.OPERATOR, CALM_COUNTY, display="郑明")
    desk = console()
    page = desk.enter("op-calm")
    expect(page.locator(".calm")).to_contain_text("没有等你动手的事")
    expect(page.locator(".row")).to_have_count(0)
    desk.keep(artefacts, "empty-night")
    assert desk.complaints == []


def test_the_console_without_a_connection(night: dict[str, str], console: Callable[..., Console], artefacts: Path) -> None:
    """Everything stays readable, with its age, and whom to send stays whole on the smallest screen."""
    desk = console(width=1366, height=768)
    page = desk.enter("op-city")
    desk.choose(night["371602"])
    expect(desk.panel().locator("table.rec tbody tr").first).to_be_visible()
    desk.cut = True
    desk.context.set_offline(True)
    expect(page.locator(".lost")).to_be_visible(timeout=20_000)
    expect(page.locator(".q .age")).to_contain_text("停在")
    inside(desk, 1366, 768)
    desk.keep(artefacts, "offline")
    assert desk.complaints == []


@pytest.mark.parametrize(("name", "size", "query"), [("wall-4k", (3840, 2160), ""), ("wall-english", (1920, 1080), "&lang=en")])
def test_the_wall(  # noqa: PLR0917 - three fixtures and a row of the table
    night: dict[str, str], console: Callable[..., Console], artefacts: Path, name: str, size: tuple[int, int], query: str
) -> None:
    """Laid out for 3840 x 2160 and scaled to less; nothing to press."""
    desk = console(width=size[0], height=size[1])
    page = desk.enter("sup-city", f"/console/login?to=/wall{query}")
    expect(page.locator(".wall")).to_contain_text("need a hand" if query else "要动手")
    desk.keep(artefacts, name)
    assert desk.complaints == []


@pytest.mark.parametrize(("language", "query"), [("chinese", "?theme=day"), ("english", "?lang=en")])
def test_the_rooms(
    night: dict[str, str], console: Callable[..., Console], artefacts: Path, language: str, query: str
) -> None:  # fmt: skip
    """The other five rooms, without a word missing; a search that finds nothing says so."""
    desk = console(width=1366, height=768)
    page = desk.enter("sup-city", f"/console/login{query}&to=/console/patrol")
    for number, room in enumerate(("patrol", "cases", "forces", "plans", "replay"), start=2):
        page.keyboard.press("g")
        page.keyboard.press(str(number))
        expect(page).to_have_url(re.compile(f"/console/{room}"))
        expect(page.locator("main h1, main h2, .room h1").first).to_be_visible()
        if room in {"cases", "forces"}:
            expect(page.locator(".list tbody tr").first).to_be_visible()
        assert UNTRANSLATED.findall(page.locator("main").first.inner_text()) == []
        desk.keep(artefacts, f"room-{room}-{language}")
        if room == "cases":
            page.locator("[data-find]").fill("zzz")
            expect(page.locator(".sheetlist .note")).to_be_visible()
            desk.keep(artefacts, f"room-{room}-{language}-none")
            page.locator("[data-find]").fill("")
            page.keyboard.press("Escape")
            page.locator("h1").first.click()
    assert desk.complaints == []


def test_the_log_of_an_auditor(night: dict[str, str], town: RunningTown, console: Callable[..., Console], artefacts: Path) -> None:
    """Who may read the log sees its commits and the digest of the state."""
    town.account("audit-city", Role.AUDITOR, CITY_AREA, display="吴审计")
    desk = console(width=1366, height=768)
    page = desk.enter("audit-city", "/console/login?to=/console/replay")
    expect(page.locator(".mono").first).to_be_visible()
    expect(page.locator(".list tbody tr").first).to_be_visible()
    desk.keep(artefacts, "room-replay-auditor")
    assert desk.complaints == []


@pytest.mark.parametrize(("language", "query", "says"), [("chinese", "", "用户名或密码不对"), ("english", "?lang=en&theme=day", "wrong")])
def test_a_wrong_password(  # noqa: PLR0917 - three fixtures and a row of the table
    town: RunningTown, console: Callable[..., Console], artefacts: Path, language: str, query: str, says: str
) -> None:
    """Said at the form, which keeps the name."""
    desk = console(width=1366, height=768)
    page = desk.page
    page.goto(f"/console/login{query}")
    page.fill("input[name=username]", f"nobody-{language}")
    page.fill("input[name=password]", "wrong")
    page.click("button[type=submit]")
    expect(page.get_by_role("alert")).to_contain_text(says)
    expect(page.locator("input[name=username]")).to_have_value(f"nobody-{language}")
    desk.keep(artefacts, f"login-{language}")


@pytest.mark.parametrize(
    ("theme", "language", "query"),
    [("light", "chinese", ""), ("dark", "chinese", ""), ("light", "english", "?lang=en"), ("dark", "english", "?lang=en")],
)
def test_the_phone(  # noqa: PLR0917 - four fixtures and a row of the table
    night: dict[str, str], town: RunningTown, phone: Callable[..., Phone], artefacts: Path, theme: str, language: str, query: str
) -> None:
    """Log-in, home, offer, task, the sheets and the lost connection, as a hand in the snow sees them."""
    name = f"{theme}-{language}"
    camera = town.cameras[PHONE_COUNTY][3 + 4 * ["light-chinese", "dark-chinese", "light-english", "dark-english"].index(name)]
    at = offset((camera.place.lat_wgs84, camera.place.lon_wgs84), 180, -90)
    unit = town.volunteer_with_phone(f"vol-{name}", "孙晓梅", camera.place)
    mobile = phone(at, color_scheme=theme)
    page = mobile.page
    page.goto(f"/v/{query}")
    expect(page.locator("input[name=username]")).to_be_visible()
    mobile.keep(artefacts, f"phone-login-{name}")
    page = mobile.enter(f"vol-{name}", f"/v/{query}")
    duty = page.locator(".tog button").first
    duty.click()
    expect(duty).to_have_attribute("aria-checked", "true")
    mobile.keep(artefacts, f"phone-home-{name}")
    until(lambda: town.located(unit), "the phone's position has arrived")
    incident = town.sighting(camera, street_picture("shelter-lying"), track=name)
    town.dispatch(incident, [unit])
    accept = page.locator(".pb.go")
    expect(accept).to_be_visible()
    left = page.locator(".cd b").inner_text()
    assert re.fullmatch(r"1:00|0:\d\d|[23]:\d\d", left), left
    mobile.keep(artefacts, f"phone-offer-{name}")
    box = accept.bounding_box()
    assert box is not None
    assert box["height"] >= 88
    assert box["y"] + box["height"] <= 844
    accept.click()
    expect(page.locator(".steps")).to_be_visible()
    mobile.keep(artefacts, f"phone-task-{name}")
    page.locator(".navb").click()
    expect(page.locator(".psheet")).to_be_visible()
    mobile.keep(artefacts, f"phone-navigate-{name}")
    page.locator(".psheet button").last.click()
    whole(page)
    for done in (1, 2, 3):
        page.locator(".pb.go[aria-disabled=false]").click()
        expect(page.locator(".steps .dn")).to_have_count(done)
    page.locator(".pb.go[aria-disabled=false]").click()
    expect(page.locator(".psheet")).to_be_visible()
    mobile.keep(artefacts, f"phone-result-{name}")
    page.locator(".psheet .two button").first.click()
    mobile.cut = True
    mobile.context.set_offline(True)
    page.locator(".g3 button").last.click()
    expect(page.locator(".pout")).to_be_visible()
    sos, tabs = page.locator(".sos").bounding_box(), page.locator(".tab").bounding_box()
    assert sos is not None
    assert tabs is not None
    assert sos["y"] + sos["height"] <= tabs["y"]
    mobile.keep(artefacts, f"phone-offline-{name}")
    assert mobile.complaints == []


@pytest.mark.skipif(
    "NUANDENG_README_PICTURE" not in os.environ, reason="the README's picture is made anew only when NUANDENG_README_PICTURE is set"
)
def test_the_readme_picture(night: dict[str, str], console: Callable[..., Console]) -> None:
    """docs/pictures/console-night.png, at most 400 KB, in the night theme."""
    console().enter("sup-city")
    desk = console()
    page = desk.enter("op-city")
    expect(page.locator(".top .duty").first).to_contain_text("周")
    desk.choose(night["371602"])
    expect(desk.panel().locator("[data-main]")).to_contain_text("派遣第 1 波")
    expect(desk.panel().locator("table.rec tbody tr").first).to_be_visible()
    README_PICTURE.parent.mkdir(parents=True, exist_ok=True)
    desk.keep(README_PICTURE.parent, README_PICTURE.stem)
    shown = cv2.imread(str(README_PICTURE))
    assert shown is not None
    # The browser writes PNG fast, not small; the last bit of each colour is the noise of a camera.
    cv2.imwrite(str(README_PICTURE), np.asarray(shown, np.uint8) & 0xFE, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    assert README_PICTURE.stat().st_size <= 400_000
