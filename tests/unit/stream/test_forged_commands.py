"""Whoever can send commands can neither silence the platform's clocks nor have something done twice or in another's name."""

import pytest

from contracts.commands import Command, DeadlineReached, NoteContact, ReportIncident, encode_command
from contracts.events import CommandRejected
from contracts.terms import Clock, Role, Source
from contracts.values import Actor, Place
from dispatch import State, deadline_command_id, deadlines
from stream.commands import SYSTEM
from stream.partition import partition_of
from stream.writer.decision import Judge

CODE = "371602"
START_MS = 1_768_744_800_000
OPERATOR = Actor(account="op", role=Role.OPERATOR, area=CODE)
REPORT = ReportIncident(source=Source.HOTLINE, place=Place(lat_wgs84=37.38, lon_wgs84=117.97, area="371602001002"))


def sent(body: object, command_id: str, actor: Actor = OPERATOR, *, body_sha256: str = "b", jurisdiction: str = CODE) -> bytes:
    """A record on dispatch.commands."""
    return encode_command(
        Command(id=command_id, jurisdiction=jurisdiction, actor=actor, body=body, sent_at_ms=START_MS, body_sha256=body_sha256)  # type: ignore[arg-type]
    )


@pytest.fixture
def judge() -> Judge:
    """Of the county's partition."""
    return Judge(partition_of(CODE), frozenset({CODE}))


def test_a_deadline_is_not_silenced_by_whoever_takes_its_identifier(judge: Judge) -> None:
    """The forged command becomes a dead letter and is not remembered; the deadline itself still fires."""
    states: dict[str, State] = {}
    assert judge.decide(states, sent(REPORT, "c1"), START_MS).commit is not None
    deadline = min(deadlines(states[CODE]), key=lambda one: one.due_at_ms)
    identifier = deadline_command_id(deadline)
    assert identifier.startswith("sys:")
    forged = judge.decide(states, sent(REPORT, identifier), START_MS + 1)
    assert forged.letter is not None
    assert (forged.letter.reason, forged.commit) == ("forged_identifier", None)
    body = DeadlineReached(subject=deadline.subject, clock=deadline.clock, due_at_ms=deadline.due_at_ms, percent=deadline.percent)
    fired = judge.decide(states, sent(body, identifier, SYSTEM), deadline.due_at_ms)
    assert fired.commit is not None
    assert not any(isinstance(event, CommandRejected) for event in fired.commit.events)


@pytest.mark.parametrize(
    "body",
    [
        DeadlineReached(subject="i1", clock=Clock.LIMIT, due_at_ms=START_MS),
        NoteContact(unit="u1", stale=True),
    ],
)
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM])
def test_what_only_the_platform_says_is_refused_from_everybody_else(judge: Judge, body: object, role: Role) -> None:
    """Whatever role a client has."""
    ruled = judge.decide({}, sent(body, "c1", Actor(account="x", role=role, area=CODE)), START_MS)
    assert ruled.commit is not None
    assert [event.code for event in ruled.commit.events if isinstance(event, CommandRejected)] == ["not_your_role"]


def test_a_command_that_is_replayed_does_nothing_again(judge: Judge) -> None:
    """The same bytes later, by whomever; and the same identifier with another body."""
    states: dict[str, State] = {}
    raw = sent(REPORT, "c1")
    assert judge.decide(states, raw, START_MS).commit is not None
    again = judge.decide(states, raw, START_MS + 60_000)
    assert (again.commit, again.repeated) == (None, True)
    other = judge.decide(states, sent(REPORT, "c1", body_sha256="another"), START_MS + 60_000)
    assert (other.commit, other.repeated) == (None, True)
    assert len(states[CODE].incidents) == 1


def test_a_command_for_another_jurisdiction_is_put_aside(judge: Judge) -> None:
    """Neither on a foreign partition nor for a place that does not exist is anything decided."""
    states: dict[str, State] = {}
    for elsewhere in ("371622", "371681", "999999"):
        ruled = judge.decide(states, sent(REPORT, "c1", jurisdiction=elsewhere), START_MS)
        assert ruled.letter is not None, elsewhere
        assert ruled.letter.reason in ("wrong_partition", "unknown_jurisdiction")
        assert ruled.commit is None
    assert states == {}
