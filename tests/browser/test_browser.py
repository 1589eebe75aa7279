"""The browser that set-up unpacked draws what our pages need."""

from playwright.sync_api import Browser


def test_the_browser_draws_webgl2(chromium: Browser) -> None:
    """MapLibre needs WebGL 2; without it every later browser test would fail for a reason hard to see."""
    page = chromium.new_page()
    found = page.evaluate(
        "() => { const gl = document.createElement('canvas').getContext('webgl2'); return gl && gl.getParameter(gl.VERSION); }"
    )
    assert "WebGL 2.0" in found
    page.close()
