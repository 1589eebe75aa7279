"""Consistent reads of the read model, for the web process (synchronous redis-py, replies as bytes)."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import redis

from contracts.errors import StoreAwayError
from stream.readmodel import keys
from stream.readmodel.digest import digest_of

ROOM_KINDS = ("incident", "unit", "point", "camera", "plan", "tally")


class Room(NamedTuple):
    """A jurisdiction at one sequence. documents: kind → id → JSON."""

    epoch: str
    sequence: int
    head: str
    documents: dict[str, dict[str, bytes]]


class Changes(NamedTuple):
    """Feed entries (JSON) after a sequence, in order. entries None: the feed no longer reaches back that far; take a fresh room."""

    epoch: str
    sequence: int
    entries: list[bytes] | None


class LiveDigest(NamedTuple):
    """The digest of everything the read model holds, and the last applied offset of each partition."""

    epoch: str
    offsets: dict[int, int]
    digest: str


def read_room(store: redis.Redis, jurisdiction: str, kinds: tuple[str, ...] = ROOM_KINDS) -> Room:
    """Return the documents of a jurisdiction and the sequence they are at, in one transaction. Raises StoreAwayError."""

    def ask(pipeline: Any) -> None:
        pipeline.get(keys.EPOCH)
        pipeline.get(keys.head(jurisdiction))
        for kind in kinds:
            pipeline.hgetall(keys.documents(jurisdiction, kind))

    epoch, head, *tables = _together(store, ask)
    sequence, hash_ = _head(head)
    documents = {kind: {id_.decode(): raw for id_, raw in table.items()} for kind, table in zip(kinds, tables, strict=True)}
    return Room(_epoch(epoch), sequence, hash_, documents)


def read_changes(store: redis.Redis, jurisdiction: str, since: int, limit: int = keys.FEED_LENGTH) -> Changes:
    """Return the feed after a sequence. Raises StoreAwayError."""

    def ask(pipeline: Any) -> None:
        pipeline.get(keys.EPOCH)
        pipeline.get(keys.head(jurisdiction))
        pipeline.xrange(keys.feed(jurisdiction), f"{since + 1}-0", "+", count=limit)

    epoch, head, entries = _together(store, ask)
    sequence, _ = _head(head)
    reaches = since == sequence if not entries else int(entries[0][0].partition(b"-")[0]) == since + 1
    return Changes(_epoch(epoch), sequence, [fields[b"e"] for _, fields in entries] if reaches else None)


def read_heads(store: redis.Redis) -> tuple[str, dict[str, int]]:
    """Return (epoch, jurisdiction → sequence). Raises StoreAwayError."""
    names = _jurisdictions(store)

    def ask(pipeline: Any) -> None:
        pipeline.get(keys.EPOCH)
        for name in names:
            pipeline.get(keys.head(name))

    epoch, *heads = _together(store, ask)
    return _epoch(epoch), {name: _head(head)[0] for name, head in zip(names, heads, strict=True)}


def live_digest(store: redis.Redis) -> LiveDigest:
    """Return the digest of the live read model, all of it read in one transaction. Raises StoreAwayError."""
    while True:
        names = _jurisdictions(store)
        tables = [(name, kind) for name in names for kind in keys.KINDS]

        def ask(pipeline: Any, names: list[str] = names, tables: list[tuple[str, str]] = tables) -> None:
            pipeline.get(keys.EPOCH)
            pipeline.scard(keys.JURISDICTIONS)
            pipeline.hgetall(keys.OFFSETS)
            for name in names:
                pipeline.get(keys.head(name))
            for name, kind in tables:
                pipeline.hgetall(keys.documents(name, kind))

        epoch, count, offsets, *rest = _together(store, ask)
        if count != len(names):
            continue  # a jurisdiction's first commit came in between
        heads: Mapping[str, tuple[int, str]] = {name: _head(head) for name, head in zip(names, rest, strict=False)}
        documents = (
            (name, kind, id_.decode(), raw)
            for (name, kind), table in zip(tables, rest[len(names) :], strict=True)
            for id_, raw in table.items()
        )
        return LiveDigest(_epoch(epoch), {int(partition): int(at) for partition, at in offsets.items()}, digest_of(heads, documents))


def _jurisdictions(store: redis.Redis) -> list[str]:
    try:
        return sorted(name.decode() if isinstance(name, bytes) else name for name in store.smembers(keys.JURISDICTIONS))
    except (redis.RedisError, OSError) as err:
        raise StoreAwayError("The read model does not answer.") from err


def _together(store: redis.Redis, ask: Any) -> list[Any]:
    try:
        with store.pipeline(transaction=True) as pipeline:
            ask(pipeline)
            return list(pipeline.execute())
    except (redis.RedisError, OSError) as err:
        raise StoreAwayError("The read model does not answer.") from err


def _epoch(raw: bytes | None) -> str:
    if raw is None:
        raise StoreAwayError("The read model is being rebuilt from the log.")
    return raw.decode()


def _head(raw: bytes | None) -> tuple[int, str]:
    if raw is None:
        return 0, ""
    sequence, _, head = raw.decode().partition(":")
    return int(sequence), head
