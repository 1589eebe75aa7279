"""What a worker is fed with while it is killed again and again, and what the log must say of it in the end."""

import time
from collections import Counter
from typing import Protocol

import msgspec
from kafka import KafkaProducer

from contracts import events as e
from contracts.commands import (
    AnyBody,
    ConfigurePlans,
    DispatchIncident,
    FileIncident,
    ReceiveIncident,
    RegisterCameras,
    RegisterUnits,
    ReportIncident,
    SetDuty,
)
from contracts.effects import Effect
from contracts.observations import Detections, Look, Position, Positions, WeatherWarning
from contracts.registry_entries import CameraEntry, PlanEntry, UnitEntry
from contracts.runtime import Runtime
from contracts.terms import Hazard, Source, UnitKind, UnitState, Urgency, WarningKind, WarningLevel
from contracts.topics import OBSERVATIONS, POSITIONS, WARNINGS
from contracts.values import Box, Place, PlanSettings
from stream.access import kafka_settings, topic
from stream.commands import CommandGate, client_command_id
from stream.partition import partition_of
from tests.integration.stream.small_city import ADMIN, COUNTIES, LAT, LON, SUPERVISOR, ask, place
from tests.integration.stream.standing_log import StandingLog

CITY = "371600"
CAMERAS = 4
VOLUNTEERS = 100
HOUR_MS = 3_600_000


class Load(Protocol):
    """One worker's. pause_s: between two steps."""

    role: str
    pause_s: float
    log: StandingLog

    def step(self) -> None:
        """Give it something more; from one thread."""

    def finish(self) -> None:
        """Bring to its end what has begun."""

    def given(self) -> int:
        """How much it was given so far."""

    def done(self) -> int:
        """How much of it the log shows; from another thread than `step`."""


class Dispatches:
    """Incidents dispatched one after the other: each owes a search, each search messages to the three that it finds, or the next search."""

    role = "effects"
    pause_s = 0.3

    def __init__(self, runtime: Runtime) -> None:
        self.log = StandingLog(runtime)
        self._gate = CommandGate(runtime)
        self._dispatched = 0

    def step(self) -> None:
        """Dispatch one."""
        number = self._dispatched + 1
        code = COUNTIES[number % len(COUNTIES)]
        # Urgent, not very urgent: no window of an offer ends while we watch.
        body = ReportIncident(source=Source.HOTLINE, place=place(code, number % 50), urgency=Urgency.URGENT)
        incident = ask(self._gate, body, code, f"report-{number}").created[0]
        steps = (ReceiveIncident(incident=incident), FileIncident(incident=incident), DispatchIncident(incident=incident, candidates=()))
        for body_then in steps:
            answer = ask(self._gate, body_then, code, f"{type(body_then).__name__}-{number}")
            assert answer.accepted, answer
        self._dispatched = number

    def finish(self) -> None:
        """Nothing is half begun."""
        self._gate.close()

    def given(self) -> int:
        """Incidents dispatched."""
        return self._dispatched

    def done(self) -> int:
        """Effects whose result is recorded."""
        return sum(answers(self.log).values())


def owed_ever(log: StandingLog) -> dict[tuple[str, str], Effect]:
    """Every effect that was ever owed, by county and name."""
    return {
        (commit.jurisdiction, event.effect.effect): event.effect
        for commit in log.commits()
        for event in commit.events
        if isinstance(event, e.EffectOwed)
    }


def answers(log: StandingLog) -> Counter[tuple[str, str]]:
    """How often the log holds a result of each effect."""
    return Counter(
        (commit.jurisdiction, event.effect)
        for commit in log.commits()
        for event in commit.events
        if isinstance(event, e.EffectRecorded | e.DeliveryRecorded) and event.effect
    )


class Stays:
    """Every minute of its event time, at each camera, one person stays; others walk past. An hour lies between two people of a camera."""

    role = "sightings"
    pause_s = 0.1
    _LOOKS = 13
    _EVERY_MS = 5_000
    _STANDING = Box(x0=0.4, y0=0.4, x1=0.5, y1=0.7, score=0.8)
    _PASSING = Box(x0=0.8, y0=0.3, x1=0.9, y1=0.6, score=0.8)

    def __init__(self, runtime: Runtime) -> None:
        self.log = StandingLog(runtime)
        self._producer = KafkaProducer(**kafka_settings(runtime), acks="all")
        self._topic = topic(runtime, OBSERVATIONS)
        self._began_ms = time.time_ns() // 1_000_000 - 150 * HOUR_MS
        self._looks = 0

    def step(self) -> None:
        """Every camera looks once."""
        people, look = divmod(self._looks, self._LOOKS)
        captured_at_ms = self._began_ms + people * HOUR_MS + look * self._EVERY_MS
        for number, (code, camera) in enumerate(cameras()):
            boxes = (self._STANDING, self._PASSING) if look in (number % 10, number % 10 + 1) else (self._STANDING,)
            seen = Detections(camera=camera, jurisdiction=code, looks=(Look(captured_at_ms=captured_at_ms, boxes=boxes),), adapter="test")
            self._producer.send(self._topic, msgspec.json.encode(seen), key=code.encode(), partition=partition_of(code))
        self._producer.flush(10)
        self._looks += 1

    def finish(self) -> None:
        """Let the last ones stay for their whole minute."""
        while self._looks % self._LOOKS:
            self.step()
        self._producer.close()

    def given(self) -> int:
        """Looks."""
        return self._looks

    def done(self) -> int:
        """Sightings opened."""
        return len(self.opened())

    def opened(self) -> list[tuple[str, int]]:
        """Camera and beginning of every stay that became an incident."""
        events = (event for commit in self.log.commits() for event in commit.events)
        return [(event.camera, event.first_seen_ms) for event in events if isinstance(event, e.SightingOpened)]

    def stayed(self) -> list[tuple[str, int]]:
        """Camera and beginning of every stay there was."""
        people = -(-self._looks // self._LOOKS)
        return [(camera, self._began_ms + number * HOUR_MS) for number in range(people) for _, camera in cameras()]


class Warnings:
    """Alert, update and cancellation, round after round. Every other update is for one county alone, and so ends it in the others."""

    role = "weather"
    pause_s = 0.15

    def __init__(self, runtime: Runtime) -> None:
        self.log = StandingLog(runtime)
        self._producer = KafkaProducer(**kafka_settings(runtime), acks="all")
        self._topic = topic(runtime, WARNINGS)
        self._sent = 0

    def step(self) -> None:
        """Send the next message."""
        number, kind = divmod(self._sent, 3)
        area = COUNTIES[0] if kind == 1 and number % 2 else CITY
        now_ms = time.time_ns() // 1_000_000
        warning = WeatherWarning(
            identifier=f"{'auc'[kind]}{number}", sender="s", kind=(WarningKind.ALERT, WarningKind.UPDATE, WarningKind.CANCEL)[kind],
            hazard=Hazard.COLD_WAVE, level=WarningLevel.ORANGE if kind == 0 else WarningLevel.RED, headline="寒潮", areas=(area,),
            references=((), (f"a{number}",), (f"u{number}",))[kind], sent_at_ms=now_ms, effective_at_ms=now_ms - 60_000,
            expires_at_ms=now_ms + HOUR_MS,
        )  # fmt: skip
        self._producer.send(self._topic, msgspec.json.encode(warning), key=b"w", partition=0).get(10)
        self._sent += 1

    def finish(self) -> None:
        """Cancel what is in force."""
        while self._sent % 3:
            self.step()
        self._producer.close()

    def given(self) -> int:
        """Messages."""
        return self._sent

    def done(self) -> int:
        """Changes of plans."""
        return sum(len(self.plan_changes(code)) for code in COUNTIES)

    def plan_changes(self, code: str) -> list[tuple[str, str, str | None]]:
        """What became of a county's plan, in the order of the log: event, plan, warning."""
        events = (event for commit in self.log.commits() if commit.jurisdiction == code for event in commit.events)
        return [
            (type(event).__name__, event.plan, event.warning)
            for event in events
            if isinstance(event, e.PlanActivated | e.PlanChanged | e.PlanReverted)
        ]

    def expected(self, code: str) -> list[tuple[str, str, str | None]]:
        """The same when every message is used once, in its order."""
        found: list[tuple[str, str, str | None]] = []
        for number in range(self._sent // 3):
            found.append(("PlanActivated", "orange", f"a{number}"))
            if number % 2 and code != COUNTIES[0]:
                found.append(("PlanReverted", "orange", f"a{number}"))
            else:
                found += [("PlanChanged", "red", f"u{number}"), ("PlanReverted", "red", f"u{number}")]
        return found


def cameras() -> list[tuple[str, str]]:
    """County and camera, all of them."""
    return [(code, f"{code}-c{number}") for code in COUNTIES for number in range(CAMERAS)]


def settle_city(runtime: Runtime) -> list[str]:
    """Register cameras far from each other, volunteers on duty around the place of the incidents, and two plans; return the volunteers."""
    gate = CommandGate(runtime)
    everybody: list[str] = []
    last: list[tuple[AnyBody, str]] = []
    for code in COUNTIES:
        units = [f"{code}-u{number}" for number in range(VOLUNTEERS)]
        everybody += units
        entries = tuple(
            CameraEntry(camera=camera, name=camera, place=_corner(code, number), owner="police", dwell_threshold_s=30)
            for number, (county, camera) in enumerate(cameras())
            if county == code
        )
        plans = tuple(
            PlanEntry(
                plan=level.value,
                hazard=Hazard.COLD_WAVE,
                level=level,
                name=level.value,
                settings=PlanSettings(call_up=wanted, message="寒潮"),
            )
            for level, wanted in ((WarningLevel.ORANGE, 2), (WarningLevel.RED, 4))
        )
        volunteers = tuple(UnitEntry(unit=unit, kind=UnitKind.VOLUNTEER, area=code + "001000") for unit in units)
        for body in (RegisterCameras(cameras=entries), ConfigurePlans(plans=plans), RegisterUnits(units=volunteers)):
            gate.send(body, jurisdiction=code, command_id=client_command_id("admin", f"{code}-{type(body).__name__}"), actor=ADMIN)
        for unit in units[:-1]:
            body_of_one = SetDuty(unit=unit, state=UnitState.AVAILABLE)
            gate.send(body_of_one, jurisdiction=code, command_id=client_command_id("sup", f"duty-{unit}"), actor=SUPERVISOR)
        last.append((SetDuty(unit=units[-1], state=UnitState.AVAILABLE), code))
    for body_of_last, code in last:
        assert ask(gate, body_of_last, code, f"duty-last-{code}", SUPERVISOR).accepted
    now_ms = time.time_ns() // 1_000_000
    for code in COUNTIES:
        fixes = tuple(
            Position(unit=f"{code}-u{number}", lat_wgs84=LAT + number * 5 / 111_195, lon_wgs84=LON, at_ms=now_ms, accuracy_m=10)
            for number in range(VOLUNTEERS)
        )
        raw = msgspec.json.encode(Positions(jurisdiction=code, fixes=fixes))
        assert gate.produce(topic(runtime, POSITIONS), raw, key=code, partition=partition_of(code))
    gate.close()
    return everybody


def _corner(code: str, number: int) -> Place:
    return place(code, number * 300.0)
