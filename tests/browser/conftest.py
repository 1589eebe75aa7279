"""A real Chromium, unpacked by set-up without root, driven by Playwright, and a whole platform for it to look at."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from nuandeng.setup.borders import borders_file
from nuandeng.setup.browser import browser_executable
from nuandeng.setup.node import node_folder
from tests.browser.screens import Console, Phone, Screen
from tests.browser.town import RunningTown

# Playwright brings a Node that needs libatomic, which a minimal Debian lacks; the one that built the front-ends does not.
os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(node_folder() / "node"))

ROOT = Path(__file__).resolve().parents[2]

# No sandbox: tests may run as root in a container. SwiftShader draws the map's WebGL without a graphics card.
ARGUMENTS = (
    "--no-sandbox",
    "--no-zygote",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--autoplay-policy=no-user-gesture-required",
)


@pytest.fixture(scope="session")
def chromium_executable() -> Path:
    """The browser's program."""
    program = browser_executable()
    assert program.exists(), f"{program} is not there: run `make setup-tests`"
    return program


@pytest.fixture(scope="session")
def chromium_arguments() -> list[str]:
    """What it must be started with here."""
    return list(ARGUMENTS)


@pytest.fixture(scope="session")
def chromium(chromium_executable: Path, chromium_arguments: list[str]) -> Iterator[Browser]:
    """One browser for the session; open a context of your own in it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_executable, headless=True, args=chromium_arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Where screenshots are kept."""
    folder = ROOT / "test-artifacts"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTown]:
    """Seven counties with cameras, points and vehicles, run by `nuandeng up`. A test takes a county of its own."""
    for made in (ROOT / "web" / "dist" / "console.html", borders_file()):
        assert made.exists(), f"{made} is not there: run `make setup-tests`"
    running = RunningTown(tmp_path_factory.mktemp("town"))
    try:
        running.settle()
        yield running
    finally:
        left = running.stop()
    assert not left, f"still running: {left}"


@pytest.fixture
def open_screens() -> Iterator[list[Screen]]:
    """Closed when the test ends."""
    screens: list[Screen] = []
    yield screens
    for screen in screens:
        screen.close()


@pytest.fixture
def console(chromium: Browser, town: RunningTown, open_screens: list[Screen]) -> Callable[..., Console]:
    """console(width=…, height=…) opens a desktop window of its own."""

    def make(**more: Any) -> Console:
        screen = Console(chromium, town, **more)
        open_screens.append(screen)
        return screen

    return make


@pytest.fixture
def phone(chromium: Browser, town: RunningTown, open_screens: list[Screen]) -> Callable[..., Phone]:
    """phone((lat, lon)) is a phone of its own, there."""

    def make(at: tuple[float, float], **more: Any) -> Phone:
        screen = Phone(chromium, town, at, **more)
        open_screens.append(screen)
        return screen

    return make
