"""When all is as before a fault: a probe's command is answered and the screen shows it, in every county, and whoever was hit beats."""

import itertools
import threading
import time
from collections.abc import Sequence

import redis

from chaos.acknowledged import Notes
from chaos.city import logins, station
from chaos.ground import Ground
from chaos.person import OverError, Person, now_ms
from chaos.plan import Fault
from chaos.screens import Screen, until
from contracts.terms import Role

GIVEN_UP_S = 90.0


class Probes:
    """A station in each county whose beds nobody else sets, and a screen that sees them all."""

    def __init__(self, ground: Ground, screen: Screen, notes: Notes) -> None:
        self._ground, self._screen = ground, screen
        self._beating = ground.parts.tree.beating
        self._over = threading.Event()
        self._people = {
            login.area: Person(ground.base, login, notes, self._over, pause_s=0.05, request_s=2.5)
            for login in logins() if login.role is Role.STATION
        }  # fmt: skip
        self._values = itertools.count(1)
        self._run = now_ms()
        for person in self._people.values():
            assert person.token  # noqa: S101 - logged in before anything is broken

    def recovered(self, faults: Sequence[Fault]) -> tuple[float, list[str]]:
        """Wait until it is; return the seconds that took, and what did not come within GIVEN_UP_S."""
        began_s, began_ms = time.monotonic(), now_ms()
        missing: list[str] = []
        took: list[float] = []
        value = next(self._values)

        def probe(code: str, person: Person) -> None:
            try:
                answer = person.send(f"/points/{station(code)}/beds", {"beds_free": value}, f"probe-{self._run}-{value}")
            except OverError:
                missing.append(f"the probe of {code} was not answered")
                return
            if answer is None:
                missing.append(f"the probe of {code} was refused")
                return
            left_s = GIVEN_UP_S - (time.monotonic() - began_s)
            if until(lambda: self._shows(code, value), left_s):
                took.append(time.monotonic() - began_s)
            else:
                missing.append(f"the screen does not show the probe of {code}")

        threads = [threading.Thread(target=probe, args=one, daemon=True) for one in self._people.items()]
        for thread in threads:
            thread.start()
        for part in {fault.part for fault in faults} & set(self._beating):
            if until(lambda part=part: self._beats(part, began_ms), GIVEN_UP_S):  # type: ignore[misc]
                took.append(time.monotonic() - began_s)
            else:
                missing.append(f"{part} is not heard")
        for thread in threads:
            thread.join(max(0.1, GIVEN_UP_S - (time.monotonic() - began_s)))
        if any(thread.is_alive() for thread in threads):
            self._over.set()
            for thread in threads:
                thread.join(5)
            self._over.clear()
        return max(took, default=GIVEN_UP_S), missing

    def all_beat(self, within_s: float) -> list[str]:
        """Wait until every part runs and is heard; return those that are not."""
        since_ms = now_ms()
        until(lambda: self._ground.parts.all_run() and all(self._beats(part, since_ms) for part in self._beating), within_s)
        return [part for part in self._beating if not self._beats(part, since_ms)]

    def close(self) -> None:
        """Disconnect."""
        self._over.set()
        for person in self._people.values():
            person.close()

    def _shows(self, code: str, value: int) -> bool:
        shown = self._screen.document(code, f"point/{station(code)}")
        return shown is not None and shown["beds_free"] == value

    def _beats(self, part: str, since_ms: int) -> bool:
        try:
            with redis.Redis.from_url(self._ground.runtime.valkey_url, socket_timeout=1, decode_responses=True) as store:
                beat = store.hgetall(f"worker:{part}")
        except redis.RedisError:
            return False
        # Its own clock may have been moved: the process that beats is what counts, and that it went on beating.
        return beat.get("pid") == str(self._ground.parts.pid(part)) and int(beat["at_ms"]) >= since_ms - 1_500
