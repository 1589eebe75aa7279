"""Commands in, commits out: by real worker processes on a real broker, whatever happens to them."""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
import redis
from kafka import KafkaProducer

from contracts.runtime import Runtime
from contracts.topics import COMMANDS
from nuandeng.embedded.session import RunningKafka
from stream.access import kafka_settings, topic
from stream.audit import verify
from stream.commands import CommandGate, client_command_id
from stream.deadletters import list_dead_letters, resend_dead_letter
from stream.readmodel.read import read_room
from stream.replay import replay
from tests.conftest import broker
from tests.integration.stream.conftest import Workers, until
from tests.integration.stream.small_city import COUNTIES, OPERATOR, ask, hotline
from tests.integration.stream.standing_log import live_is_replayed, standing_commits

# One of its own: after a kill, a broker first looks through the topics of every test there was.
kafka = pytest.fixture(scope="module", name="kafka")(broker)


@pytest.fixture
def gate(runtime: Runtime) -> Iterator[CommandGate]:
    made = CommandGate(runtime)
    yield made
    made.close()


class Load:
    """Sends commands from a thread until stopped; keeps the identifiers that Kafka acknowledged. Some are sent twice."""

    def __init__(self, runtime: Runtime, per_s: float) -> None:
        self._gate, self._pause_s = CommandGate(runtime), 1 / per_s
        self._over = threading.Event()
        self.acknowledged: list[str] = []
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        chance, number = random.Random(5), 0
        while not self._over.wait(self._pause_s):
            number += 1
            code = COUNTIES[number % len(COUNTIES)]
            command_id = client_command_id("load", str(number))
            try:
                for _ in range(2 if chance.random() < 0.1 else 1):
                    sent = self._gate.send(hotline(code, number), jurisdiction=code, command_id=command_id, actor=OPERATOR)
            except Exception:  # noqa: BLE001, S112 - a broker that is away refuses; only what it took counts
                continue
            if sent:
                self.acknowledged.append(command_id)

    def stop(self) -> list[str]:
        self._over.set()
        self._thread.join()
        self._gate.close()
        return self.acknowledged


@contextmanager
def load(runtime: Runtime, per_s: float = 150) -> Iterator[Load]:
    running = Load(runtime, per_s)
    try:
        yield running
    finally:
        running.stop()


def standing(runtime: Runtime) -> Counter[str]:
    """How often each command stands in the log."""
    found: Counter[str] = Counter()
    for state in replay(runtime).states.values():
        found.update(state.remembered.keys())
    return found


def all_in_the_log_once(runtime: Runtime, acknowledged: list[str]) -> None:
    """Nothing lost and nothing doubled; the log verifies."""
    until(lambda: not set(acknowledged) - standing(runtime).keys(), "every acknowledged command is in the log", 60)
    verified = verify(runtime)
    assert verified.bad is None
    commands = Counter(commit.command_id for commit in standing_commits(runtime))
    assert [command for command, times in commands.items() if times > 1] == []


def test_a_command_becomes_a_commit_a_document_and_an_answer(
    runtime: Runtime, workers: Workers, store: redis.Redis, gate: CommandGate
) -> None:
    """What an operator sends is in the log, in the read model and answered; the replayed digest equals the live one."""
    workers.start("dispatcher")
    workers.start("projector")
    answers = [ask(gate, hotline(code), code, code, seconds=60) for code in COUNTIES]
    assert all(answer.accepted and answer.created for answer in answers)
    again = ask(gate, hotline("371602"), "371602", "371602")
    assert again == answers[0], "the same key is the same command"
    live_is_replayed(runtime, store)
    assert sorted(read_room(store, "371602").documents["incident"]) == list(answers[0].created)
    assert workers.stop("dispatcher") == 0
    assert workers.stop("projector") == 0


def test_poison_is_put_aside_and_the_writer_goes_on(runtime: Runtime, workers: Workers, gate: CommandGate) -> None:
    """Bytes that are no command, and commands for nobody, end as dead letters with their place; what follows is decided."""
    producer = KafkaProducer(**kafka_settings(runtime))
    chance = random.Random(1)
    poison = [b"", b"{", b"\xff\xfe", b"null", b'{"id": 1}', b"[" * 5000, bytes(chance.randbytes(300))]
    for raw in poison:
        producer.send(topic(runtime, COMMANDS), raw, key=b"371602", partition=1)
    producer.flush()
    gate.send(hotline("999999"), jurisdiction="999999", command_id="nowhere", actor=OPERATOR)
    workers.start("dispatcher")
    workers.start("projector")
    assert ask(gate, hotline("371602"), "371602", "after", seconds=60).accepted
    until(lambda: len(list(list_dead_letters(runtime))) >= len(poison) + 1, "all poison is put aside")
    letters = list(list_dead_letters(runtime))
    assert Counter(one.letter.reason for one in letters) == {"unreadable": len(poison), "unknown_jurisdiction": 1}
    assert {one.letter.topic for one in letters} == {topic(runtime, COMMANDS)}
    assert resend_dead_letter(runtime, letters[0].number) == topic(runtime, COMMANDS)
    until(lambda: len(list(list_dead_letters(runtime))) >= len(poison) + 2, "the resent one comes back")
    producer.close()


def test_killed_workers_lose_and_double_nothing(runtime: Runtime, workers: Workers, store: redis.Redis) -> None:
    """Two dispatchers and a projector, killed with kill -9 in turn under load: every acknowledged command stands once."""
    workers.start("dispatcher", "a")
    workers.start("dispatcher", "b")
    workers.start("projector")
    with load(runtime) as running:
        until(lambda: len(standing(runtime)) > 100, "the load is decided", 40)
        for name in ("a", "b"):
            workers.kill(name)
            before = len(standing(runtime))
            until(lambda before=before: len(standing(runtime)) > before + 200, "the other one has taken over", 40)  # type: ignore[misc]
            workers.start("dispatcher", name)
        workers.kill("projector")
        workers.start("projector")
        acknowledged = running.stop()
    all_in_the_log_once(runtime, acknowledged)
    live_is_replayed(runtime, store)


def test_a_writer_that_slept_through_a_take_over_is_fenced(runtime: Runtime, workers: Workers, store: redis.Redis) -> None:
    """A paused dispatcher wakes up after another has taken its partitions: whatever it still writes does not stand."""
    workers.start("dispatcher", "a")
    workers.start("projector")
    with load(runtime) as running:
        until(lambda: len(standing(runtime)) > 50, "the load is decided", 40)
        workers.start("dispatcher", "b")
        for name in ("a", "b"):
            workers.pause(name)
            before = len(standing(runtime))
            time.sleep(7.5)  # longer than the group's session: the pause itself is what is tested
            until(lambda before=before: len(standing(runtime)) > before + 100, "the other one has taken over", 40)  # type: ignore[misc]
            workers.resume(name)
        acknowledged = running.stop()
    all_in_the_log_once(runtime, acknowledged)
    live_is_replayed(runtime, store)


def test_a_killed_broker_loses_and_doubles_nothing(
    runtime: Runtime, workers: Workers, store: redis.Redis, kafka: RunningKafka
) -> None:
    """kill -9 of Kafka under load: everything resumes by itself, and what was acknowledged stands once."""
    workers.start("dispatcher")
    workers.start("projector")
    with load(runtime) as running:
        until(lambda: len(standing(runtime)) > 50, "the load is decided", 40)
        kafka.kill()
        kafka.restart()
        before = len(standing(runtime))
        until(lambda: len(standing(runtime)) > before + 100, "it goes on", 60)
        acknowledged = running.stop()
    all_in_the_log_once(runtime, acknowledged)
    live_is_replayed(runtime, store)
    workers.check()


def test_snapshots_shorten_a_start_and_odd_ones_are_ignored(
    runtime: Runtime, workers: Workers, store: redis.Redis, gate: CommandGate
) -> None:
    """A restart begins at the snapshot; a damaged one costs only time; commands known before it stay known."""
    workers.start("dispatcher")
    workers.start("projector")
    first = ask(gate, hotline("371602"), "371602", "first", seconds=60)
    assert workers.stop("dispatcher") == 0
    folder = Path(runtime.data_dir) / "snapshots"
    assert len(list(folder.glob("*.snapshot"))) == 1
    workers.start("dispatcher")
    assert ask(gate, hotline("371602"), "371602", "first", seconds=60) == first
    assert ask(gate, hotline("371602"), "371602", "second", seconds=60).sequence > first.sequence
    assert workers.stop("dispatcher") == 0
    for path in folder.glob("*.snapshot"):
        path.write_bytes(path.read_bytes()[:-10] + b"0123456789")
    workers.start("dispatcher")
    third = ask(gate, hotline("371602"), "371602", "third", seconds=60)
    assert third.sequence > first.sequence + 1
    assert third.created != first.created
    assert "snapshot_ignored" in workers.log("dispatcher")
    live_is_replayed(runtime, store)


def test_a_deadline_is_kept_over_a_restart(runtime: Runtime, workers: Workers, store: redis.Redis, gate: CommandGate) -> None:
    """A clock that ran out while nobody was there is recorded when somebody is again, once."""
    workers.start("dispatcher")
    workers.start("projector")
    created = ask(gate, hotline("371602"), "371602", "urgent", seconds=60).created[0]
    workers.kill("dispatcher")
    until(lambda: time.time() * 1000 > _document(store, created)["clock"]["started_at_ms"] + 32_000, "half of the minute is over", 60)
    workers.start("dispatcher")
    until(lambda: _document(store, created)["clock"]["alerted"] >= 50, "the alert at half time is recorded", 30)
    alerts = [commit for commit in standing_commits(runtime) if any("ClockAlerted" in str(type(event)) for event in commit.events)]
    assert len({alert.command_id for alert in alerts}) == len(alerts)
    assert all(alert.command_id.startswith("sys:") for alert in alerts)


def _document(store: redis.Redis, incident: str) -> dict:  # type: ignore[type-arg]
    raw = store.hget("doc:371602:incident", incident)
    assert raw is not None
    return msgspec.json.decode(raw)  # type: ignore[no-any-return]
