"""What the writer, its readers and the watchdog decide without any broker."""

import msgspec
import pytest
from aiokafka.partitioner import murmur2 as murmur2_of_aiokafka
from hypothesis import given, settings
from hypothesis import strategies as st
from kafka.partitioner import murmur2 as murmur2_of_kafka_python

from contracts.commands import Command, DeadlineReached, ReportIncident, encode_command
from contracts.commit import GENESIS, Commit, decode_commit, digest, encode_commit
from contracts.events import CommandRejected
from contracts.observations import WeatherWarning
from contracts.terms import Hazard, Role, Source, Urgency, WarningKind, WarningLevel
from contracts.values import Actor, Place
from dispatch import State
from stream.audit import Verifier
from stream.commands import client_command_id
from stream.log.fold import Fold
from stream.partition import murmur2, partition_of
from stream.weather import concerned
from stream.writer.alarm import AGAIN_MS, Alarm
from stream.writer.decision import FailedError, Judge

CODE = "371602"
PARTITION = partition_of(CODE)
START_MS = 1_760_000_000_000
OPERATOR = Actor(account="op", role=Role.OPERATOR, area="3716")


def command(id_: str, code: str = CODE, body: object | None = None, actor: Actor = OPERATOR) -> bytes:
    place = Place(lat_wgs84=37.4, lon_wgs84=118.0, area=code + "001000")
    body = body or ReportIncident(source=Source.HOTLINE, place=place, urgency=Urgency.VERY_URGENT)
    return encode_command(Command(id=id_, jurisdiction=code, actor=actor, body=body, sent_at_ms=START_MS))  # type: ignore[arg-type]


def log_of(count: int) -> list[bytes]:
    judge, states = Judge(PARTITION), dict[str, State]()
    return [judge.decide(states, command(f"c{number}"), START_MS + number).record for number in range(count)]


@given(st.binary(max_size=40))
def test_a_partition_is_kafkas_own(key: bytes) -> None:
    """Every client of Kafka, ours or not, sends a key to the same partition."""
    assert murmur2(key) == murmur2_of_aiokafka(key) & 0xFFFFFFFF == murmur2_of_kafka_python(key) & 0xFFFFFFFF


@given(raw=st.binary(max_size=300))
def test_hostile_commands_become_letters(raw: bytes) -> None:
    """No bytes raise, change a state, or are dropped without a letter."""
    states: dict[str, State] = {}
    decision = Judge(PARTITION).decide(states, raw, START_MS)
    assert decision.letter is not None
    assert decision.commit is None
    assert states == {}


def test_a_command_is_decided_once() -> None:
    """The second delivery yields nothing, neither does one after a take-over that folded the log."""
    judge, states = Judge(PARTITION), dict[str, State]()
    first = judge.decide(states, command("a"), START_MS)
    assert judge.decide(states, command("a"), START_MS + 5).commit is None
    fold = Fold(PARTITION)
    assert fold.step(0, first.record) is not None
    assert judge.decide(fold.states, command("a"), START_MS + 9).commit is None


def test_time_never_goes_back() -> None:
    """A command whose append time is before the last commit's gets the last commit's."""
    judge, states = Judge(PARTITION), dict[str, State]()
    judge.decide(states, command("a"), START_MS)
    late = judge.decide(states, command("b"), START_MS - 5000)
    assert late.commit is not None
    assert late.commit.occurred_at_ms == START_MS


def test_a_command_for_nobody_is_put_aside() -> None:
    """A jurisdiction that does not exist, or one of another partition, opens no state."""
    states: dict[str, State] = {}
    judge = Judge(PARTITION, frozenset({CODE}))
    other = next(str(number) for number in range(100) if partition_of(str(number)) == PARTITION)
    for code, reason in ((other, "unknown_jurisdiction"), ("371622", "wrong_partition")):
        letter = judge.decide(states, command("a", code), START_MS).letter
        assert letter is not None
        assert letter.reason == reason
    assert states == {}


def test_rules_that_raise_become_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The writer hears of it, decides again as a refusal, and the command is answered and put aside."""
    judge, states = Judge(PARTITION), dict[str, State]()

    def broken(*_: object) -> tuple[object, ...]:
        raise ZeroDivisionError("in the rules")

    monkeypatch.setattr("stream.writer.decision.decide", broken)
    with pytest.raises(FailedError):
        judge.decide(states, command("a"), START_MS)
    refused = judge.decide(states, command("a"), START_MS, failed="ZeroDivisionError")
    assert refused.commit is not None
    assert refused.letter is not None
    assert refused.commit.events == (CommandRejected(code="internal"),)


@given(st.lists(st.integers(0, 5), max_size=40), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_two_writers_at_once_leave_one_history(turns: list[int], chance: object) -> None:
    """Two writers that decide from different moments of the log append in any order: each command stands once, and readers agree."""
    judge = Judge(PARTITION)
    log: list[bytes] = []
    views = [dict[str, State](), dict[str, State]()]
    for number, turn in enumerate(turns):
        writer = turn % 2
        if turn > 3:
            # It hears of the log's end, drops what it thought, and goes on from there.
            fold = Fold(PARTITION)
            for offset, record in enumerate(log):
                fold.step(offset, record)
            views[writer] = fold.states
        decision = judge.decide(views[writer], command(f"c{number // 3}"), START_MS + number)
        if decision.record:
            log.append(decision.record)
    fold = Fold(PARTITION)
    standing = [found.commit for offset, record in enumerate(log) if (found := fold.step(offset, record)) is not None]
    assert len({commit.command_id for commit in standing}) == len(standing)
    assert [commit.sequence for commit in standing] == list(range(1, len(standing) + 1))
    verifier = Verifier(PARTITION)
    for offset, record in enumerate(log):
        verifier.take(offset, record)
    assert verifier.bad is None
    assert verifier.fenced == len(log) - len(standing)


@pytest.mark.parametrize("damage", ["changed", "dropped", "swapped", "garbage", "renumbered"])
def test_the_audit_names_the_first_bad_record(damage: str) -> None:
    """One changed, dropped, moved or unreadable record is found and named by its sequence."""
    log = log_of(10)
    if damage == "changed":
        commit = decode_commit(log[4])
        log[4] = encode_commit(msgspec.structs.replace(commit, occurred_at_ms=commit.occurred_at_ms + 1))
    elif damage == "dropped":
        del log[4]
    elif damage == "swapped":
        log[4], log[5] = log[5], log[4]
    elif damage == "garbage":
        log[4] = log[4][:-3]
    else:
        commit = decode_commit(log[4])
        log[4] = encode_commit(msgspec.structs.replace(commit, sequence=6))
    verifier = Verifier(PARTITION)
    for offset, record in enumerate(log):
        verifier.take(offset, record)
    assert verifier.bad is not None
    assert verifier.bad.offset == 4
    whole = Verifier(PARTITION)
    for offset, record in enumerate(log_of(10)):
        whole.take(offset, record)
    assert whole.bad is None


def test_a_deadline_rings_until_it_is_recorded() -> None:
    """It is sent when due, again while nothing is recorded, and not after; a restart rings too."""
    judge, states, alarm = Judge(PARTITION), dict[str, State](), Alarm()
    fold = Fold(PARTITION)
    found = fold.step(0, judge.decide(states, command("a"), START_MS).record)
    assert found is not None
    alarm.changed(CODE, found.touched)
    assert alarm.due(fold.states, START_MS + 29_000) == []
    rung = alarm.due(fold.states, START_MS + 30_000)
    assert [(code, body.percent) for code, _, body in rung] == [(CODE, 50)]
    assert alarm.due(fold.states, START_MS + 30_100) == []
    assert [id_ for _, id_, _ in alarm.due(fold.states, START_MS + 30_000 + AGAIN_MS)] == [rung[0][1]]
    assert [id_ for _, id_, _ in Alarm().due(fold.states, START_MS + 31_000)] == [rung[0][1]]
    body: DeadlineReached = rung[0][2]
    system = Actor(account="sys", role=Role.SYSTEM)
    early = judge.decide(states, command(rung[0][1], body=body, actor=system), START_MS + 20_000)
    assert early.commit is None, "too early by the log's time: nothing is written"
    decided = judge.decide(states, command(rung[0][1], body=body, actor=system), START_MS + 30_500)
    found = fold.step(1, decided.record)
    assert found is not None
    alarm.changed(CODE, found.touched)
    assert [body.percent for _, _, body in alarm.due(fold.states, START_MS + 40_000)] == []


def test_what_rang_too_early_rings_again_when_it_is_time() -> None:
    """The clock was ahead: two seconds after the moment at which it was asked for would be an hour too late."""
    fold, alarm = Fold(PARTITION), Alarm()
    assert fold.step(0, Judge(PARTITION).decide({}, command("a"), START_MS).record) is not None
    early = alarm.due(fold.states, START_MS + 3_600_000)
    assert {(body.clock.value, body.percent) for _, _, body in early} == {("receive", 50), ("limit", 50)}
    assert alarm.due(fold.states, START_MS + 1_000) == []
    assert [body.clock.value for _, _, body in alarm.due(fold.states, START_MS + 30_000)] == ["receive"]


def test_a_clients_identifier_is_its_own() -> None:
    """Accounts and keys can't be shifted into one another, and no client's identifier is one of the platform's."""
    assert client_command_id("a", "bc") != client_command_id("ab", "c")
    assert not client_command_id("sys", ":x").startswith("sys:")


CODES = ("371600", "371602", "371622")


@pytest.mark.parametrize(
    ("areas", "meant"),
    [
        (("371600",), CODES), (("371600000000",), CODES), (("370000",), CODES), (("371602",), ("371602",)),
        (("371602001000",), ("371602",)), (("371500",), ()), (("371602", "371622"), ("371602", "371622")), (("",), ()), (("x",), ()),
    ],
)  # fmt: skip
def test_a_warning_concerns_whose_area_it_names(areas: tuple[str, ...], meant: tuple[str, ...]) -> None:
    """Province, city, county or township: whoever lies in it or around it; the city's own desk only when all of it is meant."""
    assert tuple(concerned(warning(areas=areas), CODES, {})) == meant


def test_a_warnings_polygon_concerns_whom_it_meets() -> None:
    """Rings are (lat, lon); a county is meant when the ring meets its border."""
    from shapely.geometry import box  # noqa: PLC0415

    borders = {"371602": box(118.0, 37.0, 119.0, 38.0), "371622": box(117.0, 37.0, 117.9, 38.0)}
    ring = ((37.5, 118.2), (37.5, 118.4), (37.7, 118.4), (37.5, 118.2))
    assert concerned(warning(polygons=(ring,)), CODES, borders) == ["371602"]


def warning(*, areas: tuple[str, ...] = (), polygons: tuple[tuple[tuple[float, float], ...], ...] = ()) -> WeatherWarning:
    return WeatherWarning(
        identifier="w", sender="s", kind=WarningKind.ALERT, hazard=Hazard.COLD_WAVE, level=WarningLevel.RED, headline="h", areas=areas,
        polygons=polygons, sent_at_ms=0, effective_at_ms=0,
    )  # fmt: skip


def test_a_record_of_another_log_does_not_stand() -> None:
    """What builds on nothing is ignored by every reader alike."""
    stranger = Commit(
        jurisdiction=CODE, sequence=1, previous="f" * 64, command_id="x", occurred_at_ms=0, actor=OPERATOR, events=()
    )  # fmt: skip
    fold = Fold(PARTITION)
    assert fold.step(0, encode_commit(stranger)) is None
    assert (fold.ignored, fold.next_offset) == (1, 1)
    assert fold.state(CODE).head == GENESIS
    assert digest(encode_commit(stranger)) == fold.last_record
