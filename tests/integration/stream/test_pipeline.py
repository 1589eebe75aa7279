"""From a camera's detections to an offer on a phone, through every worker; and what may go wrong on the way."""

import random
import time
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import redis
from kafka import KafkaProducer

from contracts.commands import AnswerOffer, DispatchIncident, FileIncident, MoveAssignment, ReceiveIncident
from contracts.observations import CameraHealth, Detections, IntakeReport, Look, Position, Positions, WeatherWarning
from contracts.runtime import Runtime
from contracts.terms import (
    AssignmentState,
    CameraStatus,
    Hazard,
    Role,
    Source,
    Urgency,
    WarningKind,
    WarningLevel,
)
from contracts.topics import OBSERVATIONS, POSITIONS, REPORTS, WARNINGS
from contracts.values import Actor, Box
from nuandeng.embedded.session import RunningValkey
from stream.access import kafka_settings, topic
from stream.commands import CommandGate
from stream.deadletters import list_dead_letters
from stream.heartbeat import read_heartbeats
from stream.partition import partition_of
from stream.readmodel import keys
from stream.readmodel.read import live_digest, read_changes, read_room
from stream.replay import replay
from tests.integration.stream.conftest import Workers, until
from tests.integration.stream.small_city import LAT, LON, OPERATOR, ask, hotline, place, register

CODE = "371602"


@pytest.fixture
def gate(runtime: Runtime) -> Iterator[CommandGate]:
    made = CommandGate(runtime)
    yield made
    made.close()


@pytest.fixture
def facts(runtime: Runtime) -> Iterator["Facts"]:
    made = Facts(runtime)
    yield made
    made.producer.close()


class Facts:
    """What adapters and the web process would send."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.producer = KafkaProducer(**kafka_settings(runtime))

    def send(self, name: str, fact: object, key: str = CODE) -> None:
        raw = fact if isinstance(fact, bytes) else msgspec.json.encode(fact)
        partition = partition_of(key) if name in (OBSERVATIONS, POSITIONS) else 0
        self.producer.send(topic(self._runtime, name), raw, key=key.encode(), partition=partition).get(10)

    def fix(self, unit: str, north_m: float = 0.0) -> None:
        now_ms = time.time_ns() // 1_000_000
        position = Position(unit=unit, lat_wgs84=LAT + north_m / 111_195, lon_wgs84=LON, at_ms=now_ms, accuracy_m=10)
        self.send(POSITIONS, Positions(jurisdiction=CODE, fixes=(position,)))


def documents(store: redis.Redis, kind: str, code: str = CODE) -> dict[str, Any]:
    return {id_: msgspec.json.decode(raw) for id_, raw in read_room(store, code).documents[kind].items()}


def one(store: redis.Redis, kind: str, id_: str) -> Any:
    return documents(store, kind).get(id_, {})


def standing_person(from_ms: int, seconds: int) -> list[Look]:
    box = Box(x0=0.4, y0=0.4, x1=0.5, y1=0.7, score=0.8)
    return [Look(captured_at_ms=from_ms + second * 1000, boxes=(box,)) for second in range(0, seconds, 5)]


def test_from_detections_to_an_accepted_offer(
    runtime: Runtime, workers: Workers, store: redis.Redis, gate: CommandGate, facts: Facts
) -> None:
    """A camera sees somebody stay; the incident opens; the nearest are found by GEO and asked; one goes and arrives by the geofence."""
    for role in ("dispatcher", "projector", "sightings", "effects"):
        workers.start(role)
    register(gate, CODE)
    for number in range(6):
        facts.fix(f"{CODE}-u{number}", north_m=100.0 * (number + 1))
    until(lambda: store.zcard(f"geo:{CODE}:volunteer:free") == 6, "all six are on the map", 20)
    start_ms = time.time_ns() // 1_000_000 - 100_000
    for look in standing_person(start_ms, 60):
        facts.send(OBSERVATIONS, Detections(camera=f"{CODE}-c1", jurisdiction=CODE, looks=(look,), adapter="test"))
    until(lambda: documents(store, "incident"), "the sighting opened an incident", 30)
    incident = next(iter(documents(store, "incident")))
    assert one(store, "incident", incident)["source"] == "camera"
    assert one(store, "incident", incident)["sighting"]["cameras"] == [f"{CODE}-c1"]
    # The same detections again, as after a rebalance: nothing new.
    for look in standing_person(start_ms, 60):
        facts.send(OBSERVATIONS, Detections(camera=f"{CODE}-c1", jurisdiction=CODE, looks=(look,), adapter="test"))
    ask(gate, ReceiveIncident(incident=incident), CODE, "receive")
    ask(gate, FileIncident(incident=incident, urgency=Urgency.VERY_URGENT), CODE, "file")
    assert ask(gate, DispatchIncident(incident=incident, candidates=()), CODE, "dispatch").accepted
    until(lambda: one(store, "incident", incident)["assignments"], "the first wave is asked", 20)
    offered = [task["unit"] for task in one(store, "incident", incident)["assignments"]]
    assert offered == [f"{CODE}-u0", f"{CODE}-u1", f"{CODE}-u2"], "the three nearest"
    task = one(store, "incident", incident)["assignments"][0]
    until(lambda: one(store, "incident", incident)["assignments"][0]["deliveries"], "its push was tried", 20)
    assert one(store, "incident", incident)["assignments"][0]["deliveries"][0]["status"] == "failed", "no phone is subscribed"
    responder = Actor(account="u0", role=Role.RESPONDER, area=CODE, unit=f"{CODE}-u0")
    assert ask(gate, AnswerOffer(assignment=task["id"], accept=True), CODE, "accept", responder).accepted
    until(lambda: store.zcard(f"geo:{CODE}:volunteer:busy") == 1, "the one who goes is busy on the map", 10)
    assert ask(gate, MoveAssignment(assignment=task["id"], to=AssignmentState.EN_ROUTE, eta_s=60), CODE, "go", responder).accepted
    until(lambda: _arrive(facts, store, incident), "arrived by itself after 30 s inside", 60)
    assert one(store, "incident", incident)["state"] == "in_progress"
    assert len(documents(store, "incident")) == 1
    beats = read_heartbeats(store)
    assert set(beats) == {"dispatcher", "projector", "sightings", "effects"}
    until(lambda: all(int(fields["lag"]) == 0 for fields in read_heartbeats(store).values()), "no worker lags", 20)
    live = live_digest(store)
    assert live.digest == replay(runtime, at=live.offsets).digest


def _arrive(facts: Facts, store: redis.Redis, incident: str) -> bool:
    facts.fix(f"{CODE}-u0", north_m=5.0)
    time.sleep(0.5)  # a phone's rhythm
    return bool(one(store, "incident", incident)["assignments"][0]["state"] == "on_scene")


def test_warnings_cases_and_camera_health_reach_whom_they_concern(
    runtime: Runtime, workers: Workers, store: redis.Redis, gate: CommandGate, facts: Facts
) -> None:
    """A city-wide warning activates each county's plan, its cancellation reverts it; a case is one incident; a blind camera shows."""
    for role in ("dispatcher", "projector", "sightings", "weather"):
        workers.start(role)
    for code in (CODE, "371622"):
        register(gate, code, volunteers=1)
    now_ms = time.time_ns() // 1_000_000
    warning = WeatherWarning(
        identifier="w1", sender="s", kind=WarningKind.ALERT, hazard=Hazard.COLD_WAVE, level=WarningLevel.RED, headline="寒潮红色预警",
        areas=("371600",), sent_at_ms=now_ms, effective_at_ms=now_ms - 1000, expires_at_ms=now_ms + 3_600_000,
    )  # fmt: skip
    facts.send(WARNINGS, warning, key="w1")
    for code in (CODE, "371622"):
        until(lambda code=code: documents(store, "plan", code)["plan"]["active"], f"{code}'s plan is active", 40)  # type: ignore[misc]
    cancel = msgspec.structs.replace(warning, identifier="w2", kind=WarningKind.CANCEL, references=("w1",), areas=(CODE,))
    facts.send(WARNINGS, cancel, key="w2")
    for code in (CODE, "371622"):
        until(lambda code=code: not documents(store, "plan", code)["plan"]["active"], f"{code}'s plan is reverted", 20)  # type: ignore[misc]
    case = IntakeReport(
        reference="A1", jurisdiction=CODE, source=Source.CASE_FEED, vendor="v", urgency=Urgency.URGENT, place=place(CODE),
        reported_at_ms=now_ms,
    )  # fmt: skip
    for _ in range(2):
        facts.send(REPORTS, case)
    until(lambda: documents(store, "incident"), "the case is an incident", 20)
    facts.send(
        OBSERVATIONS,
        CameraHealth(camera=f"{CODE}-c1", jurisdiction=CODE, status=CameraStatus.UNWATCHED, reason="too_dark", at_ms=now_ms, adapter="t"),
    )
    until(lambda: one(store, "camera", f"{CODE}-c1")["reason"] == "too_dark", "the blind camera says so", 20)
    assert len(documents(store, "incident")) == 1


def test_hostile_bytes_in_every_topic_end_as_dead_letters(
    runtime: Runtime, workers: Workers, store: redis.Redis, gate: CommandGate, facts: Facts
) -> None:
    """Garbage, wrong types, unknown cameras and impossible places stop nobody: each is put aside, and what follows is used."""
    for role in ("dispatcher", "projector", "sightings", "weather"):
        workers.start(role)
    register(gate, CODE, volunteers=1)
    chance = random.Random(3)
    garbage = [b"\x00" * 10, b"{}", b'{"type":"Detections.1"}', chance.randbytes(200), b"[" * 3000]
    for name in (OBSERVATIONS, WARNINGS, REPORTS, POSITIONS):
        for raw in garbage:
            facts.send(name, raw)
    facts.send(OBSERVATIONS, Detections(camera="nobody", jurisdiction=CODE, looks=(), adapter="t"))
    far = Position(unit=f"{CODE}-u0", lat_wgs84=1e300, lon_wgs84=0.0, at_ms=0)
    facts.send(POSITIONS, Positions(jurisdiction=CODE, fixes=(far,)))
    until(lambda: len(list(list_dead_letters(runtime))) >= 4 * len(garbage) + 1, "all of it is put aside", 40)
    letters = [one.letter for one in list_dead_letters(runtime)]
    for name in (OBSERVATIONS, WARNINGS, REPORTS, POSITIONS):
        assert sum(letter.topic == topic(runtime, name) and letter.reason == "unreadable" for letter in letters) == len(garbage)
    assert [letter.reason for letter in letters if letter.reason != "unreadable"] == ["unknown_camera"]
    facts.fix(f"{CODE}-u0")
    until(lambda: store.zcard(f"geo:{CODE}:volunteer:free") == 1, "positions go on", 20)
    workers.check()


def test_a_wiped_store_is_rebuilt_from_the_log(  # noqa: PLR0917 - fixtures
    runtime: Runtime, workers: Workers, store: redis.Redis, gate: CommandGate, facts: Facts, valkey: RunningValkey
) -> None:
    """All data gone, with nothing written meanwhile: the read model comes back under another epoch, answers and map included."""
    for role in ("dispatcher", "projector"):
        workers.start(role)
    register(gate, CODE, volunteers=2)
    facts.fix(f"{CODE}-u0")
    answer = ask(gate, hotline(CODE), CODE, "case")
    before = live_digest(store)
    valkey.wipe()
    until(lambda: store.get("epoch") is not None, "there is an epoch again", 40)
    after = live_digest(store)
    assert after.epoch != before.epoch
    assert (after.offsets, after.digest) == (before.offsets, before.digest)
    assert ask(gate, hotline(CODE), CODE, "case") == answer, "who asked before the loss still gets the answer"
    until(lambda: store.zcard(f"geo:{CODE}:volunteer:free") == 1, "who is where is known again", 20)
    assert ask(gate, hotline(CODE, 1), CODE, "next").sequence == answer.sequence + 1
    workers.check()


def test_answers_that_were_lost_come_back_though_the_projector_died_over_them(
    runtime: Runtime, workers: Workers, store: redis.Redis, gate: CommandGate
) -> None:
    """The read model was built anew, and whoever built it was killed before the answers of the last day were in it again."""
    for role in ("dispatcher", "projector"):
        workers.start(role)
    register(gate, CODE, volunteers=1)
    answer = ask(gate, hotline(CODE), CODE, "case")
    until(lambda: store.get(keys.ANSWERED) == store.get(keys.EPOCH), "the first epoch has all its answers", 20)
    workers.kill("projector")
    store.delete(keys.ANSWERED, keys.answer(answer.command_id))
    workers.start("projector")
    until(lambda: gate.answer(answer.command_id, 0) == answer, "the answer is there again", 40)
    until(lambda: store.get(keys.ANSWERED) == store.get(keys.EPOCH), "and it is known that none is missing", 20)


def test_a_read_model_of_another_release_is_made_anew(runtime: Runtime, workers: Workers, store: redis.Redis, gate: CommandGate) -> None:
    """After an upgrade documents that an older projector wrote must not stand beside those of the new one."""
    for role in ("dispatcher", "projector"):
        workers.start(role)
    register(gate, CODE, volunteers=2)
    ask(gate, hotline(CODE), CODE, "case")
    before = live_digest(store)
    workers.kill("projector")
    store.set("fold", 1)
    key = f"doc:{CODE}:unit"
    store.hset(key, f"{CODE}-u0", b'{"written":"otherwise"}')
    assert live_digest(store).digest != before.digest
    workers.start("projector")
    until(lambda: store.get("epoch") not in {None, (before.epoch or "").encode()}, "there is another epoch", 40)
    after = live_digest(store)
    assert (after.offsets, after.digest) == (before.offsets, before.digest)
    workers.check()


def test_a_snapshot_and_the_changes_equal_a_fresh_snapshot(
    runtime: Runtime, workers: Workers, store: redis.Redis, gate: CommandGate
) -> None:
    """A client that joined at any moment and applied the feed holds exactly what a client sees that joins now."""
    for role in ("dispatcher", "projector", "effects"):
        workers.start(role)
    register(gate, CODE)
    chance = random.Random(11)
    joined = []
    known: list[str] = []
    for number in range(60):
        if chance.random() < 0.2:
            joined.append(read_room(store, CODE))
        kind = chance.randrange(4)
        if kind == 0 or not known:
            known += ask(gate, hotline(CODE, number), CODE, f"n{number}").created
        elif kind == 1:
            ask(gate, ReceiveIncident(incident=chance.choice(known)), CODE, f"n{number}")
        elif kind == 2:
            ask(gate, FileIncident(incident=chance.choice(known)), CODE, f"n{number}")
        else:
            ask(gate, DispatchIncident(incident=chance.choice(known), candidates=()), CODE, f"n{number}", OPERATOR)
    workers.kill("projector")
    workers.start("projector")
    ask(gate, hotline(CODE, 99), CODE, "last", seconds=30)
    fresh = read_room(store, CODE)
    for room in joined:
        changes = read_changes(store, CODE, room.sequence)
        assert changes.entries is not None
        sequence = room.sequence
        for raw in changes.entries:
            entry = msgspec.json.decode(raw)
            assert entry["sequence"] == sequence + 1
            sequence += 1
            if sequence > fresh.sequence:
                break
            for change in entry["changes"]:
                table = room.documents.setdefault(change["kind"], {})
                if change["document"] is None:
                    table.pop(change["id"], None)
                else:
                    table[change["id"]] = change["document"]
        for name, documents_now in fresh.documents.items():
            held = {id_: msgspec.json.decode(row) if isinstance(row, bytes) else row for id_, row in room.documents[name].items()}
            assert held == {id_: msgspec.json.decode(row) for id_, row in documents_now.items()}
    assert joined
