"""Says what in the log must not be. Shares no code with the product: it knows the documented format (docs/events.md) and nothing else.

Feed it the log's records in order; ask it at any time. Everything it finds is a `Violation` with the name of the rule.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from itertools import pairwise
from typing import Any, NamedTuple

from chaos.clock_table import KNOWN, ClockTable, Due
from chaos.log_reading import Record

GENESIS = "0" * 64
LATEST_MS = 2_000
_EPOCH_MS_DIGITS = 13


class Violation(NamedTuple):
    """rule: its name. detail: where and what, for whoever looks for the cause."""

    rule: str
    detail: str


class Acknowledged(NamedTuple):
    """A command whose sender was told of its outcome. sequence: of the commit that the answer named."""

    command_id: str
    jurisdiction: str
    sequence: int


class Outage(NamedTuple):
    """A time in which nobody expects a clock to be heard: from a fault until the platform had recovered from it. Epoch ms."""

    began_ms: int
    ended_ms: int


class Task(NamedTuple):
    """A unit on its way to, or with, one incident. ended_ms None: still."""

    unit: str
    jurisdiction: str
    incident: str
    began_ms: int
    ended_ms: int | None


class _Late(NamedTuple):
    """A deadline and when a commit dealt with it: fired, or stopped although it had come before."""

    due: Due
    at_ms: int


class _Chain:
    """The records of one jurisdiction. known: hash of every record → its sequence, whether it stands or not."""

    def __init__(self, jurisdiction: str, partition: int) -> None:
        self.partition = partition
        self.sequence, self.head = 0, GENESIS
        self.known: dict[str, int] = {GENESIS: 0}
        self.clocks = ClockTable(jurisdiction)
        self.sequence_of: dict[str, int] = {}
        # assignment → (unit, incident) of every offer, and of those that were accepted the task.
        self.offers: dict[str, tuple[str, str]] = {}
        self.tasks: dict[str, Task] = {}
        self.ended: list[Task] = []


class Checker:
    """The rules over a log that grows."""

    def __init__(self) -> None:
        self._chains: dict[str, _Chain] = {}
        self._results: Counter[tuple[str, str]] = Counter()
        self._late: list[_Late] = []
        self._found: list[Violation] = []
        self._told: set[Violation] = set()
        self.records = self.standing = self.fired = 0

    def take(self, records: Iterable[Record]) -> None:
        """Read further records, in the order of their partition."""
        for record in records:
            self.records += 1
            try:
                self._take(record, json.loads(record.value))
            except (ValueError, KeyError, TypeError) as err:
                self._wrong("format", f"partition {record.partition} offset {record.offset}: {err!r}")

    def heads(self) -> dict[str, tuple[int, str]]:
        """jurisdiction → (sequence, hash) of its last standing commit."""
        return {name: (chain.sequence, chain.head) for name, chain in self._chains.items() if chain.sequence}

    def violations(self, acknowledged: Iterable[Acknowledged], outages: Iterable[Outage], now_ms: int) -> list[Violation]:
        """Return what was not told before.

        Args:
            acknowledged, outages: of the whole run. now_ms: when the log was read; a deadline that could still be on its way then is not
                judged yet.
        """
        found = {*self._found, *self._unacknowledged(acknowledged), *self._lost_clocks(sorted(outages), now_ms), *self._elsewhere_too()}
        fresh = sorted(found - self._told)
        self._told |= found
        return fresh

    # --- reading

    def _take(self, record: Record, commit: dict[str, Any]) -> None:
        jurisdiction = str(commit["jurisdiction"])
        where = f"{jurisdiction} sequence {commit['sequence']} (partition {record.partition} offset {record.offset})"
        chain = self._chains.setdefault(jurisdiction, _Chain(jurisdiction, record.partition))
        if record.partition != chain.partition or record.key.decode() != jurisdiction:
            self._wrong("format", f"{where}: not in the partition and under the key of its jurisdiction")
        head = sha256(record.value).hexdigest()
        follows = chain.known.get(commit["previous"])
        if follows is None:
            self._wrong("hash", f"{where}: names a commit before it that is not in the log")
        elif commit["sequence"] != follows + 1:
            self._wrong("sequence", f"{where}: follows {follows}")
        chain.known[head] = commit["sequence"]
        if commit["previous"] == chain.head and commit["sequence"] == chain.sequence + 1:
            chain.sequence, chain.head = commit["sequence"], head
            self.standing += 1
            self._stands(chain, commit, where)

    def _stands(self, chain: _Chain, commit: dict[str, Any], where: str) -> None:
        at_ms, command_id = int(commit["occurred_at_ms"]), str(commit["command_id"])
        if command_id in chain.sequence_of:
            self._wrong("command_twice", f"{where}: {command_id} stands already as {chain.sequence_of[command_id]}")
        chain.sequence_of[command_id] = commit["sequence"]
        clock = _clock_of(command_id)
        if clock is not None:
            due = chain.clocks.fired(command_id)
            if due is not None:
                self.fired += 1
                self._dealt_with(due, at_ms)
            elif commit["events"] and command_id.startswith("sys:") and clock in KNOWN:
                self._wrong("clock_not_set", f"{where}: {command_id} fired, and no event had set it")
        for event in commit["events"]:
            for stopped in chain.clocks.step(event, at_ms):
                if stopped.name != command_id:
                    self._dealt_with(stopped, at_ms)
            self._unit(chain, commit["jurisdiction"], event, at_ms, where)
            self._result(commit["jurisdiction"], event, where)

    def _dealt_with(self, due: Due, at_ms: int) -> None:
        if at_ms > due.at_ms + LATEST_MS:
            self._late.append(_Late(due, at_ms))

    # --- no unit on two incidents

    def _unit(self, chain: _Chain, jurisdiction: str, event: dict[str, Any], at_ms: int, where: str) -> None:
        kind = event["type"].partition(".")[0]
        assignment = event.get("assignment")
        if kind in ("OfferMade", "AssignmentPlanned"):
            chain.offers[assignment] = (event["candidate"]["unit"], event["incident"])  # type: ignore[index]
        elif kind == "OfferAccepted":
            unit, incident = chain.offers[assignment]  # type: ignore[index]
            for other in chain.tasks.values():
                if other.unit == unit:
                    self._wrong("unit_twice", f"{where}: {unit} goes to {incident} and is still on {other.incident}")
            chain.tasks[assignment] = Task(unit, jurisdiction, incident, at_ms, None)  # type: ignore[index]
        elif kind in ("AssignmentAborted", "AssignmentRecalled") or (kind == "AssignmentMoved" and event["to"] == "cleared"):
            task = chain.tasks.pop(assignment, None)  # type: ignore[arg-type]
            if task is not None:
                chain.ended.append(task._replace(ended_ms=at_ms))

    def _elsewhere_too(self) -> Iterator[Violation]:
        """A unit in two jurisdictions at once: by the broker's clock, which wrote the time of both."""
        by_unit: dict[str, list[Task]] = defaultdict(list)
        for chain in self._chains.values():
            for task in (*chain.ended, *chain.tasks.values()):
                by_unit[task.unit].append(task)
        for unit, tasks in by_unit.items():
            for first, second in pairwise(sorted(tasks, key=lambda task: task.began_ms)):
                if first.jurisdiction != second.jurisdiction and (first.ended_ms is None or second.began_ms < first.ended_ms):
                    yield Violation("unit_twice", f"{unit} is on {first.incident} and, in {second.jurisdiction}, on {second.incident}")

    # --- what is owed is recorded once

    def _result(self, jurisdiction: str, event: dict[str, Any], where: str) -> None:
        kind = event["type"].partition(".")[0]
        if kind not in ("DeliveryRecorded", "EffectRecorded") or event.get("effect") is None:
            return
        if kind == "DeliveryRecorded" and event["status"] not in ("sent", "failed"):
            return
        self._results[jurisdiction, event["effect"]] += 1
        if self._results[jurisdiction, event["effect"]] > 1:
            self._wrong("push_twice", f"{where}: the result of {event['effect']} was recorded before")

    # --- acknowledged once, clocks

    def _unacknowledged(self, acknowledged: Iterable[Acknowledged]) -> Iterator[Violation]:
        for told in acknowledged:
            chain = self._chains.get(told.jurisdiction)
            stands_as = chain.sequence_of.get(told.command_id) if chain else None
            if stands_as is None:
                yield Violation("acknowledged_lost", f"{told.jurisdiction}: {told.command_id} was answered and does not stand")
            elif stands_as != told.sequence:
                yield Violation("acknowledged_other", f"{told.command_id} was answered as {told.sequence} and stands as {stands_as}")

    def _lost_clocks(self, outages: list[Outage], now_ms: int) -> Iterator[Violation]:
        for due, at_ms in self._late:
            by_ms = expected_by(due.at_ms, outages)
            if at_ms > by_ms:
                yield Violation("clock_late", f"{due.jurisdiction}: {due.name} was dealt with {at_ms - by_ms} ms too late")
        for chain in self._chains.values():
            for due in chain.clocks.pending():
                if expected_by(due.at_ms, outages) < now_ms:
                    yield Violation("clock_lost", f"{due.jurisdiction}: {due.name} has come and nothing happened")

    def _wrong(self, rule: str, detail: str) -> None:
        self._found.append(Violation(rule, detail))


def expected_by(at_ms: int, outages: list[Outage]) -> int:
    """Return until when a deadline must fire: LATEST_MS after it, or after the end of the outages that it fell into; they are sorted."""
    for outage in outages:
        if outage.began_ms <= at_ms + LATEST_MS and outage.ended_ms > at_ms:
            at_ms = outage.ended_ms
    return at_ms + LATEST_MS


def views_differ(client: str, seen: Mapping[str, Mapping[str, Any]], fresh: Mapping[str, Mapping[str, Any]]) -> list[Violation]:
    """Compare what a client made of a snapshot and changes with a fresh snapshot at the same sequences. Both: room → kind/id → document."""
    found = []
    for room in sorted(seen.keys() | fresh.keys()):
        held, wanted = seen.get(room, {}), fresh.get(room, {})
        for name in sorted(held.keys() | wanted.keys()):
            if held.get(name) != wanted.get(name):
                what = "lacks" if name not in held else "still has" if name not in wanted else "has another"
                found.append(Violation("view", f"{client} {what} {name} of {room}"))
    return found


def digests_differ(live: str, replayed: str, offsets: Mapping[str, int]) -> list[Violation]:
    """Compare the digest of what is live with that of a replay at the same offsets."""
    return [] if live == replayed else [Violation("digest", f"live {live[:16]}, replayed {replayed[:16]} at {dict(offsets)}")]


def _clock_of(command_id: str) -> str | None:
    """The clock that a `sys:{subject}:{clock}:{at_ms}[:{percent}]` names."""
    parts = command_id.split(":")
    if len(parts) < 4 or parts[0] != "sys":
        return None
    # The result of an effect may be named after a clock too, with a short number behind it.
    clock, at_ms = parts[-3:-1] if parts[-3] in KNOWN else parts[-2:]
    return clock if clock in KNOWN and len(at_ms) == _EPOCH_MS_DIGITS else None
