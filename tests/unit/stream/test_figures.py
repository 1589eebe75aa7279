"""What workers count and log for those who watch the platform."""

from collections import Counter

import pytest
import structlog
from structlog.testing import capture_logs

from contracts.commit import GENESIS, Commit
from contracts.events import CommandRejected
from contracts.terms import Role
from contracts.values import Actor
from stream.backlog import Backlog
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


def test_a_worker_that_keeps_up_with_a_steady_flow_is_not_behind() -> None:
    """Each second brings ten records, and each second it has used those of three seconds before: it is never more than four seconds old."""
    backlog = Backlog(0)
    ages_ms = [at_ms - backlog.sample(at_ms, progress=at_ms // 100, lag=30) for at_ms in range(0, 3_600_000, 1000)]
    assert max(ages_ms) <= 4_000


def test_a_worker_that_stands_still_grows_old_and_recovers() -> None:
    """From the moment when the first record waited; once all is used it is new again."""
    backlog = Backlog(0)
    assert backlog.sample(1_000, progress=5, lag=0) == 1_000
    assert [backlog.sample(at_ms, progress=5, lag=at_ms // 1000) for at_ms in range(2_000, 900_000, 1000)] == [1_000] * 898
    assert backlog.sample(900_000, progress=900, lag=0) == 900_000


def test_a_partition_that_moved_away_does_not_leave_its_worker_behind() -> None:
    """What it had not reached there is another's now."""
    backlog = Backlog(0)
    backlog.sample(1_000, progress=1_000, lag=50)
    assert backlog.sample(2_000, progress=10, lag=0) == 2_000
    backlog.sample(3_000, progress=11, lag=4)
    assert backlog.sample(4_000, progress=15, lag=2) == 3_000
