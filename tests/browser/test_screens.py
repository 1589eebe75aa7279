"""Every screen as a picture, in both languages, at the sizes it is used at; kept in test-artifacts/ to be looked at."""

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


@pytest.mark.parametrize(
    ("name", "size", "query"),
    [
        ("console-1366", (1366, 768), ""),
        ("console-1440", (1440, 900), ""),
        ("console-2560", (2560, 1440), ""),
        ("console-english-1366", (1366, 768), "?lang=en"),
        ("console-light-1440", (1440, 900), "?theme=day"),
    ],
)
def test_the_console(  # noqa: PLR0917 - three fixtures and a row of the table
    night: dict[str, str], console: Callable[..., Console], artefacts: Path, name: str, size: tuple[int, int], query: str
) -> None:
    """The night with somebody waiting: queue, map, picture, whom to send, and the one main action inside the window."""
    width, height = size
    desk = console(width=width, height=height)
    page = desk.enter("op-city", f"/console{query}")
    desk.choose(night["371602"])
    main = desk.panel().locator("[data-main]")
    expect(main).to_contain_text("Dispatch" if "en" in query else "派遣第 1 波")
    expect(desk.panel().locator("table.rec tbody tr").first).to_be_visible()
    box = main.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= height
    assert box["x"] + box["width"] <= width
    whole(page)
    desk.keep(artefacts, name)
    if "en" in query:
        words = page.inner_text(".top .nav, .plan") + page.inner_text("section.inc .act") + page.inner_text(".ct thead")
        assert CHINESE.findall(words) == []
    assert UNTRANSLATED.findall(page.inner_text("body").replace("nuandeng.example", "")) == []
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
    """Everything stays readable."""
    desk = console()
    page = desk.enter("op-city")
    desk.choose(night["371602"])
    expect(desk.panel().locator("table.rec tbody tr").first).to_be_visible()
    desk.cut = True
    desk.context.set_offline(True)
    expect(page.locator(".lost")).to_be_visible(timeout=20_000)
    desk.keep(artefacts, "offline")
    assert desk.complaints == []


def test_the_wall(night: dict[str, str], console: Callable[..., Console], artefacts: Path) -> None:
    """Laid out for 3840 x 2160; nothing to press."""
    desk = console(width=3840, height=2160)
    page = desk.enter("sup-city", "/console/login?to=/wall")
    expect(page.locator(".wall")).to_contain_text("要动手")
    desk.keep(artefacts, "wall-4k")
    assert desk.complaints == []


def test_the_rooms(night: dict[str, str], console: Callable[..., Console], artefacts: Path) -> None:
    """The other five rooms, in English, without a word missing."""
    desk = console()
    page = desk.enter("sup-city", "/console?lang=en")
    for number, room in enumerate(("patrol", "cases", "forces", "plans", "replay"), start=2):
        page.keyboard.press("g")
        page.keyboard.press(str(number))
        expect(page).to_have_url(re.compile(f"/console/{room}"))
        expect(page.locator("main h1, main h2, .room h1").first).to_be_visible()
        assert UNTRANSLATED.findall(page.locator("main").first.inner_text()) == []
        desk.keep(artefacts, f"room-{room}-english")
    assert desk.complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_phone(night: dict[str, str], town: RunningTown, phone: Callable[..., Phone], artefacts: Path, theme: str) -> None:
    """Log-in, home, offer and task, as a hand in the snow sees them."""
    camera = town.cameras[PHONE_COUNTY][3 if theme == "light" else 11]
    at = offset((camera.place.lat_wgs84, camera.place.lon_wgs84), 180, -90)
    unit = town.volunteer_with_phone(f"vol-{theme}", "孙晓梅", camera.place)
    mobile = phone(at, color_scheme=theme)
    page = mobile.page
    page.goto("/v/")
    expect(page.locator("input[name=username]")).to_be_visible()
    mobile.keep(artefacts, f"phone-login-{theme}")
    page = mobile.enter(f"vol-{theme}")
    page.get_by_role("radio", name="在岗").click()
    expect(page.get_by_role("radio", name="在岗")).to_have_attribute("aria-checked", "true")
    mobile.keep(artefacts, f"phone-home-{theme}")
    until(lambda: town.located(unit), "the phone's position has arrived")
    incident = town.sighting(camera, street_picture("shelter-lying"), track=theme)
    town.dispatch(incident, [unit])
    accept = page.get_by_role("button", name="接受")
    expect(accept).to_be_visible()
    mobile.keep(artefacts, f"phone-offer-{theme}")
    box = accept.bounding_box()
    assert box is not None
    assert box["height"] >= 88
    assert box["y"] + box["height"] <= 844
    accept.click()
    expect(page.locator(".steps")).to_be_visible()
    mobile.keep(artefacts, f"phone-task-{theme}")
    whole(page)
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
