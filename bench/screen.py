"""From a fact in Kafka to the event at a console's socket, at 200 and at 1,000 facts a second, on the platform that `nuandeng up` starts.

Nine facts in ten are a camera's health that changed (`patrol.observations`, through the sightings worker); one is a reported case
(`intake.reports`). Each is used by its Faust agent, decided, committed, projected, and told to every console that may see it; ten are
open, one of them for the whole city, where the clock is stopped. A fact's time counts from when it was due to be produced.
"""

import asyncio
import gc
import itertools
import random
import re
import time
from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple

import aiohttp
import msgspec
import uvloop
from aiokafka import AIOKafkaProducer

from bench.console_sockets import ConsoleSocket
from bench.running_city import CODES, PASSWORD, RunningCity, running_city
from contracts.observations import CameraHealth, IntakeReport
from contracts.terms import CameraStatus, Source, Urgency
from contracts.topics import OBSERVATIONS, REPORTS
from contracts.values import Place
from stream.access import kafka_settings, topic

RATES = {"screen_p99_ms_200": 200, "screen_p99_ms_1000": 1000}
_COUNTY_CONSOLES = 9
_ON_DUTY_ONE_IN = 10
_WARM_UP_S = 4.0
_MEASURED_S = 20.0
_LATE_S = 20.0
_TICK_S = 0.005
_COMMAND = re.compile(rb'"command_id":"(sys:[^"]+)"')


class Fact(NamedTuple):
    """A record and where it goes. command: identifier of the command that follows from it."""

    topic: str
    key: bytes
    raw: bytes
    command: str


class Facts:
    """Facts one after the other. Every tenth is a reported case."""

    def __init__(self, city: RunningCity) -> None:
        self._cameras = [camera for code in CODES for camera in city.drawn.cameras[code]]
        random.Random(1).shuffle(self._cameras)  # noqa: S311 - an order
        self._observations, self._reports = topic(city.runtime, OBSERVATIONS), topic(city.runtime, REPORTS)

    def __iter__(self) -> Iterator[Fact]:
        """Yield them for ever."""
        for number in itertools.count(1):
            yield self._case(number // 10) if number % 10 == 0 else self._health(number - number // 10)

    def _health(self, number: int) -> Fact:
        # Each camera in turn, another status at each turn.
        camera = self._cameras[number % len(self._cameras)]
        watched = number // len(self._cameras) % 2 == 0
        status, at_ms = (CameraStatus.WATCHED if watched else CameraStatus.UNWATCHED), time.time_ns() // 1_000_000
        code = camera.camera[:6]
        fact = CameraHealth(
            camera=camera.camera, jurisdiction=code, status=status, reason="" if watched else "too_dark", at_ms=at_ms, adapter="bench"
        )
        return Fact(self._observations, code.encode(), msgspec.json.encode(fact), f"sys:{camera.camera}:health:{at_ms}:{status}")

    def _case(self, number: int) -> Fact:
        code = CODES[number % len(CODES)]
        place = Place(lat_wgs84=37.4 + number % 97 / 300, lon_wgs84=118.0 + number % 89 / 300, area=f"{code}001000", name="天桥下")
        fact = IntakeReport(
            reference=f"c{number}", jurisdiction=code, source=Source.CASE_FEED, vendor="bench", urgency=Urgency.URGENT, place=place,
            reported_at_ms=time.time_ns() // 1_000_000,
        )  # fmt: skip
        raw = msgspec.json.encode(fact)
        return Fact(self._reports, code.encode(), raw, f"sys:intake:bench:c{number}:{sha256(raw).hexdigest()[:16]}")


class Stopwatch:
    """When each fact was due, and how long after it the console heard of it."""

    def __init__(self) -> None:
        self.due_s: dict[str, float] = {}
        self.spent_s: list[float] = []

    def heard(self, frame: bytes) -> None:
        """Take one frame."""
        found = _COMMAND.search(frame)
        due_s = self.due_s.pop(found[1].decode(), None) if found else None
        if due_s is not None:
            self.spent_s.append(time.monotonic() - due_s)


async def _produce(producer: AIOKafkaProducer, facts: Iterator[Fact], watch: Stopwatch, rate: int, for_s: float) -> int:
    began_s, count = time.monotonic(), 0
    while (now_s := time.monotonic()) < began_s + for_s:
        while began_s + count / rate <= now_s:
            fact = next(facts)
            watch.due_s[fact.command] = began_s + count / rate
            await producer.send(fact.topic, fact.raw, key=fact.key)
            count += 1
        await asyncio.sleep(_TICK_S)
    return count


async def _at_rate(producer: AIOKafkaProducer, facts: Iterator[Fact], watch: Stopwatch, rate: int) -> float:
    await _produce(producer, facts, watch, rate, _WARM_UP_S)
    await _heard_all(watch)
    watch.spent_s.clear()
    sent = await _produce(producer, facts, watch, rate, _MEASURED_S)
    await _heard_all(watch)
    if len(watch.spent_s) < sent:
        raise SystemExit(f"{sent - len(watch.spent_s)} of {sent} facts never reached the screen")
    return sorted(watch.spent_s)[sent * 99 // 100] * 1000


async def _heard_all(watch: Stopwatch) -> None:
    deadline_s = time.monotonic() + _LATE_S
    while watch.due_s and time.monotonic() < deadline_s:  # noqa: ASYNC110 - three times in all
        await asyncio.sleep(0.05)


async def _token(http: aiohttp.ClientSession, base: str, name: str) -> str:
    async with http.post(f"{base}/api/v1/session", json={"username": name, "password": PASSWORD}) as said:
        return str((await said.json())["access_token"])


async def _measure(city: RunningCity) -> dict[str, float]:
    names = [city.supervisor(), *(name for name, _ in city.operators(_COUNTY_CONSOLES))]
    city.clock_on(_ON_DUTY_ONE_IN)
    watch, facts = Stopwatch(), iter(Facts(city))
    # Without waiting for fuller batches: what an adapter waits for is its own affair (20 ms).
    producer = AIOKafkaProducer(**kafka_settings(city.runtime), acks="all", linger_ms=0)
    await producer.start()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        consoles = []
        for number, name in enumerate(names):
            console = ConsoleSocket(http, city.url, await _token(http, city.url, name), watch.heard if number == 0 else None)
            await console.open()
            consoles.append(console)
        gc.freeze()  # the city's registers are in this process too, and its console does not share their pauses
        found = {}
        for figure, rate in RATES.items():
            found[figure] = await _at_rate(producer, facts, watch, rate)
        await asyncio.gather(*(console.close() for console in consoles))
    await producer.stop()
    return found


def measure() -> dict[str, float]:
    """One run; see bench/goals.py for what the names mean."""
    with running_city() as city:
        return uvloop.run(_measure(city))


if __name__ == "__main__":
    print(measure())
