"""The writer loop of one partition. Knows Kafka's log, the pure core and nothing of Faust.

confirmed : folded from the log, in log order, up to its next_offset - 1
optimistic: confirmed and our own decisions that are not acknowledged yet

One batch is in flight; deciding goes on while it flies. The batch's offset equal to the confirmed next one proves that
nobody else wrote in between, so all of it stands and its commands are acknowledged in order. Anything else is doubt:
another offset, an error, a new generation of the group, seconds without contact. Then: read the log to its end, drop the
optimistic states, decide again what the log does not hold. Start, take-over, a paused process that wakes up, a broker's
failure and late retries are this one path.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

import msgspec
import structlog
from aiokafka.errors import KafkaError

from contracts.commit import Commit
from contracts.events import CommandRejected
from contracts.topics import COMMANDS, COMMITS
from dispatch import State
from dispatch.tables import Key
from stream.log.append import Appender
from stream.log.fold import Fold, Standing
from stream.log.read import RangeReader
from stream.log.snapshots import SnapshotFolder
from stream.log.start import starting_fold
from stream.writer.decision import UNDECIDED, Decision, FailedError, Judge, Letter
from stream.writer.doubt import DoubtClock
from stream.writer.refusal_log import RefusalLog

log = structlog.get_logger(__name__)

OUTSTANDING = 4000  # commands taken and not yet acknowledged: above it the partition is not read on
BATCH_RECORDS = 1000
BATCH_BYTES = 960 * 1024
LINGER_S = 0.004  # fuller batches when there is much to do: fewer system calls
LINGER_FROM = 8  # commands in the last batch; below, whoever waits for an answer does not wait for company
FRESH_S = 3.0  # half the group's session: after that somebody else may own the partition
SNAPSHOT_COMMITS = 5000
SNAPSHOT_SHARE = 0.02  # of the time: a snapshot is as dear as the state is big, so a big one is taken more rarely
_RETRY_S = 0.2
_RECORD_BYTES = 200  # what key, offset, time and lengths of a record take, at most


class Found(NamedTuple):
    """One record. name: of its topic in contracts.topics."""

    name: str
    partition: int
    offset: int
    key: bytes | None
    raw: bytes


class PutAside(Protocol):
    """Puts a record into the dead letters. Raises KafkaError, TimeoutError."""

    async def __call__(self, found: Found, letter: Letter) -> None: ...


class Acknowledge(Protocol):
    """Takes note that every command of a partition before this offset is done with, in a generation of the group."""

    def __call__(self, generation: int, partition: int, next_offset: int) -> None: ...


class Item(msgspec.Struct, gc=False):
    """One command on its way."""

    offset: int
    key: bytes | None
    raw: bytes
    appended_at_ms: int
    decision: Decision = UNDECIDED
    decided: bool = False
    failed: str | None = None
    put_aside: bool = False


class _Flight:
    """What is being appended. generation None: it is over, and its commands will be delivered again."""

    def __init__(self, generation: int | None, items: list[Item]) -> None:
        self.generation, self.items = generation, items


class PartitionWriter:
    """Give it generations and commands; it acknowledges them when their commits are in the log."""

    def __init__(
        self, *, partition: int, appender: Appender, reader: RangeReader, snapshots: SnapshotFolder | None, judge: Judge,
        put_aside: PutAside, acknowledge: Acknowledge,
        on_commit: Callable[[str, tuple[Key, ...]], None] = lambda _jurisdiction, _touched: None,
    ) -> None:  # fmt: skip
        self.partition = partition
        self.confirmed: Fold | None = None
        self.owned = False
        self.stats: Counter[str] = Counter()
        self._appender, self._reader, self._snapshots = appender, reader, snapshots
        self._judge, self._put_aside, self._acknowledge, self._on_commit = judge, put_aside, acknowledge, on_commit
        self._refusals = RefusalLog(partition)
        self._optimistic: dict[str, State] = {}
        self._generation: int | None = None
        self._doubt, self._diverged = True, True
        self._fresh_at = 0.0
        self._open: deque[Item] = deque()
        self._flight = _Flight(None, [])
        self._last_flight = 0
        self._unsound: list[tuple[int, bytes, Standing]] = []
        self._doubted = DoubtClock(self.stats)
        self._snapshot_at, self._snapshot_after_s, self._snapshot_made_s = 0, 0.0, time.time()
        self._snapshot_task: asyncio.Task[None] | None = None
        self._wake, self._room = asyncio.Event(), asyncio.Event()

    # --- called by the owner of the consumer ----------------------------------------------------------------------

    def assign(self, generation: int) -> None:
        """The partition is ours in a new generation of the group: whatever others wrote meanwhile is in the log."""
        self._forget()
        self._generation, self.owned = generation, True
        self._doubted.begin()
        self._wake.set()

    def revoke(self) -> None:
        """The partition is no longer ours."""
        self._forget()
        self._generation, self.owned = None, False
        self._doubted.end(recovered=False)

    @property
    def doubt_s(self) -> float:
        """For how long it has not been able to decide; nought while it can."""
        return self._doubted.seconds

    @property
    def snapshot_behind(self) -> int:
        """How many records of the log a start would have to fold after the newest snapshot."""
        return 0 if self.confirmed is None else self.confirmed.next_offset - self._snapshot_at

    @property
    def snapshot_age_s(self) -> float:
        """How old the newest snapshot is (or this process, if that is younger); nought when nothing came after it."""
        return max(0.0, time.time() - self._snapshot_made_s) if self.snapshot_behind else 0.0

    def offer(self, generation: int, items: Iterable[Item]) -> None:
        """Take commands in the order of the partition. Those of another generation are dropped: they come again."""
        if generation != self._generation:
            return
        for item in items:
            if not self._doubt:
                self._decide(item)
            self._open.append(item)
        self._wake.set()

    async def room(self) -> None:
        """Wait until it can take more."""
        while len(self._open) + len(self._flight.items) >= OUTSTANDING:
            self._room.clear()
            await self._room.wait()

    async def drained(self) -> None:
        """Wait until everything taken is in the log and acknowledged."""
        while self._open or self._flight.items:  # noqa: ASYNC110 - at most a few milliseconds, once in a worker's life
            await asyncio.sleep(LINGER_S)

    def _forget(self) -> None:
        self._doubt = self._diverged = True
        self._open.clear()
        self._flight.generation = None
        self._room.set()

    # --- deciding -------------------------------------------------------------------------------------------------

    def _decide(self, item: Item) -> None:
        try:
            item.decision = self._judge.decide(self._optimistic, item.raw, item.appended_at_ms, item.failed)
            item.decided = True
        except FailedError as err:
            # The rules may have left the state half changed: start again from what the log says, and refuse this one.
            log.exception(
                "decide_failed", jurisdiction=err.jurisdiction, sequence=err.sequence, command=err.command_id, partition=self.partition,
                offset=item.offset,
            )  # fmt: skip
            self.stats["failures"] += 1
            if item.failed is not None:
                item.decision, item.decided = Decision(letter=Letter("decide_failed", f"{item.failed}; then {err}")), True
            item.failed = str(err)
            self._begin_doubt()
            self._diverged = True

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            try:
                await self._step()
            except Exception:
                self.stats["errors"] += 1
                log.exception("writer_step_failed", partition=self.partition)
                self._restore_flight()
                await asyncio.sleep(_RETRY_S)

    async def _step(self) -> None:
        if not self._open and not (self.owned and self._doubt):
            self._wake.clear()
            self._room.set()
            await self._wake.wait()
        if self._doubt:
            await self._settle()
            return
        if self._last_flight >= LINGER_FROM and len(self._open) < BATCH_RECORDS:
            await asyncio.sleep(LINGER_S)
            if self._doubt:
                return
        if self._open and time.monotonic() - self._fresh_at > FRESH_S:
            self._begin_doubt()
            return
        await self._append()
        self._take_snapshot()

    # --- doubt ----------------------------------------------------------------------------------------------------

    async def _settle(self) -> None:
        generation = self._generation
        try:
            foreign = await self._catch_up()
        except (KafkaError, OSError, TimeoutError) as err:
            log.warning("catch_up_failed", partition=self.partition, error=repr(err))
            await asyncio.sleep(_RETRY_S)
            return
        if generation != self._generation:
            return  # assigned anew while reading: read again
        moved = foreign > 0 or self._diverged
        if moved:
            assert self.confirmed is not None  # noqa: S101 - _catch_up has set it
            self._optimistic = self.confirmed.copy().states
            for item in self._open:
                item.decided = False
        await self._report_unsound()
        self._doubt = self._diverged = False
        self._fresh_at = time.monotonic()
        self._doubted.end(recovered=moved)
        for item in self._open:
            if not item.decided:
                self._decide(item)
            if self._doubt:
                return

    def _begin_doubt(self) -> None:
        self._doubt = True
        self._doubted.begin()

    async def _catch_up(self) -> int:
        started = time.monotonic()
        if self.confirmed is None:
            self.confirmed = await starting_fold(self._reader, self._snapshots, self.partition)
            self._snapshot_at = self.confirmed.next_offset
        fold, before, ignored = self.confirmed, self.confirmed.next_offset, self.confirmed.ignored

        def step(offset: int, record: bytes) -> None:
            standing = fold.step(offset, record)
            if standing is not None:
                self._on_commit(standing.commit.jurisdiction, standing.touched)
                if standing.unsound is not None:
                    self._unsound.append((offset, record, standing))

        await self._reader.read(self.partition, before, step)
        read = fold.next_offset - before
        self.stats["catch_ups"] += 1
        self.stats["ignored"] += fold.ignored - ignored
        if read or self._diverged:
            log.info(
                "caught_up", partition=self.partition, read=read, ignored=fold.ignored - ignored, next_offset=fold.next_offset,
                seconds=round(time.monotonic() - started, 3),
            )  # fmt: skip
        return read

    async def _report_unsound(self) -> None:
        """Put aside what was found in the log and cannot be folded. Who has the broker's word for nothing else goes on deciding."""
        while self._unsound:
            offset, record, standing = self._unsound[0]
            commit, why = standing.commit, standing.unsound or ""
            try:
                await self._put_aside(
                    Found(COMMITS, self.partition, offset, commit.jurisdiction.encode(), record),
                    Letter("unsound_commit", f"{commit.jurisdiction} sequence {commit.sequence} by {commit.actor.account}: {why}"),
                )  # fmt: skip
            except (KafkaError, OSError, TimeoutError) as err:
                log.warning("unsound_commit_not_put_aside", partition=self.partition, offset=offset, error=repr(err))
                return
            log.error(
                "unsound_commit", partition=self.partition, offset=offset, jurisdiction=commit.jurisdiction, sequence=commit.sequence,
                command=commit.command_id, reason=why,
            )  # fmt: skip
            self.stats["unsound"] += 1
            del self._unsound[0]

    # --- appending ------------------------------------------------------------------------------------------------

    def _next_flight(self) -> _Flight:
        items: list[Item] = []
        size, waiting = 0, self._open
        while waiting and len(items) < BATCH_RECORDS:
            size += len(waiting[0].decision.record) + _RECORD_BYTES
            if items and size > BATCH_BYTES:
                break
            items.append(waiting.popleft())
        return _Flight(self._generation, items)

    async def _append(self) -> None:
        confirmed = self.confirmed
        assert confirmed is not None  # noqa: S101 - without doubt there is a fold
        self._flight = flight = self._next_flight()
        self._last_flight = len(flight.items)
        decisions: list[Decision] = []
        for item in flight.items:
            decision = item.decision
            if decision.commit is not None:
                decisions.append(decision)
            if decision.letter is not None and not item.put_aside:
                await self._put_aside(Found(COMMANDS, self.partition, item.offset, item.key, item.raw), decision.letter)
                item.put_aside = True
        if decisions:
            try:
                offset = await self._appender.append(self.partition, [(decision.key, decision.record) for decision in decisions])
            except (KafkaError, OSError, TimeoutError) as err:
                log.warning("append_failed", partition=self.partition, **_named(decisions), error=repr(err))
                offset = -1
            if offset != confirmed.next_offset:
                self.stats["doubts"] += 1
                log.warning("doubt", partition=self.partition, acknowledged_at=offset, expected=confirmed.next_offset, **_named(decisions))
                self._restore_flight()
                return
            for decision in decisions:
                commit = decision.commit
                assert commit is not None  # noqa: S101 - the others are not in the list
                self._on_commit(commit.jurisdiction, confirmed.step_own(offset, commit, decision.head, decision.writes))
                offset += 1
                if decision.writes is None:
                    self._count_refusal(commit)
            self._fresh_at = time.monotonic()
            self.stats["commits"] += len(decisions)
        self.stats["commands"] += len(flight.items)
        if flight.generation is not None and flight.items:
            self._acknowledge(flight.generation, self.partition, flight.items[-1].offset + 1)
        self._flight = _Flight(None, [])
        self._room.set()

    def _count_refusal(self, commit: Commit) -> None:
        event = commit.events[0] if commit.events else None
        if isinstance(event, CommandRejected):
            self.stats[f"rejected:{event.code}"] += 1
            self._refusals.note(commit, event)

    def _restore_flight(self) -> None:
        # The order of arrival is kept; those of an older generation come again by themselves.
        if self._flight.generation is not None:
            self._open.extendleft(reversed(self._flight.items))
        self._flight = _Flight(None, [])
        self._begin_doubt()
        self._diverged = True

    # --- snapshots ------------------------------------------------------------------------------------------------

    def _take_snapshot(self) -> None:
        if (
            self.confirmed is not None
            and self.confirmed.next_offset - self._snapshot_at >= SNAPSHOT_COMMITS
            and time.monotonic() >= self._snapshot_after_s
            and (self._snapshot_task is None or self._snapshot_task.done())
        ):
            self._snapshot_task = asyncio.create_task(asyncio.to_thread(self._write_snapshot, self.confirmed.copy()))

    def _write_snapshot(self, fold: Fold) -> None:
        """Write one. A failure is logged: the next one will do."""
        if self._snapshots is None or fold.next_offset == self._snapshot_at:
            return
        began_s = time.monotonic()
        try:
            self._snapshots.write(fold)
            self._snapshot_made_s = time.time()
            self.stats["snapshots"] += 1
        except (OSError, OverflowError) as err:
            # OverflowError: a number in it that no snapshot can hold; the log can.
            self.stats["snapshot_failures"] += 1
            log.warning("snapshot_failed", partition=self.partition, next_offset=fold.next_offset, error=str(err))
        self._snapshot_at = fold.next_offset
        self._snapshot_after_s = time.monotonic() + (time.monotonic() - began_s) / SNAPSHOT_SHARE

    async def end(self) -> None:
        """After the last step: keep a snapshot of everything that stands."""
        if self._snapshot_task is not None:
            await self._snapshot_task
        if self.confirmed is not None:
            self._write_snapshot(self.confirmed)


def _named(decisions: list[Decision]) -> dict[str, str | int]:
    """The first commit of a batch, for a log line about the whole."""
    commit = decisions[0].commit
    if commit is None:
        return {}
    return {"commits": len(decisions), "jurisdiction": commit.jurisdiction, "sequence": commit.sequence, "command": commit.command_id}
