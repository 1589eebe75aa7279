"""Checkpoints of the log enter the log."""

import pytest

from contracts import commands as cmd
from contracts.terms import Source
from tests.unit.dispatch.night import ADMIN, SQUARE, Night

REPORT = cmd.ReportIncident(source=Source.PUBLIC, place=SQUARE)


def test_a_checkpoint_stands_in_the_log_and_changes_nothing_else() -> None:
    """It covers what is there already; no document is touched."""
    night = Night()
    night.do(REPORT)
    (event,) = night.do(cmd.RecordCheckpoint(tree_size=1, note="note"))
    assert (event.tree_size, event.note) == (1, "note")
    assert night.state.sequence == 2
    assert night.touched[-1] == ()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (cmd.RecordCheckpoint(tree_size=2, note="n"), "out_of_range"),
        (cmd.RecordCheckpoint(tree_size=0, note="n"), "out_of_range"),
        (cmd.RecordCheckpoint(tree_size=1, note="n" * 16_385), "too_large"),
    ],
)
def test_a_checkpoint_of_what_is_not_there_is_refused(body: cmd.RecordCheckpoint, code: str) -> None:
    """Nor is one recorded that is larger than any note is."""
    night = Night()
    night.do(REPORT)
    assert night.refusal(body) == code


def test_only_the_platform_records_checkpoints() -> None:
    """Not even an administrator."""
    night = Night()
    night.do(REPORT)
    assert night.refusal(cmd.RecordCheckpoint(tree_size=1, note="n"), ADMIN) == "not_your_role"
