"""How long a frame of the console's map takes in a real browser, in a full city, while it changes five times a second.

The platform is what `nuandeng up` starts: 193 cameras, 17,000 volunteers on duty with positions, 500 open incidents. Five times a second an
incident is received, a camera's health changes, and one phone in 300 tells where it is (each phone once a minute). Headless Chromium draws
with SwiftShader, on the processors that also run the platform: a desk with a graphics card is quicker. A frame is the time between two of
the browser's own (requestAnimationFrame), for 20 s; 16.7 ms is the least there can be. So that a map which is seldom drawn
gains nothing by it, the same seconds say how long a change takes from its commit until the map shows it: the page reads each change's time
and sequence from its socket, and the map tells after each drawing up to which sequence it shows what happened.
"""

import itertools
import os
import random
import threading
import time
from typing import Any, Self

import msgspec
from playwright.sync_api import Page, sync_playwright

from bench.running_city import CODES, PASSWORD, RunningCity, running_city
from contracts import commands as cmd
from contracts.observations import Position, Positions
from contracts.terms import CameraStatus, Role, Source, Urgency
from contracts.topics import POSITIONS
from contracts.values import Actor, Place
from nuandeng.city.registers import Volunteer
from nuandeng.setup.browser import browser_executable
from nuandeng.setup.node import node_folder
from stream.access import topic
from stream.commands import SYSTEM
from stream.readmodel import keys

INCIDENTS = 500
TICK_S = 0.2
_PHONES_TELL_EVERY_S = 60.0
_WIDTH, _HEIGHT = 1920, 1080
_MEASURED_S = 20
_READY_MS = 60_000
_SETTLE_S = 5.0
_URGENCIES = (Urgency.ROUTINE, Urgency.URGENT, Urgency.URGENT, Urgency.VERY_URGENT)
# No sandbox: it may run as root in a container. SwiftShader draws WebGL without a graphics card.
_ARGUMENTS = ("--no-sandbox", "--no-zygote", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
# Beside the page's own listeners: when which change came, and what each drawing of the map had in it.
_WATCH = """(() => {
  const waiting = new Map()
  window.shown = []
  window.WebSocket = class extends WebSocket {
    constructor(...how) {
      super(...how)
      this.addEventListener('message', ({ data }) => {
        if (typeof data !== 'string' || !data.includes('["changes",')) return
        const [, { jurisdiction, sequence, at_ms }] = JSON.parse(data.slice(data.indexOf('[')))
        if (!waiting.has(jurisdiction)) waiting.set(jurisdiction, [])
        waiting.get(jurisdiction).push({ sequence, at_ms })
      })
    }
  }
  addEventListener('nd-drawn', ({ detail }) => {
    for (const [jurisdiction, sequence] of Object.entries(detail)) {
      const changes = waiting.get(jurisdiction) ?? []
      for (const change of changes) if (change.sequence <= sequence) window.shown.push(Date.now() - change.at_ms)
      waiting.set(jurisdiction, changes.filter((change) => change.sequence > sequence))
    }
  })
  window.oldest = () => Math.max(0, ...[...waiting.values()].flat().map((change) => Date.now() - change.at_ms))
})()"""
_FRAMES = """(for_s) => new Promise((resolve) => {
  const spent = []
  let last = performance.now()
  const end = last + for_s * 1000
  const frame = (now) => {
    spent.push(now - last)
    last = now
    if (now < end) requestAnimationFrame(frame)
    else resolve(spent.slice(1))
  }
  requestAnimationFrame(frame)
})"""
_STILL = "() => !document.querySelector('.map [aria-busy=true]')"


class Life:
    """What goes on in the city while somebody looks at it."""

    def __init__(self, city: RunningCity, on_duty: list[Volunteer]) -> None:
        self._city, self._on_duty, self._topic = city, on_duty, topic(city.runtime, POSITIONS)
        self._moves = itertools.cycle(range(len(on_duty)))
        self._rounds = itertools.count(1)
        self._cameras = itertools.cycle([camera for code in CODES for camera in city.drawn.cameras[code]])
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._go_on, daemon=True)
        self._incidents: list[tuple[str, str]] = []

    def settle(self) -> None:
        """500 incidents where people live, and everybody's first position."""
        count = len(self._on_duty)
        where = [self._on_duty[number * count // INCIDENTS] for number in range(INCIDENTS)]
        reports = [
            (one.county, cmd.ReportIncident(
                source=Source.HOTLINE, urgency=_URGENCIES[number % 4],
                place=Place(lat_wgs84=one.home[0], lon_wgs84=one.home[1], area=one.area, name=f"天桥{number}"),
            ), SYSTEM)
            for number, one in enumerate(where)
        ]  # fmt: skip
        self._city.do(reports)
        names: dict[str, Any] = {code: self._city.store.hkeys(keys.documents(code, "incident")) for code in CODES}
        self._incidents = [(code, name.decode()) for code, found in names.items() for name in found]
        random.Random(1).shuffle(self._incidents)  # noqa: S311 - an order
        self._tell(range(count))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _go_on(self) -> None:
        due_s = time.monotonic()
        while not self._ended.wait(max(0.0, due_s - time.monotonic())):
            due_s += TICK_S
            self._city.send(self._changes())
            self._tell([next(self._moves) for _ in range(round(len(self._on_duty) * TICK_S / _PHONES_TELL_EVERY_S))])

    def _changes(self) -> list[tuple[str, cmd.AnyBody, Actor]]:
        number, camera = next(self._rounds), next(self._cameras)
        status = CameraStatus.WATCHED if number % 3 else CameraStatus.UNWATCHED
        health = cmd.ReportCameraHealth(camera=camera.camera, status=status, reason="" if number % 3 else "too_dark",
                                        at_ms=time.time_ns() // 1_000_000)  # fmt: skip
        code, incident = self._incidents[number % INCIDENTS]
        operator = Actor(account="op", role=Role.OPERATOR, area=code)
        return [(camera.camera[:6], health, SYSTEM), (code, cmd.ReceiveIncident(incident=incident), operator)]

    def _tell(self, numbers: "range | list[int]") -> None:
        now_ms = time.time_ns() // 1_000_000
        by_county: dict[str, list[Position]] = {}
        for number in numbers:
            one = self._on_duty[number]
            fix = Position(unit=one.unit, lat_wgs84=one.home[0] + now_ms % 97 / 1e5, lon_wgs84=one.home[1], at_ms=now_ms, accuracy_m=12)
            by_county.setdefault(one.county, []).append(fix)
        for code, fixes in by_county.items():
            for first in range(0, len(fixes), 2000):
                record = Positions(jurisdiction=code, fixes=tuple(fixes[first : first + 2000]))
                self._city.producer.send(self._topic, msgspec.json.encode(record), key=code.encode())
        self._city.producer.flush()


def _p95(values: list[float]) -> float:
    return float(sorted(values)[len(values) * 95 // 100])


def _looked(page: Page) -> dict[str, float]:
    page.evaluate("() => { shown.length = 0 }")
    frame_ms = _p95(page.evaluate(_FRAMES, _MEASURED_S))
    # One that still waits counts as long as it has waited: a map that is never drawn would have nothing to say.
    shown_ms = [*page.evaluate("() => shown"), page.evaluate("() => oldest()")]
    if len(shown_ms) < _MEASURED_S / TICK_S:
        raise SystemExit(f"only {len(shown_ms)} changes were shown")
    return {"browser_frame_ms": frame_ms, "browser_shown_ms": _p95(shown_ms)}


def _open(page: Page, url: str, username: str) -> None:
    page.goto(f"{url}/console")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_selector("[data-incident]", timeout=_READY_MS)
    page.wait_for_function(_STILL, timeout=_READY_MS)


def _measure(city: RunningCity) -> dict[str, float]:
    supervisor = city.supervisor()
    life = Life(city, city.clock_on(1))
    life.settle()
    # Playwright brings a Node that needs libatomic, which a minimal Debian lacks.
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(node_folder() / "node"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_executable(), headless=True, args=list(_ARGUMENTS))
        page = browser.new_context(viewport={"width": _WIDTH, "height": _HEIGHT}, locale="zh-CN").new_page()
        page.add_init_script(_WATCH)
        _open(page, city.url, supervisor)
        with life:
            time.sleep(_SETTLE_S)
            found = _looked(page)
        browser.close()
    return found


def measure() -> dict[str, float]:
    """One run; see bench/goals.py for what the names mean."""
    with running_city() as city:
        return _measure(city)


if __name__ == "__main__":
    print(measure())
