"""Pages as people open them: logged in by the form, with every complaint of the browser noted."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

from tests.browser.town import PASSWORD, RunningTown

CONSOLE_READY_MS = 20_000
STILL = """() => document.fonts.status === 'loaded' && [...document.images].every((i) => i.complete)
  && !document.querySelector('.map [aria-busy=true], .wall [aria-busy=true]')"""
# Two cores run the platform and the browser; what takes longer than this is a fault.
expect.set_options(timeout=15_000)
_CUT_OFF = re.compile(
    r"ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_NETWORK_CHANGED|ERR_EMPTY_RESPONSE|WebSocket connection"
)


class Screen:
    """One person's browser window. cut: the connection is cut on purpose, so the browser's word of that is no complaint."""

    def __init__(self, browser: Browser, town: RunningTown, *, width: int, height: int, **more: Any) -> None:
        self.town = town
        self.context: BrowserContext = browser.new_context(
            base_url=town.url,
            viewport={"width": width, "height": height},
            reduced_motion="reduce",
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            **more,
        )
        # The form of the API that says which style, script or connection the policy refused.
        self.context.add_init_script(
            "addEventListener('securitypolicyviolation', (e) => console.error('CSP', e.violatedDirective, e.blockedURI))"
        )
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.cut = False
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))

    def _said(self, message: ConsoleMessage) -> None:
        # A browser calls every refusal an error; before somebody has logged in, "who am I" is one.
        if (
            message.type != "error"
            or (self.cut and _CUT_OFF.search(message.text))
            or message.location.get("url", "").endswith("/api/v1/me")
        ):
            return
        self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def log_in(self, path: str, username: str) -> Page:
        """Open a page and log in by its form."""
        self.page.goto(path)
        self.page.fill("input[name=username]", username)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("button[type=submit]")
        return self.page

    def keep(self, folder: Path, name: str) -> Path:
        """A screenshot among the artefacts, once every font and picture is there and the map stands still."""
        self.page.wait_for_function(STILL)
        path = folder / f"{name}.png"
        self.page.screenshot(path=path)
        return path

    def close(self) -> None:
        self.context.close()


class Console(Screen):
    """The operator's window."""

    def __init__(self, browser: Browser, town: RunningTown, *, width: int = 1440, height: int = 900, **more: Any) -> None:
        super().__init__(browser, town, width=width, height=height, **more)

    def enter(self, username: str, path: str = "/console") -> Page:
        """Log in and wait until the map is drawn and the connection lives."""
        page = self.log_in(path, username)
        expect(page.locator(".top, .wall").first).to_be_visible(timeout=CONSOLE_READY_MS)
        return page

    def row(self, incident: str) -> Locator:
        """The incident's row in the queue; for a quarter of a second the one it leaves fades beside the one it enters."""
        return self.page.locator(f'[data-incident="{incident}"]:not(.rows-leave-active)')

    def choose(self, incident: str) -> None:
        """Go down the queue with the arrow key until this row is selected."""
        expect(self.row(incident)).to_be_visible()
        for _ in range(40):
            if self.row(incident).get_attribute("aria-selected") == "true":
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{incident} cannot be reached with the keyboard")

    def panel(self) -> Locator:
        """The incident's panel."""
        return self.page.locator("section.inc")


class Phone(Screen):
    """The volunteer's phone, at a place."""

    def __init__(self, browser: Browser, town: RunningTown, at: tuple[float, float], **more: Any) -> None:
        super().__init__(
            browser, town, width=390, height=844, device_scale_factor=2, has_touch=True, is_mobile=True, permissions=["geolocation"],
            geolocation={"latitude": at[0], "longitude": at[1], "accuracy": 8}, **more,
        )  # fmt: skip

    def enter(self, username: str, path: str = "/v/") -> Page:
        """Log in and wait for the home page."""
        page = self.log_in(path, username)
        expect(page.locator(".tog")).to_be_visible(timeout=CONSOLE_READY_MS)
        return page
