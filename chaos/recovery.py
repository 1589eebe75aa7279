"""When all is as before a fault: in each county commands are answered, a console and a phone show them, and whoever was hit beats."""

import itertools
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import redis

from chaos.acknowledged import Notes
from chaos.city import logins, probe_phone, station
from chaos.ground import Ground
from chaos.person import OverError, Person, now_ms
from chaos.plan import Fault
from chaos.screens import Phone, Screen, until
from contracts.terms import Role

GIVEN_UP_S = 90.0


class _Probe(NamedTuple):
    """Somebody whose command nobody else gives, and where it shows. body, shows: for the number of a round."""

    what: str
    person: Person
    path: str
    body: Callable[[int], dict[str, Any]]
    shows: Callable[[int], bool]


class Probes:
    """A station in each county whose beds nobody else sets, on a console that sees them all; and a volunteer's duty, on their phone."""

    def __init__(self, ground: Ground, screen: Screen, phones: Mapping[str, Phone], notes: Notes) -> None:
        """phones: by account, those of `probe_phone` among them, or none."""
        self._ground, self._screen, self._phones = ground, screen, phones
        self._beating = ground.parts.tree.beating
        self._over = threading.Event()
        people = [
            Person(ground.base, login, notes, self._over, pause_s=0.05, request_s=2.5)
            for login in logins() if login.role is Role.STATION or (login.account in phones and login.unit == probe_phone(login.area))
        ]  # fmt: skip
        self._probes = [self._of_console(one) if one.login.role is Role.STATION else self._of_phone(one) for one in people]
        self._values = itertools.count(1)
        self._run = now_ms()
        self._store = redis.Redis.from_url(ground.runtime.valkey_url, socket_timeout=1, socket_connect_timeout=1, decode_responses=True)
        for person in people:
            assert person.token  # noqa: S101 - logged in before anything is broken

    def recovered(self, faults: Sequence[Fault]) -> tuple[float, list[str]]:
        """Wait until it is; return the seconds that took, and what did not come within GIVEN_UP_S."""
        began_s, began_ms = time.monotonic(), now_ms()
        missing: list[str] = []
        took: list[float] = []
        value = next(self._values)

        def ask(probe: _Probe) -> None:
            try:
                answer = probe.person.send(probe.path, probe.body(value), f"probe-{self._run}-{value}")
            except OverError:
                missing.append(f"the probe of {probe.what} was not answered")
                return
            if answer is None:
                missing.append(f"the probe of {probe.what} was refused")
                return
            left_s = GIVEN_UP_S - (time.monotonic() - began_s)
            if until(lambda: probe.shows(value), left_s):
                took.append(time.monotonic() - began_s)
            else:
                missing.append(f"{probe.what} does not show its probe")

        threads = [threading.Thread(target=ask, args=(one,), daemon=True) for one in self._probes]
        for thread in threads:
            thread.start()
        for part in {fault.part for fault in faults} & set(self._beating):
            if until(lambda part=part: self._beat((part,), began_ms), GIVEN_UP_S):  # type: ignore[misc]
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
        until(lambda: self._ground.parts.all_run() and self._beat(self._beating, since_ms), within_s)
        return [part for part in self._beating if not self._beat((part,), since_ms)]

    def close(self) -> None:
        """Disconnect."""
        self._over.set()
        for probe in self._probes:
            probe.person.close()
        self._store.close()

    def _of_console(self, person: Person) -> _Probe:
        code = person.login.area

        def shows(value: int) -> bool:
            shown = self._screen.document(code, f"point/{station(code)}")
            return shown is not None and bool(shown["beds_free"] == value)

        return _Probe(f"the console of {code}", person, f"/points/{station(code)}/beds", lambda value: {"beds_free": value}, shows)

    def _of_phone(self, person: Person) -> _Probe:
        unit, phone = probe_phone(person.login.area), self._phones[person.login.account]

        def shows(value: int) -> bool:
            shown = phone.mine()
            return shown is not None and [one["state"] for one in shown["me"]] == [_duty(value)]

        return _Probe(f"the phone of {unit}", person, f"/units/{unit}/duty", lambda value: {"state": _duty(value)}, shows)

    def _beat(self, parts: Sequence[str], since_ms: int) -> bool:
        pids = self._ground.parts.pids()
        try:
            with self._store.pipeline(transaction=False) as pipeline:
                for part in parts:
                    pipeline.hgetall(f"worker:{part}")
                beats = pipeline.execute()
        except redis.RedisError:
            return False
        # Its own clock may have been moved: the process that beats is what counts, and that it went on beating.
        return all(
            beat.get("pid") == str(pids.get(part)) and int(beat["at_ms"]) >= since_ms - 1_500
            for part, beat in zip(parts, beats, strict=True)
        )


def _duty(value: int) -> str:
    """Another one in each round."""
    return ("off_duty", "available")[value % 2]
