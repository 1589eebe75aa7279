"""A volunteer's page in Chromium when phones are served at a port of their own."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect

from contracts import commands as cmd
from contracts.terms import Role
from contracts.values import Actor
from tests.integration.phones.apart import phones_apart
from tests.integration.web.town import COUNTY
from web.access.sessions import COOKIE


def test_the_page_reaches_phones_at_their_own_port(chromium: Browser, valkey: Any, tmp_path: Path, artefacts: Path) -> None:
    """Its policy lets it, the cookie goes along, the origin is known: it shows the plan in force, and rings."""
    with phones_apart(valkey.url, tmp_path) as apart:
        installation = apart.installation
        context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN", service_workers="block")
        context.set_default_timeout(30_000)
        context.add_cookies([{"name": COOKIE, "value": apart.token, "url": installation.url, "httpOnly": True, "sameSite": "Strict"}])
        page = context.new_page()
        sockets: list[str] = []
        page.on("websocket", lambda socket: sockets.append(socket.url))
        page.goto(f"{installation.url}/v/")
        expect(page.get_by_role("radio", name="在岗")).to_have_attribute("aria-checked", "true")
        assert sockets
        assert all(url.startswith(f"ws://127.0.0.1:{installation.runtime.web.phones_port}/phones/socket.io/") for url in sockets)
        head = Actor(account="s", role=Role.SUPERVISOR, area=COUNTY)
        apart.town.do(cmd.OverridePlan(plan="cold-orange", active=True, reason="寒潮"), head)
        expect(page.get_by_text("寒潮 橙色 II 级")).to_be_visible()
        page.screenshot(path=artefacts / "field-plan-in-force.png")
        apart.town.dispatched("u1")
        expect(page.get_by_role("button", name="接受")).to_be_visible()
        context.close()
