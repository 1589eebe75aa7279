"""Who keeps the platform busy: operators, volunteers, cameras, weather. Each acts in a thread of its own, and all can be made to pause."""

import itertools
import random
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import msgspec
from kafka import KafkaProducer
from kafka.errors import KafkaError

from chaos.acknowledged import Notes
from chaos.city import COUNTIES, LAT, LON, Login, cameras, logins, place, volunteers
from chaos.person import OverError, Person, now_ms
from chaos.screens import Phone
from contracts.observations import Detections, Look
from contracts.runtime import Runtime
from contracts.terms import Role
from contracts.topics import OBSERVATIONS
from contracts.values import Box
from stream.access import kafka_settings, topic
from stream.partition import partition_of
from stream.producers import close_producer


class Actor(Protocol):
    """One who acts. pause_s: between two steps."""

    pause_s: float

    def step(self) -> None:
        """Do one thing, to its end. Raises OverError."""

    def close(self) -> None:
        """Disconnect."""


class Gate:
    """Holds actors between two steps."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self._busy: set[str] = set()
        self._lock = threading.Lock()
        self.over = threading.Event()

    def resume(self) -> None:
        """Let everybody act."""
        self._open.set()

    def pause(self, within_s: float) -> list[str]:
        """Stop everybody after the present step; return who is still in one when the time is over."""
        self._open.clear()
        deadline = time.monotonic() + within_s
        while True:
            with self._lock:
                busy = sorted(self._busy)
            if not busy or time.monotonic() > deadline:
                return busy
            time.sleep(0.02)

    def run(self, name: str, actor: Actor) -> None:
        """Act until it is over."""
        try:
            while not self.over.is_set():
                if not self._open.wait(0.2):
                    continue
                with self._lock:
                    self._busy.add(name)
                try:
                    if self._open.is_set():
                        actor.step()
                finally:
                    with self._lock:
                        self._busy.discard(name)
                self.over.wait(actor.pause_s)
        except OverError:
            pass
        finally:
            actor.close()


class Load:
    """All actors of a run."""

    def __init__(self, base: str, runtime: Runtime, notes: Notes, seed: int, phones: Mapping[str, Phone]) -> None:
        """phones: by account, of volunteers who look at one."""
        self.gate = Gate()
        self._threads: list[threading.Thread] = []
        chance = random.Random(seed)  # noqa: S311 - what is simulated must be repeatable

        def person(login: Login) -> Person:
            return Person(base, login, notes, self.gate.over)

        everybody = list(logins())
        of_city = {login.role: login for login in everybody if login.area == "3716"}
        actors: dict[str, Actor] = {}
        for code in COUNTIES:
            operator = next(login for login in everybody if login.area == code and login.role is Role.OPERATOR)
            responders = [login for login in everybody if login.area == code and login.unit in volunteers(code)]
            desk = Desk(person(operator), person(of_city[Role.SUPERVISOR]), person(of_city[Role.VERIFIER]), code, chance.random())
            actors[f"desk-{code}"] = desk
            actors[f"volunteers-{code}"] = Volunteers([person(login) for login in responders], phones, chance.random())
        actors["cameras"] = Cameras(runtime)
        actors["weather"] = Weather(person(of_city[Role.ADMIN]))
        for name, actor in actors.items():
            self._threads.append(threading.Thread(target=self.gate.run, args=(name, actor), name=name, daemon=True))

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()
        self.gate.resume()

    def stop(self) -> None:
        """End; what waits for an answer is given up."""
        self.gate.over.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(20)


class Desk:
    """A county's operator, with the city's supervisor and verifier: cases from the report on, some of them left to their clocks.

    Cases that nobody took up in time are cancelled: with more and more of them open, clocks would ring all the time, and no pause be quiet.
    """

    pause_s = 0.5
    _WAITS = "reported,received,filed,on_hold,dispatched"
    _WAITS_MS, _TIDIED_EVERY, _TIDIED_AT_ONCE = 45_000, 8, 20

    def __init__(self, operator: Person, supervisor: Person, verifier: Person, code: str, seed: float) -> None:
        self._operator, self._supervisor, self._verifier, self._code = operator, supervisor, verifier, code
        self._chance = random.Random(seed)  # noqa: S311
        self._numbers = itertools.count(1)
        self._run = now_ms()
        self._steps = 0

    def step(self) -> None:
        """One new case, as far as it goes at once; then what has been fed back; now and then what waits for too long."""
        self._steps += 1
        if self._steps % self._TIDIED_EVERY == 0:
            self._tidy()
        chance = self._chance.random()
        incident = self._report("very_urgent" if self._chance.random() < 0.6 else "urgent")
        if incident is None or chance < 0.1:  # nobody receives it: its clock runs out
            return
        self._do(self._operator, incident, "receive", {})
        if chance < 0.15:
            self._do(self._operator, incident, "cancel", {"reason": "误报"})
            return
        self._do(self._operator, incident, "file", {"quota": self._chance.choice((1, 1, 2))})
        if chance < 0.3:
            wake_at_ms = now_ms() + self._chance.randrange(2_000, 12_000)
            self._do(self._supervisor, incident, "hold", {"wake_at_ms": wake_at_ms, "reason": "等待"})
        else:
            self._dispatch(incident)
        self._finish()

    def close(self) -> None:
        """Disconnect all three."""
        for person in (self._operator, self._supervisor, self._verifier):
            person.close()

    def _report(self, urgency: str) -> str | None:
        where = place(self._code, self._chance.uniform(-400, 400))
        body = {
            "place": {"lat_wgs84": where.lat_wgs84, "lon_wgs84": where.lon_wgs84, "area": where.area, "name": where.name},
            "urgency": urgency, "description": "穿灰棉袄的老人",
        }  # fmt: skip
        answer = self._operator.send("/incidents", body, self._key())
        return str(answer["created"][0]) if answer else None

    def _dispatch(self, incident: str) -> None:
        advice = self._operator.get(f"/incidents/{incident}/recommendation")
        candidates = [one for one in advice["candidates"] if one["wave"] == 1] if advice else []
        if candidates:
            self._do(self._operator, incident, "dispatch", {"candidates": candidates[:3]})

    def _finish(self) -> None:
        for state, who, step, body in (
            ("feedback", self._verifier, "verify", {"accepted": True}), ("verified", self._operator, "close", {}),
        ):  # fmt: skip
            page = self._operator.get("/incidents", state=state, jurisdiction=self._code, limit=3)
            for one in page["items"] if page else ():
                self._do(who, one["id"], step, body)

    def _tidy(self) -> None:
        page = self._operator.get("/incidents", state=self._WAITS, jurisdiction=self._code, limit=200)
        before_ms = now_ms() - self._WAITS_MS
        old = [one for one in page["items"] if one["reported_at_ms"] < before_ms] if page else []
        for one in old[-self._TIDIED_AT_ONCE :]:
            self._do(self._operator, one["id"], "cancel", {"reason": "无人应答"})

    def _do(self, who: Person, incident: str, step: str, body: dict[str, Any]) -> None:
        who.send(f"/incidents/{incident}/{step}", body, self._key())

    def _key(self) -> str:
        return f"{self._code}-{self._run}-{next(self._numbers)}"


class Volunteers:
    """A county's volunteers take turns: where am I, what am I asked, the next move of my task."""

    pause_s = 0.3
    _NEXT = {"accepted": "en_route", "en_route": "on_scene", "on_scene": "contacted", "contacted": "cleared"}

    def __init__(self, people: list[Person], phones: Mapping[str, Phone], seed: float) -> None:
        """phones: by account, of those who look at one."""
        self._people, self._phones = people, phones
        self._turns: Iterator[Person] = itertools.cycle(people)
        self._chance = random.Random(seed)  # noqa: S311
        self._numbers = itertools.count(1)
        self._run = now_ms()

    def step(self) -> None:
        """One volunteer's turn."""
        who = next(self._turns)
        fix = {"lat_wgs84": LAT + self._chance.uniform(-0.003, 0.003), "lon_wgs84": LON, "at_ms": now_ms(), "accuracy_m": 10}
        phone = self._phones.get(who.login.account)
        if phone is None:
            who.post("/positions", {"fixes": [fix]})
            shown = who.get("/field")
        else:
            phone.tell_position(fix)
            shown = phone.mine()
        for me in shown["me"] if shown else ():
            if me.get("state") == "returning" and self._chance.random() < 0.7:
                who.send(f"/units/{who.login.unit}/duty", {"state": "available"}, self._key())
        for task in shown["task"] if shown else ():
            self._go_on(who, task)

    def close(self) -> None:
        """Disconnect everybody."""
        for person in self._people:
            person.close()

    def _go_on(self, who: Person, task: dict[str, Any]) -> None:
        state, chance = task["state"], self._chance.random()
        if state == "offered":
            if chance < 0.75:  # else nobody answers, for now or until the window ends
                who.send(f"/assignments/{task['id']}/answer", {"accept": chance < 0.6, "reason": ""}, self._key())
        elif state == "contacted" and chance < 0.9:
            body = {"disposition": "supplies_left", "note": "已送棉衣"}
            who.send(f"/incidents/{task['incident']}/disposition", body, self._key())
            who.send(f"/assignments/{task['id']}/move", {"to": "cleared"}, self._key())
        elif state in self._NEXT and chance < 0.9:
            who.send(f"/assignments/{task['id']}/move", {"to": self._NEXT[state]}, self._key())

    def _key(self) -> str:
        return f"{self._run}-{next(self._numbers)}"


class Cameras:
    """Looks as the video adapter publishes them: at each camera somebody stays for a minute of the cameras' time, and then nobody does."""

    pause_s = 0.2
    _LOOKS, _STAYS, _EVERY_MS = 26, 13, 5_000
    _STANDING = Box(x0=0.4, y0=0.4, x1=0.5, y1=0.7, score=0.8)

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._topic = topic(runtime, OBSERVATIONS)
        self._producer: Any = None
        self._looks = 0
        # Their time passes faster than ours, and begins long enough ago never to overtake it.
        self._began_ms = now_ms() - 40 * 3_600_000

    def step(self) -> None:
        """Every camera looks once; what Kafka does not take is lost, as it is for a camera."""
        try:
            if self._producer is None:
                self._producer = KafkaProducer(**kafka_settings(self._runtime), acks="all", max_block_ms=1000, delivery_timeout_ms=8000,
                                               request_timeout_ms=4000, bootstrap_timeout_ms=2000, enable_idempotence=False)  # fmt: skip
            number = self._looks % self._LOOKS
            captured_at_ms = self._began_ms + self._looks * self._EVERY_MS
            look = Look(captured_at_ms=captured_at_ms, boxes=(self._STANDING,) if number < self._STAYS else ())
            for code in COUNTIES:
                for camera in cameras(code):
                    seen = Detections(camera=camera, jurisdiction=code, looks=(look,), adapter="chaos")
                    self._producer.send(self._topic, msgspec.json.encode(seen), key=code.encode(), partition=partition_of(code))
        except KafkaError:
            pass
        self._looks += 1

    def close(self) -> None:
        """Disconnect."""
        if self._producer is not None:
            close_producer(self._producer)


class Weather:
    """Cold waves, pushed as CAP messages: one after the other, each over by itself after half a minute."""

    pause_s = 9.0

    def __init__(self, admin: Person) -> None:
        self._admin = admin
        self._run = now_ms()
        self._numbers = itertools.count(1)

    def step(self) -> None:
        """One message; sent again until the platform has it."""
        number = next(self._numbers)
        now = datetime.now(UTC)
        message = _CAP.format(
            identifier=f"chaos-{self._run}-{number}", sent=_iso(now), expires=_iso(now + timedelta(seconds=30)),
            colour=("橙", "红")[number % 2], severity=("Severe", "Extreme")[number % 2], code=COUNTIES[number % len(COUNTIES)],
        ).encode()  # fmt: skip
        for _ in range(20):
            if self._admin.post("/weather/warnings", raw=message) == 202:
                return
            time.sleep(0.5)

    def close(self) -> None:
        """Disconnect."""
        self._admin.close()


_CAP = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>{identifier}</identifier><sender>chaos@example.test</sender><sent>{sent}</sent>
  <status>Actual</status><msgType>Alert</msgType><scope>Public</scope>
  <info><language>zh-CN</language><category>Met</category><event>寒潮</event><urgency>Expected</urgency><severity>{severity}</severity>
    <certainty>Likely</certainty><effective>{sent}</effective><expires>{expires}</expires><headline>寒潮{colour}色预警</headline>
    <area><areaDesc>county</areaDesc><geocode><valueName>GB/T 2260</valueName><value>{code}</value></geocode></area>
  </info>
</alert>
"""


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
