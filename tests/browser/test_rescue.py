"""A whole rescue by hand, on real parts: camera → operator → volunteer → station → verifier → closed. Nobody reloads a page."""

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import expect

from contracts.terms import Role
from nuandeng.city.geography import offset
from tests.browser.pictures import street_picture
from tests.browser.screens import Console, Phone
from tests.browser.town import PASSWORD, RunningTown, until

COUNTY = "371602"


class Station:
    """Who has no page yet: the rescue station, over the API."""

    def __init__(self, town: RunningTown, username: str) -> None:
        self._http = httpx.Client(base_url=f"{town.url}/api/v1", timeout=20)
        got = self._http.post("/session", json={"username": username, "password": PASSWORD})
        assert got.status_code == 200, got.text
        self._http.headers["Authorization"] = f"Bearer {got.json()['access_token']}"

    def confirm_bed(self, assignment: str, point: str) -> None:
        got = self._http.post(f"/assignments/{assignment}/bed", json={"point": point, "accepted": True})
        assert got.status_code == 200, got.text
        self._http.close()


@pytest.fixture(scope="module")
def place(town: RunningTown) -> RunningTown:
    camera = town.cameras[COUNTY][0]
    town.volunteers(COUNTY, camera.place, 3)
    town.account("op-1", Role.OPERATOR, COUNTY, display="王建国")
    town.account("ver-1", Role.VERIFIER, COUNTY, display="赵立")
    town.account("st-1", Role.STATION, COUNTY, display="滨城救助站", point=town.points[COUNTY][0].point)
    return town


def test_from_the_camera_to_a_closed_case(place: RunningTown, console: Callable[..., Console], phone: Callable[..., Phone]) -> None:
    """Every step is taken on a page and seen on the other one without a reload."""
    town = place
    camera, point = town.cameras[COUNTY][0], town.points[COUNTY][0]
    at = (camera.place.lat_wgs84, camera.place.lon_wgs84)
    unit = town.volunteer_with_phone("vol-1", "周晓光", camera.place)
    desk, mobile, checker = console(), phone(offset(at, 90, 60)), console()
    page, field = desk.enter("op-1"), mobile.enter("vol-1")

    field.get_by_role("radio", name="在岗").click()
    expect(field.get_by_role("radio", name="在岗")).to_have_attribute("aria-checked", "true")
    until(lambda: town.located(unit), "the phone's position has arrived")

    incident = town.sighting(camera, street_picture("shelter-lying"))
    row = desk.row(incident)
    expect(row.locator(".ask")).to_have_text("待受理")
    desk.choose(incident)
    picture = desk.panel().locator(".pic img")
    expect(picture).to_be_visible()
    until(lambda: picture.evaluate("(i) => i.complete && i.naturalWidth") == 704, "the camera's picture is shown")

    main = desk.panel().locator("[data-main]")
    page.keyboard.press("c")
    expect(row.locator(".ask")).to_have_text("待立案")
    expect(main).to_contain_text("立案…")
    page.keyboard.press("f")
    expect(page.get_by_role("dialog", name="立案")).to_be_visible()
    page.keyboard.press("Enter")
    expect(row.locator(".ask")).to_have_text("待派遣")
    who = desk.panel().locator("table.rec")
    expect(who).to_contain_text("周**")
    expect(main).to_contain_text("派遣第 1 波")
    page.keyboard.press("d")
    expect(who.locator("tr", has_text="周**")).to_contain_text("应答中")
    expect(row.locator(".ask")).to_contain_text("应答中 0/")

    # The phone rings: an approximate place, a countdown, two answers.
    accept = field.get_by_role("button", name="接受")
    expect(accept).to_be_visible()
    expect(field.locator(".pmnote")).to_be_visible()
    first = field.locator(".cd b").inner_text()
    expect(field.locator(".cd b")).not_to_have_text(first)
    (before,) = mobile.context.request.get("/api/v1/field").json()["task"]
    assert before["approximate"]
    assert (before["lat_wgs84"], before["lon_wgs84"]) != at
    assert before["description"] is None
    accept.click()
    expect(field.locator(".steps")).to_be_visible()
    expect(who.locator("tr", has_text="周**")).to_contain_text("已接受")
    (task,) = mobile.context.request.get("/api/v1/field").json()["task"]
    assert (task["approximate"], task["lat_wgs84"], task["lon_wgs84"]) == (False, *at)

    field.get_by_role("button", name="导航").click()
    expect(field.locator(f'a[href^="geo:{at[0]:.6f},{at[1]:.6f}"]')).to_be_visible()
    assert "uri.amap.com/navigation" in str(field.locator(".psheet a").first.get_attribute("href"))
    field.get_by_role("button", name="返回").click()

    mine = who.locator("tr", has_text="周**")
    big = field.locator(".pb.go")
    for button, word in (("出发", "途中"), ("我到了", "到场"), ("找到人了", "已接触")):
        expect(big).to_contain_text(button)
        big.click()
        expect(mine).to_contain_text(word)
    field.get_by_role("button", name="送往救助点").click()
    field.locator(".psheet .opt", has_text=point.name).click()
    expect(mine).to_contain_text("送站途中")
    Station(town, "st-1").confirm_bed(task["id"], point.point)
    expect(desk.panel().locator(".tl")).to_contain_text("床位确认")
    expect(big).to_contain_text("到救助点了")
    big.click()
    expect(mine).to_contain_text("已到站")
    expect(big).to_contain_text("报结果并办结")
    big.click()
    expect(field.locator(".psheet .opt.sel")).to_have_text("入站")
    field.get_by_role("button", name="送出").click()
    expect(desk.panel().locator(".ih")).to_contain_text("已反馈")
    expect(mine).to_contain_text("办结")
    expect(field.locator(".bye")).to_contain_text("办好了")

    check = checker.enter("ver-1")
    checker.row(incident).click()
    check.locator(".btn", has_text="核查").first.click()
    check.get_by_role("button", name="核查通过").click()
    expect(row.locator(".ask")).to_have_text("待结案")
    # Somebody else changed it since this operator acted: the button asks for a look before it acts.
    expect(main).to_contain_text("情况有变")
    main.click()
    expect(main).to_contain_text("结案")
    main.click()
    expect(desk.panel().locator(".ih")).to_contain_text("已结案")
    assert [*desk.complaints, *mobile.complaints, *checker.complaints] == []
