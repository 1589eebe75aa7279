"""Writing the whole read model anew, under a new epoch, from folded states and the last day of the log."""

import secrets
import time
from collections.abc import Iterator, Mapping

import msgspec
import redis.asyncio
import structlog

from contracts.commit import Commit, decode_commit, digest
from contracts.documents import encode_document
from dispatch import FOLD_VERSION, State
from stream.log.fold import Fold
from stream.log.read import RangeReader
from stream.readmodel import keys
from stream.readmodel.batch import answer_to
from stream.readmodel.digest import documents_of

log = structlog.get_logger(__name__)

_CHUNK = 2000


async def rebuild(store: redis.asyncio.Redis, reader: RangeReader, folds: Mapping[int, Fold]) -> str:
    """Replace everything by what these folds say; return the new epoch.

    The epoch is taken away first and given last, together with offsets and heads: a reader that finds none knows that it must wait.

    Raises:
        redis.RedisError, KafkaError, OSError, TimeoutError: begin again; without an epoch nobody reads a half-built model.
    """
    started = time.monotonic()
    await store.delete(keys.EPOCH, keys.OFFSETS, keys.JURISDICTIONS)
    for pattern in ("doc:*", "feed:*", "head:*"):
        async for key in store.scan_iter(pattern, count=1000):
            await store.unlink(key)
    documents = 0
    for fold in folds.values():
        for state in fold.states.values():
            for key, rows in _chunks(state):
                await store.hset(key, mapping=rows)  # type: ignore[arg-type]
                documents += len(rows)
    answers = await _answers(store, reader, folds)
    epoch = secrets.token_hex(8)
    async with store.pipeline(transaction=True) as pipeline:
        for fold in folds.values():
            if fold.next_offset:
                pipeline.hset(keys.OFFSETS, str(fold.partition), str(fold.next_offset - 1))
            for state in fold.states.values():
                if state.sequence:
                    pipeline.set(keys.head(state.jurisdiction), f"{state.sequence}:{state.head}")
                    pipeline.sadd(keys.JURISDICTIONS, state.jurisdiction)
                    pipeline.publish(keys.WAKE, state.jurisdiction)
        pipeline.set(keys.FOLD, FOLD_VERSION)
        pipeline.set(keys.EPOCH, epoch)
        await pipeline.execute()
    log.info("read_model_rebuilt", epoch=epoch, documents=documents, answers=answers, seconds=round(time.monotonic() - started, 2))
    return epoch


def _chunks(state: State) -> Iterator[tuple[str, dict[str, bytes]]]:
    rows: dict[str, dict[str, bytes]] = {}
    for jurisdiction, kind, id_, raw in documents_of(state):
        key = keys.documents(jurisdiction, kind)
        chunk = rows.setdefault(key, {})
        chunk[id_] = raw
        if len(chunk) >= _CHUNK:
            yield key, rows.pop(key)
    yield from rows.items()


async def _answers(store: redis.asyncio.Redis, reader: RangeReader, folds: Mapping[int, Fold]) -> int:
    """Give back the answers of the last day: a client that still asks must not wait for ever.

    Which records stand is known from the end: the head's hash names the last one, and each names the one before.
    """
    now_ms = time.time_ns() // 1_000_000
    written = 0
    for fold in folds.values():
        found: dict[str, tuple[Commit, bytes]] = {}

        def collect(_offset: int, record: bytes, found: dict[str, tuple[Commit, bytes]] = found) -> None:
            try:
                commit = decode_commit(record)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                return
            found[digest(record)] = (msgspec.structs.replace(commit, events=()), encode_document(answer_to(commit)))

        start = await reader.offset_at(fold.partition, now_ms - keys.ANSWER_S * 1000)
        await reader.read(fold.partition, start, collect, fold.next_offset)
        for state in fold.states.values():
            head = state.head
            async with store.pipeline(transaction=False) as pipeline:
                while head in found:
                    commit, raw = found[head]
                    head = commit.previous
                    left_s = keys.ANSWER_S - (now_ms - commit.occurred_at_ms) // 1000
                    if left_s > 0 and commit.sequence not in state.unsound:
                        pipeline.set(keys.answer(commit.command_id), raw, ex=left_s)
                        written += 1
                await pipeline.execute()
    return written
