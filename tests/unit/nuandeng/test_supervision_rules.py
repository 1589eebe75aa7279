"""The rules the supervisor goes by, without processes."""

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuandeng.failures import PartFailedError
from nuandeng.supervisor.lines import PartLog, Terminal
from nuandeng.supervisor.part import STEADY_S, CrashCount, Part, Progress, StallWatch, backoff_s, start_order


def part(name: str, *needs: str) -> Part:
    """A part that is never started."""
    return Part(name=name, argv=("true",), depends_on=needs)


@given(st.lists(st.integers(0, 7), max_size=40))
def test_every_part_starts_after_all_it_needs(edges: list[int]) -> None:
    """For any graph without circles, whatever order the parts are given in."""
    needs: dict[int, set[int]] = {number: set() for number in range(8)}
    for first, second in pairwise(edges):
        if first < second:
            needs[second].add(first)
    parts = [part(str(number), *(str(need) for need in sorted(needed))) for number, needed in reversed(needs.items())]
    placed: set[str] = set()
    for group in start_order(parts):
        assert all(placed.issuperset(member.depends_on) for member in group)
        placed.update(member.name for member in group)
    assert len(placed) == 8


@pytest.mark.parametrize("parts", [[part("a", "b"), part("b", "a")], [part("a", "nobody")], [part("a"), part("a")]])
def test_impossible_trees_are_refused(parts: list[Part]) -> None:
    """A circle, an unknown name, a name used twice."""
    with pytest.raises(PartFailedError):
        start_order(parts)


@given(st.integers(1, 10_000))
def test_backoff_grows_to_a_limit(failures: int) -> None:
    """It never shrinks and never passes 15 s."""
    assert 0.2 <= backoff_s(failures) <= backoff_s(failures + 1) <= 15.0


def test_what_was_healthy_is_started_again_at_once_however_often_it_is_killed() -> None:
    """Hit after hit, a part that had come up each time waits no longer than after the first."""
    crashes, now_s = CrashCount(), 0.0
    for _ in range(10):
        crashes.began()
        crashes.ready(now_s + 2.0)
        now_s += 2.0 + STEADY_S
        assert crashes.ended(now_s) == 1


def test_a_crash_loop_is_one_also_when_the_part_is_ready_for_a_moment() -> None:
    """Neither never ready nor ready for less than STEADY_S makes it healthy, and how long it took to start does not count."""
    crashes = CrashCount()
    crashes.began()
    assert crashes.ended(100.0) == 1
    crashes.began()
    crashes.ready(130.0)
    assert crashes.ended(130.0 + STEADY_S / 2) == 2
    crashes.began()
    assert crashes.ended(500.0) == 3


def test_a_stall_needs_lag_and_time() -> None:
    """Moving, idle and unknown parts are left alone; the clock starts anew with each step forward."""
    watch = StallWatch(10.0)
    assert not watch.stalled(Progress(1, 5), 0.0)
    assert not watch.stalled(Progress(1, 5), 9.9)
    assert watch.stalled(Progress(1, 5), 10.0)
    assert not watch.stalled(Progress(2, 5), 11.0)
    assert not watch.stalled(Progress(2, 0), 30.0)
    assert not watch.stalled(Progress(2, 5), 35.0)
    assert not watch.stalled(None, 50.0)
    assert not watch.stalled(Progress(2, 5), 51.0)
    assert watch.stalled(Progress(2, 5), 61.0)


def test_a_parts_log_turns_over(tmp_path: Path) -> None:
    """Log lines never fill the disk: four files of 16 MB at most."""
    log = PartLog(tmp_path, "chatty", Terminal(), clock=lambda: datetime(2026, 1, 1, tzinfo=UTC))
    line = b"x" * 900_000
    for _ in range(90):
        log.take(line)
    sizes = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
    assert set(sizes) == {"chatty.log", "chatty.log.1", "chatty.log.2", "chatty.log.3"}
    assert max(sizes.values()) <= 16_000_000
