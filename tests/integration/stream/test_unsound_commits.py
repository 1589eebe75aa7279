"""Somebody with the writer's account writes a commit about something that does not exist: it stops nobody and is named."""

import asyncio
from collections.abc import Iterator

import pytest
import redis
import typer

from contracts import events as e
from contracts.commands import DispatchIncident, FileIncident, ReceiveIncident
from contracts.commit import Commit, digest, encode_commit
from contracts.runtime import Runtime
from contracts.terms import Role
from contracts.topics import COMMITS
from contracts.values import Actor
from nuandeng import audit_commands
from stream.access import kafka_settings, topic
from stream.audit import verify
from stream.commands import CommandGate
from stream.deadletters import list_dead_letters
from stream.log.append import Appender
from stream.partition import partition_of
from stream.past import Past, fold_past
from stream.readmodel.read import read_changes, read_room
from stream.replay import replay, replay_digest
from tests.integration.stream.conftest import Workers, until
from tests.integration.stream.small_city import ask, hotline, register
from tests.integration.stream.standing_log import live_is_replayed, standing_commits

CODE = "371602"


@pytest.fixture
def gate(runtime: Runtime) -> Iterator[CommandGate]:
    made = CommandGate(runtime)
    yield made
    made.close()


def forge(runtime: Runtime, events: tuple[e.Event, ...]) -> Commit:
    """Append the county's next commit, with the right sequence and hash, past every writer."""
    last = [commit for commit in standing_commits(runtime) if commit.jurisdiction == CODE][-1]
    commit = Commit(
        jurisdiction=CODE, sequence=last.sequence + 1, previous=digest(encode_commit(last)), command_id="forged",
        occurred_at_ms=last.occurred_at_ms, actor=Actor(account="mallory", role=Role.SYSTEM), events=events,
    )  # fmt: skip

    async def append() -> None:
        appender = Appender(kafka_settings(runtime, "dispatcher"), topic(runtime, COMMITS))
        await appender.start()
        await appender.append(partition_of(CODE), [(CODE.encode(), encode_commit(commit))])
        await appender.stop()

    asyncio.run(append())
    return commit


def test_a_commit_about_nothing_stops_no_reader_and_is_named(
    runtime: Runtime, workers: Workers, store: redis.Redis, gate: CommandGate, capsys: pytest.CaptureFixture[str]
) -> None:
    """Dispatcher, projector, effects, replay and the past go on after it, with what was before it; audit, dead letters and logs name it."""
    for role in ("dispatcher", "projector", "effects"):
        workers.start(role)
    register(gate, CODE, volunteers=1)
    incident = ask(gate, hotline(CODE), CODE, "report").created[0]
    before = standing_commits(runtime)[-1]
    forged = forge(
        runtime, (e.IncidentReceived(incident=incident, file_due_at_ms=1), e.IncidentReceived(incident="371602-i404", file_due_at_ms=1))
    )
    assert forged.sequence == before.sequence + 1

    assert ask(gate, ReceiveIncident(incident=incident), CODE, "receive").accepted, "the dispatcher decides as if nothing had been said"
    assert ask(gate, FileIncident(incident=incident), CODE, "file").accepted
    assert ask(gate, DispatchIncident(incident=incident, candidates=()), CODE, "dispatch").accepted
    until(
        lambda: any(isinstance(event, e.WaveEmpty | e.WaveStarted) for commit in standing_commits(runtime) for event in commit.events),
        "the effects looked for somebody", 30,
    )  # fmt: skip
    live_is_replayed(runtime, store)
    told = {entry_sequence(raw): raw for raw in read_changes(store, CODE, before.sequence).entries or []}
    assert b'"changes":[]' in told[forged.sequence], "the feed has its line, which changes nothing"
    assert store.get("answer:forged") is None
    assert read_room(store, CODE).documents["incident"].keys() == {incident}

    replayed = replay(runtime)
    assert [(one.jurisdiction, one.sequence) for one in replayed.unsound] == [(CODE, forged.sequence)]
    until(lambda: replay_digest(runtime).digest == replay(runtime).digest, "on one core or on all, when nothing is written in between")
    past = Past(CODE, to_sequence=forged.sequence)
    asyncio.run(fold_past(runtime, past))
    assert past.state.incidents[incident].state == "reported", "the first half of it was not taken either"

    verified = verify(runtime)
    assert verified.bad is None, "the chain is whole"
    assert [(one.jurisdiction, one.sequence) for one in verified.unsound] == [(CODE, forged.sequence)]
    until(lambda: "unsound_commit" in {letter.reason for _, letter in list_dead_letters(runtime)}, "it is among the dead letters")
    letter = next(letter for _, letter in list_dead_letters(runtime) if letter.reason == "unsound_commit")
    assert (letter.topic, "mallory" in letter.detail, "371602-i404" in letter.detail) == (topic(runtime, COMMITS), True, True)
    for worker in ("dispatcher", "projector", "effects"):
        assert "unsound_commit" in workers.log(worker)

    with pytest.raises(typer.Exit):
        audit_commands.tell(verified, [])
    assert f"UNSOUND: partition {partition_of(CODE)}" in capsys.readouterr().out


def entry_sequence(raw: bytes) -> int:
    """The sequence of a line of the feed."""
    return int(raw.split(b'"sequence":')[1].split(b",")[0])
