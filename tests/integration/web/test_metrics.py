"""What Prometheus reads is what the workers said and what stands on the board."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any

import pytest
import redis.asyncio
from prometheus_client.parser import text_string_to_metric_families

from contracts.runtime import Runtime
from contracts.terms import Role
from stream.heartbeat import Heartbeat, write_beat
from tests.integration.web.town import COUNTY
from web.app import Web
from web.clock import now_ms

Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


def beat(runtime: Runtime, name: str, lag: int = 0, counters: Mapping[str, int] | None = None) -> None:
    """One heartbeat, as a worker sends it."""

    async def send() -> None:
        async with redis.asyncio.Redis.from_url(runtime.valkey_url) as store:
            await Heartbeat(store, name).beat(progress=1, lag=lag, counters=counters)

    asyncio.run(send())


def figures(web: Web) -> Figures:
    """Every sample of /metrics."""
    text = web.app.test_client().get("/metrics").text
    families = text_string_to_metric_families(text)
    return {(sample.name, frozenset(sample.labels.items())): sample.value for family in families for sample in family.samples}


def labels(**given: str) -> frozenset[tuple[str, str]]:
    return frozenset(given.items())


def test_a_workers_counts_come_through_its_heartbeat(web: Web, runtime: Runtime) -> None:
    """With the unit of the name: milliseconds become seconds; a family's label is what stands after the colon."""
    counted = {"commands": 9, "commits": 8, "rejected:wrong_state": 2, "recoveries": 1, "recovery_ms": 1500}
    beat(runtime, "dispatcher", lag=7, counters=counted)
    beat(runtime, "effects", counters={"push:sent": 3, "push:push_service_500": 1, "owed": 4})
    beat(runtime, "video-adapter", counters={"cadence_ms:0.95": 2100, "looks": 40, "letters:unreadable": 1})
    found = figures(web)
    assert found["nuandeng_worker_lag_records", labels(worker="dispatcher")] == 7
    assert found["nuandeng_commands_decided_total", labels(worker="dispatcher")] == 9
    assert found["nuandeng_commits_total", labels(worker="dispatcher")] == 8
    assert found["nuandeng_commands_rejected_total", labels(worker="dispatcher", code="wrong_state")] == 2
    assert found["nuandeng_recovery_seconds_total", labels(worker="dispatcher")] == 1.5
    assert found["nuandeng_push_messages_total", labels(worker="effects", result="push_service_500")] == 1
    assert found["nuandeng_effects_owed", labels(worker="effects")] == 4
    assert found["nuandeng_camera_cadence_seconds", labels(worker="video-adapter", quantile="0.95")] == 2.1
    assert found["nuandeng_dead_letters_total", labels(worker="video-adapter", reason="unreadable")] == 1


def test_a_count_that_nobody_told_is_nought(web: Web, runtime: Runtime) -> None:
    """So that the first failure of a night is an increase."""
    beat(runtime, "dispatcher")
    assert figures(web)["nuandeng_decide_failures_total", labels(worker="dispatcher")] == 0


def test_a_part_that_fell_silent_grows_old(web: Web, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its heartbeat vanishes from Valkey; its age, and that of the read model, go on growing here."""
    beat(runtime, "projector")
    assert figures(web)["nuandeng_part_up", labels(part="projector")] == 1
    with redis.Redis.from_url(runtime.valkey_url) as store:
        store.delete("worker:projector")
    later_ms = now_ms() + 60_000
    monkeypatch.setattr("web.platform_figures.now_ms", lambda: later_ms)
    found = figures(web)
    assert found["nuandeng_part_up", labels(part="projector")] == 0
    assert 60 <= found["nuandeng_heartbeat_age_seconds", labels(part="projector")] < 70
    assert 60 <= found["nuandeng_read_model_age_seconds", labels()] < 70


def test_half_a_heartbeat_hides_nobody(web: Web, runtime: Runtime) -> None:
    """Whatever somebody writes under such a key, the others' figures are told."""
    beat(runtime, "dispatcher", lag=2)
    with redis.Redis.from_url(runtime.valkey_url) as store:
        write_beat(store, "stranger", {"at_ms": now_ms()})
    assert figures(web)["nuandeng_worker_lag_records", labels(worker="dispatcher")] == 2


def test_a_part_never_heard_is_away(web: Web) -> None:
    """The five workers and this installation's adapters are expected."""
    found = figures(web)
    assert {part for (name, pairs), value in found.items() for _, part in pairs if name == "nuandeng_part_up" and value == 0} == {
        "dispatcher", "projector", "effects", "sightings", "weather", "video-adapter", "weather-adapter",
    }  # fmt: skip


def test_valkey_away_is_a_figure(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prometheus still gets an answer, or nobody would be woken up."""

    def away(_store: Any) -> None:
        raise redis.ConnectionError("away")

    monkeypatch.setattr("web.platform_figures.read_heartbeats", away)
    assert figures(web)["nuandeng_valkey_up", labels()] == 0


def test_a_board_that_never_came_is_old(web: Web) -> None:
    """A web process that cannot load its board must not look fresh."""
    web.services.follower.contact_ms = 0
    assert figures(web)["nuandeng_web_feed_age_seconds", labels()] > 0


def test_incidents_and_cameras_are_counted(web: Web, person: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """By state, by what is asked and since when, by status; nothing of a closed incident."""
    place = {"lat_wgs84": 37.38, "lon_wgs84": 117.97, "area": f"{COUNTY}001002", "name": "天桥"}
    operator = person(Role.OPERATOR)
    first, second = (operator.post("/incidents", {"place": place, "description": text}).json["created"][0] for text in ("一", "二"))
    for step, body in (("receive", {}), ("reject", {"reason": "重复"})):
        assert operator.post(f"/incidents/{second}/{step}", body).status_code == 200
    incident = web.services.board.incident(first)
    assert incident is not None
    assert incident.asked is not None
    since_ms = incident.clock.started_at_ms if incident.clock else incident.timeline[-1].at_ms
    monkeypatch.setattr(web.services.clock, "now_ms", lambda: since_ms + 90_000)
    found = figures(web)
    assert found["nuandeng_incidents_open", labels(state=incident.state.value, simulated="false")] == 1
    assert found["nuandeng_incident_oldest_asked_seconds", labels(asked=incident.asked.value, simulated="false")] == 90
    assert ("nuandeng_incidents_open", labels(state="rejected", simulated="false")) not in found
    assert found["nuandeng_cameras", labels(status="unknown", simulated="false")] == 2


def test_every_name_says_its_unit_or_counts(web: Web, runtime: Runtime) -> None:
    """Seconds, records; a counter ends in _total; nothing is told in milliseconds."""
    beat(runtime, "dispatcher")
    names = {family.name for family in text_string_to_metric_families(web.app.test_client().get("/metrics").text)}
    assert len(names) > 40
    assert all(re.fullmatch(r"nuandeng_[a-z_]+", name) for name in names), names
    assert not [name for name in names if re.search(r"_(ms|millis|minutes|age|lag|cadence)$", name)]
