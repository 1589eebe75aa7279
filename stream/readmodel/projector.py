"""The projector: folds the log and brings the read model after it, one atomic step a batch."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import redis
import redis.asyncio
import structlog
from aiokafka.errors import KafkaError

from dispatch import FOLD_VERSION, State
from dispatch.tables import Key
from stream.follow import LogFollower
from stream.log.fold import Fold, Standing
from stream.log.read import RangeReader
from stream.log.snapshots import SnapshotFolder
from stream.log.start import log_confirms, starting_fold
from stream.partition import partition_count
from stream.readmodel import keys
from stream.readmodel.answers import give_back_answers
from stream.readmodel.batch import Batch
from stream.readmodel.rebuild import rebuild
from stream.readmodel.script import APPLY

log = structlog.get_logger(__name__)

_LOOK_S = 0.5
_LOCK_S = 15
_REBUILDING = "rebuilding"
# Far below what anybody sees, and at two hundred commits a second half the fetches.
_REST_S = 0.005


class OtherStoreError(Exception):
    """The read model is not the one this fold goes with."""


class Projector:
    """Any number may run: a batch that another one has applied is refused by the store, and counts as done."""

    def __init__(self, settings: dict[str, Any], topic: str, snapshots: SnapshotFolder | None, store: redis.asyncio.Redis) -> None:
        """settings: of the Kafka clients. store: replies as bytes."""
        self._snapshots, self._store = snapshots, store
        self._apply = store.register_script(APPLY)
        self._epoch: str | None = None
        self._batches: dict[int, Batch] = {}
        self._flights: dict[int, asyncio.Task[None]] = {}
        self._rebuilt: dict[int, Fold] = {}
        self._left: dict[int, Fold] = {}
        self._past = RangeReader(settings, topic)
        self._answering: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._answering.set_result(None)
        self._rebuilding = asyncio.Lock()
        self.follower = LogFollower(
            settings, topic, snapshots, on_standing=self._take, after_batch=self._after_batch, begin=self._begin, rest_s=_REST_S
        )
        self.counts = {"commits": 0, "batches": 0, "refused": 0, "rebuilds": 0, "recoveries": 0, "recovery_ms": 0}
        self._lost_s = time.monotonic()
        # Told of each commit that stands, after its state was brought forward: (jurisdiction, touched).
        self.on_commit: Callable[[str, tuple[Key, ...]], None] = lambda _jurisdiction, _touched: None

    async def run(self) -> None:
        """Run until cancelled."""
        watch = asyncio.create_task(self._watch())
        try:
            await self.follower.run()
        finally:
            watch.cancel()
            self._answering.cancel()
            await asyncio.gather(self._answering, *self._flights.values(), return_exceptions=True)
            await self._past.stop()

    # --- beginning ------------------------------------------------------------------------------------------------

    async def _begin(self, partition: int) -> Fold:
        """Fold to where the store is, and check that it is the same log. An empty store, another's or another release's is rebuilt."""
        await self._landed(partition)
        async with self._rebuilding:
            epoch, written_by = await self._store.mget(keys.EPOCH, keys.FOLD)
            if epoch is None or written_by is None or _text(written_by) != str(FOLD_VERSION):
                await self._rebuild()
            else:
                self._epoch = _text(epoch)
        raw = await self._store.hget(keys.OFFSETS, str(partition))
        at = -1 if raw is None else int(raw)
        ready = self._rebuilt.pop(partition, None)
        if ready is not None and ready.next_offset == at + 1:
            fold = ready
        else:
            fold = await starting_fold(self.follower.reader, self._snapshots, partition, at_most=at + 1)
            await self.follower.reader.read(partition, fold.next_offset, lambda offset, record: _fold(fold, offset, record), at + 1)
        if fold.next_offset != at + 1 or not await self._same_heads(fold):
            log.warning("other_store", partition=partition, store_at=at, log_at=fold.next_offset - 1)
            await self._store.delete(keys.EPOCH)
            raise OtherStoreError(f"The read model's partition {partition} does not go with this log.")
        self._batches[partition] = Batch()
        self._left.pop(partition, None)
        return fold

    async def _same_heads(self, fold: Fold) -> bool:
        for state in fold.states.values():
            if state.sequence and await self._store.get(keys.head(state.jurisdiction)) != f"{state.sequence}:{state.head}".encode():
                return False
        return True

    async def _rebuild(self) -> None:
        if not await self._store.set(_REBUILDING, "1", nx=True, ex=_LOCK_S):
            raise OtherStoreError("Another projector is rebuilding the read model.")
        renewing = asyncio.create_task(self._renew_lock())
        try:
            folds = {partition: await self._end_of_log(partition) for partition in range(partition_count())}
            self._epoch = await rebuild(self._store, folds)
            self._rebuilt = folds
            self.counts["rebuilds"] += 1
            self.counts["recoveries"] += 1
            self.counts["recovery_ms"] += round((time.monotonic() - self._lost_s) * 1000)
            log.info("rebuilt", epoch=self._epoch, commits=sum(state.sequence for fold in folds.values() for state in fold.states.values()))
        finally:
            renewing.cancel()
            await self._store.delete(_REBUILDING)

    async def _renew_lock(self) -> None:
        # Short, so that a projector killed in the middle holds nobody up; kept alive, so that two never write at once.
        while True:
            await asyncio.sleep(_LOCK_S / 4)
            await self._store.expire(_REBUILDING, _LOCK_S)

    async def _end_of_log(self, partition: int) -> Fold:
        """What was folded here and the rest of the log, unless it is another log by now; else from the newest snapshot."""
        self._drop(partition)
        fold, reader = self._left.pop(partition, None), self.follower.reader
        if fold is None or fold.next_offset == 0 or not await log_confirms(reader, partition, fold.next_offset, fold.last_record):
            return await self.follower.fold_to_end(partition)
        await reader.read(partition, fold.next_offset, lambda offset, record: _fold(fold, offset, record))
        return fold

    def _drop(self, partition: int) -> None:
        fold = self.follower.drop(partition)
        if fold is not None:
            self._left[partition] = fold

    # --- going on -------------------------------------------------------------------------------------------------

    def _take(self, partition: int, standing: Standing, state: State) -> None:
        self._batches[partition].add(standing, state)
        self.counts["commits"] += 1
        self.on_commit(standing.commit.jurisdiction, standing.touched)

    async def _after_batch(self, partition: int, first: int, last: int) -> None:
        """One batch of a partition is in flight; the next is folded meanwhile."""
        batch, self._batches[partition] = self._batches[partition], Batch()
        await self._landed(partition)
        if partition in self.follower.folds:
            self._flights[partition] = asyncio.create_task(self._bring(partition, batch, first, last))
            await asyncio.sleep(0)  # it begins to be sent before the next is folded

    async def _landed(self, partition: int) -> None:
        flight = self._flights.pop(partition, None)
        if flight is not None:
            await flight

    async def _bring(self, partition: int, batch: Batch, first: int, last: int) -> None:
        try:
            await self._apply_batch(partition, batch, first, last)
        except Exception as err:  # noqa: BLE001 - whatever was not applied is folded anew, from where the store is
            log.warning("batch_not_used", partition=partition, first=first, last=last, **batch.newest, error=repr(err))
            await asyncio.sleep(_LOOK_S)
            self._drop(partition)

    async def _apply_batch(self, partition: int, batch: Batch, first: int, last: int) -> None:
        arguments = batch.arguments(self._epoch or "", partition, first, last)
        said = await self._apply(keys=[keys.OFFSETS, keys.EPOCH, keys.JURISDICTIONS], args=arguments)
        if int(said[0]) == 1:
            self.counts["batches"] += 1
        elif int(said[0]) == 0 and int(said[1]) >= last:
            self.counts["refused"] += 1  # another projector was quicker
        else:
            raise OtherStoreError(f"The store refused {first}..{last}: {said}.")

    async def _watch(self) -> None:
        """A store that lost its data while nothing is written must be noticed too, and one that has no answers yet gets them."""
        while True:
            await asyncio.sleep(_LOOK_S)
            try:
                epoch, answered = await self._store.mget(keys.EPOCH, keys.ANSWERED)
            except (redis.RedisError, OSError):
                continue
            if self._epoch is None or self._rebuilding.locked():
                continue
            if epoch is None or _text(epoch) != self._epoch:
                log.warning("store_lost", epoch=self._epoch)
                self._epoch, self._lost_s = None, time.monotonic()
                for partition in range(partition_count()):
                    self._drop(partition)
            elif answered != epoch and self._answering.done() and len(self.follower.folds) == partition_count():
                self._answering = asyncio.create_task(self._answer(self._epoch))

    async def _answer(self, epoch: str) -> None:
        """Meanwhile everything else goes on: of what is committed from here on the answer comes with its batch."""
        try:
            await give_back_answers(self._store, self._past, self.follower.folds, self.follower.clocks)
            await self._store.set(keys.ANSWERED, epoch)
        except (redis.RedisError, KafkaError, OSError, TimeoutError) as err:
            log.warning("answers_not_given_back", error=repr(err))


def _text(raw: bytes | str) -> str:
    return raw.decode() if isinstance(raw, bytes) else raw


def _fold(fold: Fold, offset: int, record: bytes) -> None:
    fold.step(offset, record)
