"""An auditor sees a minute again: queue, case and clock as they were, a slider over the log, and nothing that can be sent."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from contracts.terms import Role, Urgency
from nuandeng.city.geography import CITY_AREA
from tests.browser.pictures import street_picture
from tests.browser.screens import Console
from tests.browser.town import RunningTown, until

COUNTY = "371623"
UNTRANSLATED = re.compile(r"\b(?:[a-z_]+\.)+[a-z_0-9]+\b")


@pytest.fixture(scope="module")
def evening(town: RunningTown) -> dict[str, str]:
    """One was seen and is being helped; then two calls came, of whom one was taken up."""
    town.account("audit-past", Role.AUDITOR, CITY_AREA, display="吴审计")
    town.watch_all(COUNTY, blind=1)
    cameras = town.cameras[COUNTY]
    town.volunteers(COUNTY, cameras[3].place, 3, first=301)
    seen = town.sighting(cameras[3], street_picture("shelter-lying"), track="past")
    town.dispatch(seen, [f"{COUNTY}-U00301"])
    first = town.report(cameras[5].place, urgency=Urgency.URGENT)
    second = town.report(cameras[6].place, urgency=Urgency.ROUTINE)
    town.receive(first)
    return {"seen": seen, "first": first, "second": second}


def open_past(desk: Console, query: str) -> Page:
    """Log in as the auditor and open the latest minute of the county."""
    page = desk.enter("audit-past", f"/console/login{query}to=/console/replay")
    page.locator(".rh .filter").click()
    page.locator(".el-select-dropdown__item:visible").filter(has_text=re.compile("无棣|Wudi")).click()
    expect(page.locator("[data-minute]")).to_be_visible()
    page.locator("[data-show]").click()
    expect(page.locator(".pastbar")).to_be_visible(timeout=60_000)
    return page


def position(page: Page) -> int:
    """Which commit is shown."""
    found = re.search(r"\d+", page.locator("[data-sequence]").inner_text())
    assert found is not None
    return int(found[0])


def slide(page: Page, to: int) -> None:
    """Drag the slider to a commit and wait until its moment is drawn."""
    page.locator(".pastbar input[type=range]").fill(str(to))
    expect(page.locator("[data-sequence]")).to_contain_text(re.compile(rf"\b{to}\b"))
    expect(page.locator(".pastbar .what b")).not_to_be_empty()


@pytest.mark.parametrize(("language", "query"), [("chinese", "?"), ("english", "?lang=en&")])
def test_the_queue_of_a_minute(  # noqa: PLR0917 - three fixtures and a row of the table
    evening: dict[str, str], town: RunningTown, console: Callable[..., Console], artefacts: Path, language: str, query: str
) -> None:
    """Back and forth over the log: who had called, what was asked and what was known then; marked, and without a single act."""
    desk = console()
    page = open_past(desk, query)
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.method != "GET":
            sent.append(request.url)

    page.on("request", note)
    expect(page.locator(".app.past")).to_be_visible()
    expect(page.locator(".pastbar [data-moment]")).to_contain_text("Replay" if query != "?" else "回放")
    for each in evening.values():
        expect(desk.row(each)).to_be_visible()
    end = position(page)

    # Before the second call was known: it is not there, and the first was not yet taken up.
    calls = {name: _reported(page, incident) for name, incident in evening.items()}
    slide(page, calls["second"] - 1)
    expect(desk.row(evening["second"])).to_have_count(0)
    expect(desk.row(evening["first"])).to_contain_text("Receive" if query != "?" else "受理")
    desk.row(evening["first"]).click()
    panel = desk.panel()
    expect(panel.locator(".then")).to_be_visible()
    expect(panel.locator("[data-main], .act .btn, .do .link")).to_have_count(0)
    assert UNTRANSLATED.findall(page.locator(".pastroom").inner_text()) == []
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    desk.keep(artefacts, f"replay-{language}-1440")

    # Keys that act in the present do nothing here.
    for key in "cdftmp.xh":
        page.keyboard.press(key)
    expect(page.locator(".sheet")).to_have_count(0)

    # Earlier still the selected call is unknown: the panel knows nothing of it either.
    slide(page, calls["first"] - 1)
    expect(desk.row(evening["first"])).to_have_count(0)
    expect(panel.locator(".facts")).to_be_visible()
    expect(desk.row(evening["seen"])).to_be_visible()
    desk.row(evening["seen"]).click()
    expect(panel.locator("table.ans tbody tr").first).to_be_visible()
    desk.keep(artefacts, f"replay-{language}-dispatched-1440")

    # Sixty times as fast it gets to the end by itself, and says so by stopping.
    page.get_by_role("button", name="60×").click()
    until(lambda: position(page) >= end, "the end of the log", within_s=60)
    expect(page.get_by_role("button", name="Pause" if query != "?" else "停", exact=True)).to_have_attribute("aria-pressed", "true")
    for each in evening.values():
        expect(desk.row(each)).to_be_visible()
    assert sent == []

    page.get_by_role("button", name="Back to now" if query != "?" else "回到现在").click()
    expect(page.locator(".app.past")).to_have_count(0)
    assert desk.complaints == []


def _reported(page: Page, incident: str) -> int:
    """The commit that reported an incident: the first line of its history, asked of the API with the page's own session."""
    found: Any = page.evaluate("async (id) => (await fetch(`/api/v1/incidents/${id}`)).json()", incident)
    return int(found["timeline"][0]["sequence"])


def test_a_case_as_it_was_reported(evening: dict[str, str], console: Callable[..., Console], artefacts: Path) -> None:
    """Chosen from the list, an incident opens at the moment it was reported, and stands in the panel."""
    desk = console()
    page = desk.enter("audit-past", "/console/login?to=/console/replay")
    page.locator(".rh .filter").click()
    page.locator(".el-select-dropdown__item:visible").filter(has_text="无棣").click()
    expect(page.locator(".list tbody tr").first).to_be_visible()
    page.locator(".pastpick .filter").click()
    number = page.evaluate("async (id) => (await (await fetch(`/api/v1/incidents/${id}`)).json()).number", evening["first"])
    choice = page.locator(".el-select-dropdown__item:visible").filter(has_text=number)
    expect(choice).to_be_visible()
    desk.keep(artefacts, "replay-picker-1440")
    choice.click()
    page.locator("[data-show]").click()
    expect(page.locator(".pastbar")).to_be_visible(timeout=60_000)
    expect(desk.panel()).to_contain_text(number)
    expect(desk.row(evening["second"])).to_have_count(0)
    shown_at = page.locator("[data-moment]").inner_text()
    assert time.strftime("%m-%d", time.gmtime(time.time() + 8 * 3600)) in shown_at
    assert desk.complaints == []
