"""What workers count and log for those who watch the platform."""

from collections import Counter

import pytest
import structlog
from structlog.testing import capture_logs

from contracts.commit import GENESIS, Commit
from contracts.events import CommandRejected
from contracts.terms import Role
from contracts.values import Actor
from stream.writer.doubt import DoubtClock
from stream.writer.refusal_log import LINES_PER_S, RefusalLog


class Clock:
    """Seconds that stand still until they are moved."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def refused(sequence: int) -> tuple[Commit, CommandRejected]:
    event = CommandRejected(code="wrong_state")
    commit = Commit(
        jurisdiction="371602", sequence=sequence, previous=GENESIS, command_id=f"c{sequence}", occurred_at_ms=1,
        actor=Actor(account="op", role=Role.OPERATOR, area="3716"), events=(event,),
    )  # fmt: skip
    return commit, event


def test_a_recovery_is_timed_from_the_first_doubt() -> None:
    """A second reason for doubt meanwhile does not begin anew, and a mere look at the log is no recovery."""
    clock, stats = Clock(), Counter[str]()
    doubt = DoubtClock(stats, clock)
    doubt.begin()
    clock.now_s += 2
    doubt.begin()
    clock.now_s += 1
    assert doubt.seconds == 3
    doubt.end(recovered=True)
    assert doubt.seconds == 0
    doubt.begin()
    doubt.end(recovered=False)
    assert stats == {"recoveries": 1, "recovery_ms": 3000}


def test_a_refusals_line_names_its_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jurisdiction, sequence and command: enough to find it in the log and in the screens' answers."""
    monkeypatch.setattr("stream.writer.refusal_log.log", structlog.get_logger())
    with capture_logs() as lines:
        RefusalLog(3, Clock()).note(*refused(7))
    assert lines == [
        {
            "event": "refused", "log_level": "info", "jurisdiction": "371602", "sequence": 7, "command": "c7", "code": "wrong_state",
            "partition": 3,
        }
    ]  # fmt: skip


def test_a_flood_of_refusals_is_cut_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client in a loop can't fill the disk or slow the writer; the next line says how many are missing."""
    monkeypatch.setattr("stream.writer.refusal_log.log", structlog.get_logger())
    clock = Clock()
    refusals = RefusalLog(0, clock)
    with capture_logs() as lines:
        for sequence in range(1, LINES_PER_S + 6):
            refusals.note(*refused(sequence))
        clock.now_s += 1
        refusals.note(*refused(99))
    assert len(lines) == LINES_PER_S + 1
    assert lines[-1]["left_out"] == 5
