"""A real Chromium, unpacked by set-up without root, driven by Playwright."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from nuandeng.setup.browser import browser_executable

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
    folder = Path(__file__).resolve().parents[2] / "test-artifacts"
    folder.mkdir(exist_ok=True)
    return folder
