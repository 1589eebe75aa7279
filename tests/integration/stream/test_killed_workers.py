"""The workers between the log and the world, each killed with kill -9 again and again while it has work: nothing is lost or done twice.

One run for all of them, because each start takes seconds: effects, sightings and weather are fed at once,
and each is killed whenever its own work has come to the point where it is to be killed.
"""

import contextlib
import json
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import http_ece
import pytest
import redis

from contracts import events as e
from contracts.effects import CallUp, FindWave, NotifyUnit
from contracts.runtime import Runtime
from contracts.terms import DeliveryStatus, Source
from nuandeng.embedded.guard import Guard
from nuandeng.embedded.session import RunningKafka, RunningValkey
from stream.audit import verify
from stream.deadletters import list_dead_letters
from stream.heartbeat import read_heartbeats
from stream.push import add_subscription
from stream.replay import replay
from stream.vault.keystore import FileKeyStore
from stream.vault.secrets import SecretsStore
from tests.integration.stream.conftest import Workers, fresh_runtime, until, workers_of
from tests.integration.stream.loads import CITY, Dispatches, Load, Stays, Warnings, answers, owed_ever, settle_city
from tests.integration.stream.small_city import COUNTIES
from tests.integration.stream.standing_log import live_is_replayed
from tests.unit.stream.test_push import PushService, phone

# How much is done since the last kill when the next comes: in the middle of its work; with the first thing that it does of what has piled
# up, before it could tell anybody how far it came; and, after the last of these, right after it has told how far it came.
KILL_AFTER_DONE = (10, 1, 30)
PILED_UP = 3


class Run:
    """What the tests look at. killed: per role, what became of killing it."""

    def __init__(self, runtime: Runtime, push_service: PushService) -> None:
        self.runtime, self.push_service = runtime, push_service
        self.phone, self.phone_key, self.phone_auth = phone(f"http://127.0.0.1:{push_service.server_port}/phone")
        self.dispatches, self.stays, self.warnings = Dispatches(runtime), Stays(runtime), Warnings(runtime)
        self.killed: dict[str, Future[None]] = {}

    @property
    def loads(self) -> tuple[Load, ...]:
        """All."""
        return self.dispatches, self.stays, self.warnings

    def rang(self) -> Counter[tuple[str, str]]:
        """How often the phones were told of each task, by template."""
        messages = [http_ece.decrypt(body, private_key=self.phone_key, auth_secret=self.phone_auth) for _, body in self.push_service.taken]
        told = [json.loads(message) for message in messages]
        return Counter((message["assignment"], message["template"]) for message in told if "assignment" in message)


def _feed(load: Load, over: threading.Event) -> None:
    try:
        while not over.wait(load.pause_s):
            load.step()
    finally:
        load.finish()


def _kill_again_and_again(load: Load, workers: Workers, store: redis.Redis) -> None:
    done = 0
    for number, more in enumerate(KILL_AFTER_DONE, start=1):
        until(lambda done=done, more=more: load.done() >= done + more, f"{load.role} has done {more} more", 60)  # type: ignore[misc]
        if number == len(KILL_AFTER_DONE):
            acknowledged = _acknowledged(store, load.role)
            until(lambda before=acknowledged: _acknowledged(store, load.role) > before, f"{load.role} says how far it is", 30)  # type: ignore[misc]
        workers.kill(load.role)
        done, given = load.done(), load.given()
        until(lambda given=given: load.given() >= given + PILED_UP, f"work for {load.role} piles up", 30)  # type: ignore[misc]
        workers.start(load.role)
    until(lambda: load.done() > done, f"{load.role} works again", 60)


def _acknowledged(store: redis.Redis, role: str) -> int:
    # It may be at work before it has beaten for the first time.
    return int(read_heartbeats(store).get(role, {}).get("progress", 0))


@pytest.fixture(scope="module")
def run(kafka: RunningKafka, valkey: RunningValkey, server_guard: Guard, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """The city after the kills. Its workers are still there and at work."""
    folder = tmp_path_factory.mktemp("killed")
    runtime = fresh_runtime(kafka, valkey, folder)
    service = PushService()
    serving = threading.Thread(target=service.serve_forever)
    serving.start()
    made = Run(runtime, service)
    over = threading.Event()
    store = redis.Redis.from_url(runtime.valkey_url)
    try:
        with workers_of(runtime, folder, server_guard) as workers, ThreadPoolExecutor(6) as threads:
            for role in ("dispatcher", "projector", "effects", "sightings", "weather"):
                workers.start(role)
            secrets = SecretsStore(Path(runtime.secrets_store), FileKeyStore(Path(runtime.keystore)))
            for unit in settle_city(runtime):
                add_subscription(secrets, unit, made.phone, local=True)
            feeding = [threads.submit(_feed, load, over) for load in made.loads]
            made.killed = {load.role: threads.submit(_kill_again_and_again, load, workers, store) for load in made.loads}
            for killing in made.killed.values():
                killing.exception()
            over.set()
            for one in feeding:
                one.result()
            yield made
    finally:
        over.set()
        for load in made.loads:
            load.log.close()
        store.close()
        service.shutdown()
        serving.join()
        service.server_close()


def test_what_is_owed_is_done_once(run: Run) -> None:
    """Effects: every search finds its wave once, every message has one record and did reach the phone, nothing is owed still."""
    run.killed["effects"].result()
    log = run.dispatches.log
    until(lambda: all(len(run.warnings.plan_changes(code)) >= len(run.warnings.expected(code)) for code in COUNTIES), "plans rest", 60)
    # Windows end meanwhile, and the next wave is owed: at some moment nothing is. A second result would never go away.
    until(lambda: answers(log) == Counter(dict.fromkeys(owed_ever(log), 1)), "everything owed has its result, and one", 60)
    owed = owed_ever(log)
    kinds = Counter(type(effect) for effect in owed.values())
    assert kinds[FindWave] >= run.dispatches.given() > 0
    assert kinds[NotifyUnit] > 0
    assert kinds[CallUp] > 0
    events = [event for commit in log.commits() for event in commit.events]
    waves = Counter((event.incident, event.wave) for event in events if isinstance(event, e.WaveStarted | e.WaveEmpty))
    assert waves == Counter((effect.incident, effect.wave) for effect in owed.values() if isinstance(effect, FindWave))
    assert set(waves.values()) == {1}
    offered = Counter((event.incident, event.candidate.unit) for event in events if isinstance(event, e.OfferMade))
    assert set(offered.values()) == {1}, "nobody is asked twice for the same person"
    deliveries = [event for event in events if isinstance(event, e.DeliveryRecorded)]
    assert {delivery.status for delivery in deliveries} == {DeliveryStatus.SENT}
    assert {delivery.assignment for delivery in deliveries} == {assignment for assignment, template in run.rang() if template == "offer"}
    assert {code: dict(state.owed) for code, state in replay(run.runtime).states.items() if state.owed} == {}


def test_everybody_who_stays_is_one_incident(run: Run) -> None:
    """Sightings: no stay is missed, begins later than it did, or is opened twice; nobody who walks past is one."""
    run.killed["sightings"].result()
    with contextlib.suppress(AssertionError):  # what follows says who is missing
        until(lambda: run.stays.done() >= len(run.stays.stayed()), "everybody who stayed is an incident", 60)
    assert sorted(set(run.stays.stayed()) - set(run.stays.opened())) == [], "missed, or begun later than they came"
    assert Counter(run.stays.opened()) == Counter(run.stays.stayed())
    sources = Counter(incident.source for state in replay(run.runtime).states.values() for incident in state.incidents.values())
    assert sources[Source.CAMERA] == len(run.stays.stayed())


def test_plans_follow_every_warning_once(run: Run) -> None:
    """Weather: each county's plan is activated, changed and reversed as if nobody had been killed, and none is in force in the end."""
    run.killed["weather"].result()
    for code in COUNTIES:
        expected = run.warnings.expected(code)
        until(lambda code=code, expected=expected: len(run.warnings.plan_changes(code)) >= len(expected), f"{code}'s plan is reverted", 60)  # type: ignore[misc]
        assert run.warnings.plan_changes(code) == expected
    until(lambda: not any(state.warnings for state in replay(run.runtime).states.values()), "no warning is live", 30)
    states = replay(run.runtime).states
    assert states.keys() == {CITY, *COUNTIES}
    assert not any(state.in_force for state in states.values())


def test_the_log_verifies_and_is_what_the_read_model_shows(run: Run, store_of_run: redis.Redis) -> None:
    """After all kills: an unbroken chain, nothing put aside, and the live digest is the replayed one."""
    for killing in run.killed.values():
        killing.result()
    assert verify(run.runtime).bad is None
    assert [one.letter.reason for one in list_dead_letters(run.runtime)] == []
    live_is_replayed(run.runtime, store_of_run)


@pytest.fixture
def store_of_run(run: Run) -> Iterator[redis.Redis]:
    client = redis.Redis.from_url(run.runtime.valkey_url)
    yield client
    client.close()
