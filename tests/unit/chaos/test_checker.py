"""The checker finds each kind of wrong log, and nothing in a right one. Every log here is made by hand."""

import ast
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from chaos.checker import GENESIS, Acknowledged, Checker, Outage, Violation, digests_differ, expected_by, views_differ
from chaos.log_reading import Record

COUNTY, OTHER = "371602", "371622"
T0 = 1_768_000_000_000
NOW_MS = T0 + 10_000_000


class Log:
    """Makes commits that follow each other; `records` may then be spoilt."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self._heads: dict[str, list[tuple[int, str]]] = {}

    def commit(
        self, *events: dict[str, Any], command: str = "", at_ms: int = T0 + 1_000, county: str = COUNTY, late: bool = False
    ) -> bytes:
        """Append one; late: on the head before the last, as a writer that was paused does."""
        heads = self._heads.setdefault(county, [(0, GENESIS)])
        sequence, head = heads[-2 if late else -1]
        value = json.dumps({
            "jurisdiction": county, "sequence": sequence + 1, "previous": head, "command_id": command or f"c{len(self.records)}",
            "occurred_at_ms": at_ms, "actor": {"account": "op", "role": "operator"}, "events": events,
        }).encode()  # fmt: skip
        self.records.append(Record(1 if county == COUNTY else 0, len(self.records), county.encode(), value))
        if not late:
            heads.append((sequence + 1, sha256(value).hexdigest()))
        return value

    def found(self, acknowledged: tuple[Acknowledged, ...] = (), outages: tuple[Outage, ...] = (), now_ms: int = NOW_MS) -> list[Violation]:
        """What the checker says."""
        checker = Checker()
        checker.take(self.records)
        return checker.violations(acknowledged, outages, now_ms)

    def rules(self, **more: Any) -> list[str]:
        """The rules that it names."""
        return [found.rule for found in self.found(**more)]


def reported(incident: str, due_at_ms: int = 2**50) -> dict[str, Any]:
    return {"type": "IncidentReported.1", "incident": incident, "receive_due_at_ms": due_at_ms}


def offered(assignment: str, unit: str = "u1", incident: str = "i1", expires_at_ms: int = 2**50) -> dict[str, Any]:
    candidate = {"unit": unit, "kind": "volunteer", "rank": 1, "score": 1.0}
    return {"type": "OfferMade.1", "assignment": assignment, "incident": incident, "candidate": candidate, "expires_at_ms": expires_at_ms}


def accepted(assignment: str) -> dict[str, Any]:
    due = {"nudge_at_ms": 2**50, "depart_due_at_ms": 2**50}
    return {"type": "OfferAccepted.1", "assignment": assignment, "by": "r", "channel": "app", **due}


def cleared(assignment: str) -> dict[str, Any]:
    return {"type": "AssignmentMoved.1", "assignment": assignment, "to": "cleared"}


def test_a_right_log_is_right() -> None:
    """Two jurisdictions, tasks one after the other, an acknowledged command, and a late writer's commits that do not stand."""
    log = Log()
    log.commit(reported("i1"), command="a")
    log.commit(reported("j1"), county=OTHER)
    log.commit(offered("t1"), accepted("t1"))
    log.commit(reported("late"), command="a", late=True)
    log.commit(cleared("t1"))
    log.commit(offered("t2", incident="i2"), accepted("t2"))
    assert log.found((Acknowledged("a", COUNTY, 1),)) == []


def test_a_branch_that_does_not_stand_may_go_on() -> None:
    """A paused writer appends several commits on its own head: all are ignored, none is missed."""
    log = Log()
    log.commit(command="a")
    log.commit(command="b")
    lost = log.commit(command="c", late=True)
    value = {**json.loads(lost), "sequence": 3, "previous": sha256(lost).hexdigest(), "command_id": "d"}
    log.records.append(Record(1, 9, COUNTY.encode(), json.dumps(value).encode()))
    assert log.found() == []


def test_an_acknowledged_command_that_does_not_stand_is_lost() -> None:
    """It is not in the log at all, or only in a commit that does not stand."""
    log = Log()
    log.commit(command="a")
    log.commit(command="b", late=True)
    assert log.rules(acknowledged=(Acknowledged("never", COUNTY, 1),)) == ["acknowledged_lost"]
    assert log.rules(acknowledged=(Acknowledged("b", COUNTY, 1),)) == ["acknowledged_lost"]
    assert log.rules(acknowledged=(Acknowledged("a", OTHER, 1),)) == ["acknowledged_lost"]


def test_an_answer_that_names_another_commit_is_found() -> None:
    """The caller was told sequence 5, the command stands as 1."""
    log = Log()
    log.commit(command="a")
    assert log.rules(acknowledged=(Acknowledged("a", COUNTY, 5),)) == ["acknowledged_other"]


def test_a_command_that_stands_twice_is_found() -> None:
    """The same identifier in two standing commits of a jurisdiction."""
    log = Log()
    log.commit(reported("i1"), command="a")
    log.commit(reported("i2"), command="a")
    assert log.rules() == ["command_twice"]


def test_a_unit_on_two_incidents_is_found() -> None:
    """Accepted for a second while the first is neither cleared nor given up; and in two jurisdictions at once."""
    log = Log()
    log.commit(offered("t1"), offered("t2", incident="i2"), accepted("t1"))
    log.commit(accepted("t2"))
    assert log.rules() == ["unit_twice"]
    apart = Log()
    apart.commit(offered("t1"), accepted("t1"), at_ms=T0 + 1_000)
    apart.commit(offered("t2", incident="j1"), accepted("t2"), at_ms=T0 + 2_000, county=OTHER)
    assert apart.rules() == ["unit_twice"]
    apart.commit(cleared("t1"), at_ms=T0 + 1_900)
    assert apart.found() == []


@pytest.mark.parametrize("ending", ["AssignmentAborted", "AssignmentRecalled"])
def test_whoever_was_sent_home_may_go_again(ending: str) -> None:
    """Given up or taken back: the unit is free."""
    log = Log()
    log.commit(offered("t1"), accepted("t1"))
    log.commit({"type": f"{ending}.1", "assignment": "t1", "reason": "x"})
    log.commit(offered("t2", incident="i2"), accepted("t2"))
    assert log.found() == []


def test_a_lost_clock_is_found() -> None:
    """It came due and nothing fired it: at every percentage of a step, and for an offer nobody answered."""
    log = Log()
    log.commit(reported("i1", due_at_ms=T0 + 61_000), at_ms=T0 + 1_000)
    assert log.rules() == ["clock_lost"] * 3
    offer = Log()
    offer.commit(offered("t1", expires_at_ms=T0 + 61_000))
    assert offer.rules() == ["clock_lost"]
    assert offer.rules(now_ms=T0 + 62_999) == [], "two seconds are allowed"


def test_a_clock_that_fired_is_not_lost() -> None:
    """Fired in time, or stopped by an answer before it came."""
    log = Log()
    log.commit(offered("t1", expires_at_ms=T0 + 61_000))
    log.commit({"type": "OfferExpired.1", "assignment": "t1"}, command=f"sys:t1:offer_window:{T0 + 61_000}", at_ms=T0 + 61_100)
    log.commit(offered("t2", unit="u2", expires_at_ms=T0 + 61_000), at_ms=T0 + 2_000)
    log.commit(accepted("t2"), at_ms=T0 + 60_000)
    assert log.found() == []


def test_a_late_clock_is_found_unless_a_fault_lies_between() -> None:
    """Fired 9 s after it was due: too late, but not while the platform was still recovering, or in the two seconds after."""
    log = Log()
    log.commit(offered("t1", expires_at_ms=T0 + 61_000))
    log.commit({"type": "OfferExpired.1", "assignment": "t1"}, command=f"sys:t1:offer_window:{T0 + 61_000}", at_ms=T0 + 70_000)
    assert log.rules() == ["clock_late"]
    assert log.rules(outages=(Outage(T0 + 60_000, T0 + 68_500),)) == []
    assert log.rules(outages=(Outage(T0 + 60_000, T0 + 67_000),)) == ["clock_late"]
    assert log.rules(outages=(Outage(T0 + 60_000, T0 + 64_000), Outage(T0 + 65_500, T0 + 68_500))) == []
    assert log.rules(outages=(Outage(T0 + 69_000, T0 + 99_000),)) == ["clock_late"], "it began when the clock was late already"


def test_a_clock_stopped_after_its_time_is_late() -> None:
    """An answer counted although the window had been over for long."""
    log = Log()
    log.commit(offered("t1", expires_at_ms=T0 + 61_000))
    log.commit(accepted("t1"), at_ms=T0 + 90_000)
    assert log.rules() == ["clock_late"]


def test_the_result_of_an_effect_is_no_clock() -> None:
    """A message about a clock is named after it, with the sequence that owed it behind."""
    log = Log()
    log.commit({"type": "EffectRecorded.1", "effect": "t1:depart_nudge:126", "done": True}, command=f"sys:{COUNTY}:t1:depart_nudge:126")
    assert log.found() == []


def test_a_clock_that_fires_twice_or_was_never_set_is_found() -> None:
    """Its identifier stands twice; or no event had set it."""
    log = Log()
    log.commit(offered("t1", expires_at_ms=T0 + 61_000))
    for _ in range(2):
        log.commit({"type": "OfferExpired.1", "assignment": "t1"}, command=f"sys:t1:offer_window:{T0 + 61_000}", at_ms=T0 + 61_100)
    assert log.rules() == ["clock_not_set", "command_twice"]


def test_a_wait_for_the_end_of_an_outage_ends() -> None:
    """Outages that follow each other closely count as one; one before and one long after do not count."""
    assert expected_by(10_000, [Outage(1_000, 2_000), Outage(50_000, 60_000)]) == 12_000
    assert expected_by(10_000, [Outage(9_000, 15_000), Outage(16_000, 20_000), Outage(30_000, 40_000)]) == 22_000


def test_a_dropped_record_is_found() -> None:
    """The next one names a commit that is not there."""
    log = Log()
    for number in range(4):
        log.commit(command=f"c{number}")
    del log.records[1]
    assert "hash" in log.rules()


def test_a_changed_byte_is_found() -> None:
    """The hash of what follows does not fit any more."""
    log = Log()
    for number in range(3):
        log.commit(command=f"c{number}")
    log.records[1] = log.records[1]._replace(value=log.records[1].value.replace(b"c1", b"cX"))
    assert "hash" in log.rules()


def test_swapped_records_are_found() -> None:
    """Order is part of the log."""
    log = Log()
    for number in range(3):
        log.commit(command=f"c{number}")
    log.records[1], log.records[2] = log.records[2], log.records[1]
    assert "hash" in log.rules()


def test_a_sequence_with_a_gap_is_found() -> None:
    """The hash fits, the number does not."""
    log = Log()
    first = log.commit(command="a")
    value = {**json.loads(first), "sequence": 3, "previous": sha256(first).hexdigest(), "command_id": "b"}
    log.records.append(Record(1, 1, COUNTY.encode(), json.dumps(value).encode()))
    assert log.rules() == ["sequence"]


def test_what_is_no_commit_is_found() -> None:
    """Bytes that are not JSON, a commit without its fields, one in a foreign partition or under a foreign key."""
    log = Log()
    log.commit(command="a")
    log.records.append(Record(1, 1, b"", b"\xff"))
    log.records.append(Record(1, 2, COUNTY.encode(), b"{}"))
    log.commit(command="b")
    log.records[-1] = log.records[-1]._replace(partition=3)
    log.commit(command="c")
    log.records[-1] = log.records[-1]._replace(key=b"371681")
    assert log.rules() == ["format"] * 4


def test_a_push_recorded_twice_is_found() -> None:
    """Two results of one owed effect; that it was seen later is no second push."""

    def delivery(status: str, effect: str | None = "e1") -> dict[str, Any]:
        return {"type": "DeliveryRecorded.1", "assignment": "t1", "channel": "web_push", "status": status, "effect": effect}

    log = Log()
    log.commit(delivery("sent"), delivery("seen"), delivery("failed", effect="e2"), delivery("sent", effect=None))
    log.commit({"type": "EffectRecorded.1", "effect": "e3", "done": True})
    assert log.found() == []
    log.commit(delivery("failed"))
    log.commit({"type": "EffectRecorded.1", "effect": "e3", "done": False})
    assert log.rules() == ["push_twice"] * 2


def test_a_view_that_differs_is_found() -> None:
    """A document too few, too many, or another."""
    fresh = {COUNTY: {"incident/i1": {"version": 2}, "incident/i2": {"version": 1}}}
    assert views_differ("console", fresh, fresh) == []
    seen = {COUNTY: {"incident/i1": {"version": 1}, "incident/i3": {"version": 1}}}
    assert [found.detail for found in views_differ("console", seen, fresh)] == [
        "console has another incident/i1 of 371602", "console lacks incident/i2 of 371602", "console still has incident/i3 of 371602",
    ]  # fmt: skip


def test_a_digest_that_differs_is_found() -> None:
    """What is live is not what a replay gives."""
    assert digests_differ("a" * 64, "a" * 64, {"0": 3}) == []
    assert [found.rule for found in digests_differ("a" * 64, "b" * 64, {"0": 3})] == ["digest"]


def test_each_violation_is_told_once() -> None:
    """A run asks after every round; what it has heard it does not hear again."""
    log = Log()
    log.commit(offered("t1", expires_at_ms=T0 + 61_000))
    checker = Checker()
    checker.take(log.records)
    assert len(checker.violations((), (), NOW_MS)) == 1
    assert checker.violations((), (), NOW_MS) == []


def test_the_checker_shares_no_code_with_the_product() -> None:
    """It imports the standard library, Kafka's client and its own three files."""
    folder = Path(__file__).parents[3] / "chaos"
    for name in ("checker.py", "clock_table.py", "log_reading.py"):
        for node in ast.walk(ast.parse((folder / name).read_text())):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in getattr(node, "names", [])]
            if isinstance(node, ast.Import | ast.ImportFrom):
                roots = {module.partition(".")[0] for module in modules}
                assert roots <= {"chaos", "collections", "hashlib", "itertools", "json", "kafka", "typing"}, (name, roots)
                assert all(module in ("chaos.checker", "chaos.clock_table", "chaos.log_reading") for module in modules if "chaos" in module)
