"""The cable is pulled: the screen says so, refuses to pretend, and comes back by itself with nothing missed."""

import time
from collections.abc import Callable

from playwright.sync_api import expect

from contracts.terms import Role, Source, Urgency
from tests.browser.pictures import street_picture
from tests.browser.screens import Console
from tests.browser.town import RunningTown

COUNTY = "371603"


def test_a_lost_connection_is_said_and_mended(town: RunningTown, console: Callable[..., Console]) -> None:
    """Within 15 s the bar stands with its age and dispatch is off with the reason; afterwards what happened meanwhile is there."""
    town.account("op-lost", Role.OPERATOR, COUNTY, display="陈立")
    camera, other = town.cameras[COUNTY][0], town.cameras[COUNTY][5]
    town.volunteers(COUNTY, camera.place, 2)
    desk = console()
    page = desk.enter("op-lost")
    incident = town.sighting(camera, street_picture("bank-sitting"))
    desk.choose(incident)
    page.keyboard.press("c")
    main = desk.panel().locator("[data-main]")
    expect(main).to_contain_text("立案…")

    desk.cut = True
    began_s = time.monotonic()
    desk.context.set_offline(True)
    town.kill("web")
    expect(page.locator(".lost")).to_be_visible()
    assert time.monotonic() - began_s < 15
    expect(page.locator(".lost")).to_contain_text("派遣不会送出")
    expect(main).to_have_text("断线中,派遣不会送出")
    expect(main).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("f")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".age").first).to_be_visible()
    page.keyboard.press("p")
    expect(page.get_by_role("dialog", name="电话派单卡")).to_contain_text(camera.place.name)
    page.keyboard.press("Escape")

    # Life goes on meanwhile.
    missed = town.report(other.place, urgency=Urgency.VERY_URGENT, source=Source.HOTLINE)
    desk.context.set_offline(False)
    expect(desk.row(missed)).to_be_visible(timeout=40_000)
    expect(page.locator(".lost")).to_have_count(0)
    expect(desk.row(incident).locator(".ask")).to_have_text("待立案")
    expect(main).to_contain_text("立案…")
    desk.cut = False
    page.keyboard.press("f")
    expect(page.get_by_role("dialog", name="立案")).to_be_visible()
    assert desk.complaints == []
