"""From an operator's command over HTTP to its committed answer: 100 operators at their consoles, each as the browser sends.

The platform is what `nuandeng up` starts, with the demo city's registers and 1,700 volunteers on duty. Each operator has a console
open, logged in by form with cookie and CSRF token, and takes incidents from report to cancellation, one command a second on average.
A command's time counts from when it was due, so that one which waits for another of the same operator is not forgotten. Afterwards the
same operators send without a pause: what the platform takes at most.
"""

import asyncio
import gc
import random
import secrets
import statistics
import time
from http.cookies import SimpleCookie

import aiohttp
import uvloop

from bench.console_sockets import ConsoleSocket
from bench.running_city import PASSWORD, RunningCity, running_city
from web.access.sessions import COOKIE, CSRF_COOKIE, CSRF_HEADER

OPERATORS = 100
PERIOD_S = 1.0
_ON_DUTY_ONE_IN = 10
_WARM_UP_S = 5.0
_MEASURED_S = 40.0
_SATURATED_S = 10.0
_LOGINS_AT_ONCE = 4


class Operator:
    """One account at one console."""

    def __init__(self, http: aiohttp.ClientSession, base: str, name: str, area: str) -> None:
        self._http, self._base, self._name, self._area = http, base, name, area
        self._headers: dict[str, str] = {}
        self._incident, self._step = "", 0
        self.token = ""

    async def log_in(self) -> None:
        """As the form does; keeps the cookies as a browser does."""
        body = {"username": self._name, "password": PASSWORD}
        async with self._http.post(f"{self._base}/api/v1/session", json=body) as said:
            if said.status != 200:
                raise SystemExit(f"{self._name} was not let in: {await said.text()}")
            self.token = (await said.json())["access_token"]
            cookies = SimpleCookie()
            for line in said.headers.getall("Set-Cookie"):
                cookies.load(line)
        half = cookies[CSRF_COOKIE].value
        both = f"{COOKIE}={cookies[COOKIE].value}; {CSRF_COOKIE}={half}"
        self._headers = {"Cookie": both, CSRF_HEADER: half, "Accept": "application/json"}

    async def act(self) -> None:
        """Send the next command and wait for its answer. Raises SystemExit when it is not 200."""
        path, body = self._next()
        headers = {**self._headers, "Idempotency-Key": secrets.token_hex(16)}
        async with self._http.post(f"{self._base}/api/v1/incidents{path}", json=body, headers=headers) as said:
            answer = await said.json()
            if said.status != 200:
                raise SystemExit(f"{path}: {said.status} {answer}")
        if self._step == 0:
            self._incident = answer["created"][0]
        self._step = (self._step + 1) % 5

    def _next(self) -> tuple[str, dict[str, object]]:
        match self._step:
            case 0:
                place = {"lat_wgs84": 37.4 + random.uniform(-0.2, 0.2), "lon_wgs84": 118.0 + random.uniform(-0.2, 0.2),  # noqa: S311
                         "area": f"{self._area}001000", "name": "天桥下"}  # fmt: skip
                return "", {"source": "hotline", "place": place, "urgency": "urgent", "description": "一位老人坐在桥下,穿得很薄"}
            case 1:
                return f"/{self._incident}/receive", {}
            case 2:
                return f"/{self._incident}/file", {"quota": 2}
            case 3:
                return f"/{self._incident}/notes", {"note": "已联系附近志愿者,十分钟内到"}
            case _:
                return f"/{self._incident}/cancel", {"reason": "家属已接走"}


async def _paced(operator: Operator, until_s: float, rng: random.Random, spent_s: list[float]) -> None:
    due_s = time.monotonic() + rng.uniform(0, PERIOD_S)
    while due_s < until_s:
        await asyncio.sleep(due_s - time.monotonic())
        await operator.act()
        spent_s.append(time.monotonic() - due_s)
        due_s += rng.uniform(0.5, 1.5) * PERIOD_S


async def _hurried(operator: Operator, until_s: float, spent_s: list[float]) -> None:
    while (began_s := time.monotonic()) < until_s:
        await operator.act()
        spent_s.append(time.monotonic() - began_s)


async def _measure(city: RunningCity) -> dict[str, float]:
    names = city.operators(OPERATORS)
    city.clock_on(_ON_DUTY_ONE_IN)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as http:
        operators = [Operator(http, city.url, name, area) for name, area in names]
        some = asyncio.Semaphore(_LOGINS_AT_ONCE)

        async def enter(operator: Operator) -> ConsoleSocket:
            async with some:
                await operator.log_in()
                console = ConsoleSocket(http, city.url, operator.token)
                await console.open()
                return console

        consoles = await asyncio.gather(*map(enter, operators))
        gc.freeze()  # the city's registers are in this process too, and its operators do not share their pauses
        rng = random.Random(1)  # noqa: S311 - the operators' pace
        paced: list[float] = []
        await asyncio.gather(*(_paced(one, time.monotonic() + _WARM_UP_S, rng, []) for one in operators))
        await asyncio.gather(*(_paced(one, time.monotonic() + _MEASURED_S, rng, paced) for one in operators))
        hurried: list[float] = []
        await asyncio.gather(*(_hurried(one, time.monotonic() + _SATURATED_S, hurried) for one in operators))
        await asyncio.gather(*(console.close() for console in consoles))
    return {
        "answer_p99_ms": sorted(paced)[len(paced) * 99 // 100] * 1000,
        "answer_p50_ms": statistics.median(paced) * 1000,
        "answers_at_most_per_s": len(hurried) / _SATURATED_S,
    }


def measure() -> dict[str, float]:
    """One run; see bench/goals.py for what the names mean."""
    with running_city() as city:
        return uvloop.run(_measure(city))


if __name__ == "__main__":
    print(measure())
