"""What somebody said about a person, and who said it: seen by whom it concerns, read by others with a reason, and written down."""

from collections.abc import Callable
from pathlib import Path

import httpx
from playwright.sync_api import expect

from contracts.terms import Role
from tests.browser.screens import Console
from tests.browser.town import PASSWORD, RunningTown

COUNTY = "371622"
LOOKS, REPORTER = "穿灰棉袄的老人,躺在候车亭后面", "李秀英 13900000000"


def reported(town: RunningTown, username: str) -> str:
    """A call that the desk types in, over the API; returns the incident."""
    place = town.cameras[COUNTY][3].place
    with httpx.Client(base_url=f"{town.url}/api/v1", timeout=20) as http:
        session = http.post("/session", json={"username": username, "password": PASSWORD}).json()
        http.headers["Authorization"] = f"Bearer {session['access_token']}"
        got = http.post(
            "/incidents",
            json={
                "source": "hotline", "urgency": "urgent", "description": LOOKS, "reporter": REPORTER,
                "place": {"lat_wgs84": place.lat_wgs84, "lon_wgs84": place.lon_wgs84, "area": place.area, "name": place.name},
            },
            headers={"Idempotency-Key": "a-call-about-an-old-man"},
        )  # fmt: skip
        assert got.status_code == 200, got.text
        return str(next(one for one in got.json()["created"] if "-i" in one))


def test_the_desk_sees_the_looks_and_a_supervisor_reads_who_called(
    town: RunningTown, console: Callable[..., Console], artefacts: Path
) -> None:
    """The looks stand in the panel; the caller's name only after a reason, and then the reading stands in the timeline."""
    town.account("op-personal", Role.OPERATOR, COUNTY, display="陈伟")
    town.account("sup-personal", Role.SUPERVISOR, COUNTY, display="周敏")
    incident = reported(town, "op-personal")
    desk, chief = console(), console(width=1366, height=768)

    page = desk.enter("op-personal")
    desk.choose(incident)
    expect(desk.panel().locator(".said")).to_contain_text(LOOKS)
    assert REPORTER not in page.content()
    desk.keep(artefacts, "console-report-1440")
    desk.panel().get_by_role("button", name="更多").click()
    expect(desk.panel().locator("li", has_text="报告人")).to_contain_text("要值班长或核查员")

    page = chief.enter("sup-personal")
    chief.choose(incident)
    chief.panel().get_by_role("button", name="更多").click()
    chief.panel().get_by_role("button", name="查看报告人").click()
    sheet = page.get_by_role("dialog", name="报告人与特征")
    sheet.get_by_role("textbox").fill("家属来电核对")
    sheet.get_by_role("button", name="查看", exact=True).click()
    expect(sheet.locator(".opened")).to_contain_text(REPORTER)
    chief.keep(artefacts, "console-personal-1366")
    page.keyboard.press("Escape")
    expect(desk.panel().locator(".tl")).to_contain_text("查看报告人")
    expect(desk.panel().locator(".tl")).to_contain_text("家属来电核对")
    assert REPORTER not in desk.page.content()
    assert desk.complaints == []
    assert chief.complaints == []

    pocket = console(width=390, height=844)
    page = pocket.enter("sup-personal", "/console?lang=en")
    pocket.choose(incident)
    expect(pocket.panel().locator(".said")).to_contain_text("They said")
    pocket.keep(artefacts, "console-phone-report-english")
    pocket.panel().get_by_role("button", name="More").click()
    pocket.panel().get_by_role("button", name="Read", exact=True).click()
    expect(page.get_by_role("dialog", name="Who reported")).to_contain_text("written to the log")
    pocket.keep(artefacts, "console-phone-personal-english")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert pocket.complaints == []
