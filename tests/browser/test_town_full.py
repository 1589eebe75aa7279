"""A bad night: more in the queue than fits on any screen, and the map still leads to each of them."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from contracts.terms import Role, Urgency
from contracts.values import Place
from nuandeng.city.geography import distance_m, offset
from tests.browser.screens import STILL, Console
from tests.browser.town import RunningTown

COUNTY = "371623"
WAITING = 75
# From the stem of a lamp to the corner of the tag beside it and to the middle of its body, px.
TAG, BODY_PX = (16, -27), 14


def test_a_full_queue_and_the_way_back_from_the_map(town: RunningTown, console: Callable[..., Console]) -> None:
    """Rows come as one scrolls; a lamp pressed on the map is selected, and its row, which was far out of sight, stands in the queue."""
    town.account("op-full", Role.OPERATOR, COUNTY, display="孙宁")
    places = [camera.place for camera in town.cameras[COUNTY]]
    near = places[0]
    # Alone on the map of the whole city.
    far = max(places, key=lambda place: distance_m((near.lat_wgs84, near.lon_wgs84), (place.lat_wgs84, place.lon_wgs84)))
    for number in range(WAITING):
        lat, lon = offset((near.lat_wgs84, near.lon_wgs84), 300.0 * (number % 9), 300.0 * (number // 9))
        town.report(Place(lat_wgs84=lat, lon_wgs84=lon, area=near.area, name=f"天桥{number}"))
    last = town.report(far, urgency=Urgency.ROUTINE)
    desk = console()
    page = desk.enter("op-full")
    rows, box = page.locator("[data-incident]"), page.locator(".qb")
    # Others may have been here before.
    expect(page.locator(".qb .gh").first).to_have_text(re.compile(r"要动手 (7[6-9]|[89]\d)"))
    expect(rows.first).to_be_visible()
    expect(desk.row(last)).to_have_count(0)
    assert rows.count() < WAITING

    for _ in range(40):
        page.keyboard.press("ArrowDown")
    expect(page.locator('[data-incident][aria-selected="true"]')).to_be_in_viewport()
    page.keyboard.press("Escape")
    box.evaluate("(box) => box.scrollTo(0, box.scrollHeight)")
    desk.row(last).click()
    tag = page.locator(".mtag").first.bounding_box()
    assert tag is not None
    stem = (tag["x"] - TAG[0], tag["y"] - TAG[1])
    page.keyboard.press("Escape")
    box.evaluate("(box) => box.scrollTo(0, 0)")
    expect(desk.row(last)).to_have_count(0)

    page.wait_for_function(STILL)
    page.mouse.move(stem[0], stem[1] - BODY_PX)
    page.wait_for_function("() => document.querySelector('.map canvas').style.cursor === 'pointer'")
    page.mouse.click(stem[0], stem[1] - BODY_PX)
    expect(desk.row(last)).to_have_attribute("aria-selected", "true")
    expect(desk.row(last)).to_be_in_viewport()
    expect(desk.panel().locator("h1")).to_contain_text(far.name)
    assert desk.complaints == []
