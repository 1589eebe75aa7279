"""A plan that dispatches by itself comes into force while much waits: the offers of the whole county go out together."""

import time
from collections import Counter
from collections.abc import Iterator

import msgspec
import pytest
import redis

from contracts import events as e
from contracts.commands import ConfigurePlans, FileIncident, OverridePlan, ReceiveIncident, RegisterUnits, ReportIncident, SetDuty
from contracts.observations import Position, Positions
from contracts.registry_entries import PlanEntry, UnitEntry
from contracts.runtime import Runtime
from contracts.terms import Hazard, Shortfall, Source, UnitKind, UnitState, Urgency, WarningLevel
from contracts.topics import POSITIONS
from contracts.values import PlanSettings
from dispatch.recommend.batch import BETTER_ELSEWHERE
from stream.access import topic
from stream.commands import CommandGate
from stream.heartbeat import read_heartbeats
from stream.partition import partition_of
from tests.integration.stream.conftest import Workers, until
from tests.integration.stream.small_city import ADMIN, LAT, LON, OPERATOR, SUPERVISOR, ask, place
from tests.integration.stream.standing_log import StandingLog, live_is_replayed

CODE = "371602"
_PLACES = 6
_APART_M = 9_000.0
# Of each place two incidents and two volunteers: the one in between is the nearest of both, and the only one whom the second could have.
_FIRST_M, _SECOND_M, _BETWEEN_M, _BEHIND_M = 0.0, 1_200.0, 300.0, -400.0


@pytest.fixture
def gate(runtime: Runtime) -> Iterator[CommandGate]:
    made = CommandGate(runtime)
    yield made
    made.close()


def test_many_incidents_are_offered_at_once_and_nobody_twice(
    runtime: Runtime, workers: Workers, store: redis.Redis, gate: CommandGate
) -> None:
    """Who could be served is served, where one search after the other would have left a half of them without; who could not be says why."""
    for role in ("dispatcher", "projector", "effects"):
        workers.start(role)
    _settle(gate, runtime)
    until(lambda: store.zcard(f"geo:{CODE}:volunteer:free") == 2 * _PLACES, "all are on the map", 20)
    waiting = {_filed(gate, number, metres): (number, metres) for number in range(_PLACES) for metres in (_FIRST_M, _SECOND_M)}
    # Out of everybody's reach.
    lonely = _filed(gate, _PLACES, 0.0)
    body = OverridePlan(plan="cold-red", active=True, reason="寒潮", expires_at_ms=time.time_ns() // 1_000_000 + 3_600_000)
    assert ask(gate, body, CODE, "activate", SUPERVISOR).accepted
    log = StandingLog(runtime)
    try:
        until(lambda: len(_first_waves(log)) == len(waiting) + 1, "every search is answered", 30)
        offers = [event for event in _events(log) if isinstance(event, e.OfferMade) and event.candidate.wave == 1]
        dispatched = [commit for commit in log.commits() if any(isinstance(event, e.IncidentDispatched) for event in commit.events)]
        (empty,) = [event for event in _first_waves(log) if isinstance(event, e.WaveEmpty)]
    finally:
        log.close()
    assert len(dispatched) == 1, "the activation's own commit"
    assert max(Counter(offer.candidate.unit for offer in offers).values()) == 1
    asked = {offer.incident: offer.candidate for offer in offers}
    assert len(offers) == len(waiting)
    for incident, (number, metres) in waiting.items():
        assert asked[incident].unit == f"u{number}-{'behind' if metres == _FIRST_M else 'between'}"
        assert (BETTER_ELSEWHERE in asked[incident].reasons) == (metres == _FIRST_M)
        assert "location_fresh" in asked[incident].reasons
    assert empty.incident == lonely
    assert {short.reason for short in empty.shortfalls} <= {Shortfall.OUTSIDE_RADIUS}
    until(lambda: int(read_heartbeats(store)["effects"].get("count.shared_out", 0)) >= len(waiting) + 1, "the worker counts them", 10)
    live_is_replayed(runtime, store)


def _events(log: StandingLog) -> list[object]:
    return [event for commit in log.commits() for event in commit.events]


def _first_waves(log: StandingLog) -> list[e.WaveStarted | e.WaveEmpty]:
    return [event for event in _events(log) if isinstance(event, e.WaveStarted | e.WaveEmpty) and event.wave == 1]


def _settle(gate: CommandGate, runtime: Runtime) -> None:
    """A plan, and two volunteers on duty at each place."""
    settings = PlanSettings(auto_dispatch=True, offer_radii_m=(1_000, 2_000))
    plan = PlanEntry(plan="cold-red", hazard=Hazard.COLD_WAVE, level=WarningLevel.RED, settings=settings, name="寒潮红色")
    places = {f"u{number}-{who}": number * _APART_M + metres for number in range(_PLACES)
              for who, metres in (("between", _BETWEEN_M), ("behind", _BEHIND_M))}  # fmt: skip
    units = tuple(UnitEntry(unit=name, kind=UnitKind.VOLUNTEER, area=CODE + "001000") for name in places)
    for body in (ConfigurePlans(plans=(plan,)), RegisterUnits(units=units)):
        assert ask(gate, body, CODE, type(body).__name__, ADMIN).accepted
    for name in places:
        assert ask(gate, SetDuty(unit=name, state=UnitState.AVAILABLE), CODE, f"duty-{name}", SUPERVISOR).accepted
    now_ms = time.time_ns() // 1_000_000
    fixes = tuple(
        Position(unit=name, lat_wgs84=LAT + north_m / 111_195, lon_wgs84=LON, at_ms=now_ms, accuracy_m=10)
        for name, north_m in places.items()
    )
    raw = msgspec.json.encode(Positions(jurisdiction=CODE, fixes=fixes))
    assert gate.produce(topic(runtime, POSITIONS), raw, key=CODE, partition=partition_of(CODE))


def _filed(gate: CommandGate, number: int, north_m: float) -> str:
    """An incident that waits to be dispatched."""
    where = place(CODE, number * _APART_M + north_m)
    name = f"{number}-{north_m:.0f}"
    report = ReportIncident(source=Source.HOTLINE, place=where, urgency=Urgency.URGENT)
    incident = ask(gate, report, CODE, f"report-{name}").created[0]
    for body in (ReceiveIncident(incident=incident), FileIncident(incident=incident)):
        assert ask(gate, body, CODE, f"{type(body).__name__}-{name}", OPERATOR).accepted
    return incident
