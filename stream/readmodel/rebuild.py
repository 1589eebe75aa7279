"""Writing the whole read model anew, under a new epoch, from folded states; the answers of the last day follow in `answers`."""

import secrets
import time
from collections.abc import Iterator, Mapping

import redis.asyncio
import structlog

from dispatch import FOLD_VERSION, State
from stream.log.fold import Fold
from stream.readmodel import keys
from stream.readmodel.digest import documents_of

log = structlog.get_logger(__name__)

_CHUNK = 2000


async def rebuild(store: redis.asyncio.Redis, folds: Mapping[int, Fold]) -> str:
    """Replace everything by what these folds say; return the new epoch.

    The epoch is taken away first and given last, together with offsets and heads: a reader that finds none knows that it must wait.

    Raises:
        redis.RedisError, OSError: begin again; without an epoch nobody reads a half-built model.
    """
    started = time.monotonic()
    await store.delete(keys.EPOCH, keys.ANSWERED, keys.OFFSETS, keys.JURISDICTIONS)
    for pattern in ("doc:*", "feed:*", "head:*"):
        async for key in store.scan_iter(pattern, count=1000):
            await store.unlink(key)
    documents = 0
    for fold in folds.values():
        for state in fold.states.values():
            for key, rows in _chunks(state):
                await store.hset(key, mapping=rows)  # type: ignore[arg-type]
                documents += len(rows)
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
    log.info("read_model_rebuilt", epoch=epoch, documents=documents, seconds=round(time.monotonic() - started, 2))
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
