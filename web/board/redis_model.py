"""web.ports.ReadModel over Redis, through the readers that the projector's side offers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import redis

from contracts.documents import Answer, Change, DocumentKind, FeedEntry
from contracts.errors import StoreAwayError, UnreadableError
from stream.readmodel import keys
from stream.readmodel.read import read_changes, read_room
from web.ports import Moves, Snapshot

_MOST_ENTRIES = 2000
_NULL = msgspec.Raw(b"null")
_decode_answer = msgspec.json.Decoder(Answer).decode


class RedisReadModel:
    """Synchronous; greenlets share the client's pool."""

    def __init__(self, server: redis.Redis) -> None:
        self._server = server

    def epoch(self) -> str | None:
        """Return the present epoch, None while the read model is built. Raises StoreAwayError."""
        raw = _ask(lambda: self._server.get(keys.EPOCH))
        return None if raw is None else bytes(raw).decode()

    def snapshot(self, jurisdiction: str) -> Snapshot:
        """Read every kind and the sequence in one transaction. Raises StoreAwayError."""
        room = read_room(self._server, jurisdiction, keys.KINDS)
        return Snapshot(jurisdiction=jurisdiction, epoch=room.epoch, sequence=room.sequence, documents=room.documents)

    def follow(self, after: Mapping[str, int], wait_ms: int) -> tuple[str | None, list[FeedEntry]]:
        """Return the epoch and what is newer; waits on the streams for the first. Raises StoreAwayError, UnreadableError."""
        streams: dict[Any, Any] = {keys.feed(name): f"{sequence}-0" for name, sequence in after.items()}

        def ask() -> Any:
            # Sent at once, answered one after the other: the second only when the first has something or has waited long enough.
            with self._server.pipeline(transaction=False) as pipeline:
                pipeline.xread(streams, count=_MOST_ENTRIES, block=wait_ms)
                pipeline.get(keys.EPOCH)
                return pipeline.execute()

        found, epoch = _ask(ask)
        entries = [decode_entry(fields[b"e"]) for _, entries in _streams(found) for _, fields in entries]
        return None if epoch is None else epoch.decode(), entries

    def since(self, jurisdiction: str, sequence: int, *, upto: int) -> list[FeedEntry] | None:
        """Return (sequence, upto], None when the feed does not reach back. Raises StoreAwayError, UnreadableError."""
        if sequence > upto:
            return None
        if sequence == upto:
            return []
        changes = read_changes(self._server, jurisdiction, sequence, limit=upto - sequence)
        if changes.entries is None or len(changes.entries) < upto - sequence:
            return None
        return [decode_entry(raw) for raw in changes.entries]

    def answer(self, command_id: str) -> Answer | None:
        """Return what became of a command. Raises StoreAwayError."""
        raw = _ask(lambda: self._server.get(keys.answer(command_id)))
        return None if raw is None else _decode_answer(raw)

    def answers(self, command_ids: Sequence[str]) -> dict[str, Answer]:
        """Return the answers that are known. Raises StoreAwayError."""
        found = _ask(lambda: self._server.mget(map(keys.answer, command_ids)))
        return {name: _decode_answer(raw) for name, raw in zip(command_ids, found, strict=True) if raw is not None}

    def positions(self, jurisdiction: str) -> dict[str, tuple[int, float, float]]:
        """Return unit → (at_ms, lat_wgs84, lon_wgs84). Raises StoreAwayError."""
        found = _ask(lambda: self._server.hgetall(keys.seen(jurisdiction)))
        positions = {}
        for unit, raw in found.items():
            at_ms, lat, lon = raw.decode().split(",")[:3]
            positions[unit.decode()] = (int(at_ms), float(lat), float(lon))
        return positions

    def moves_end(self, jurisdiction: str) -> str:
        """Return the identifier of the last entry of the moves. Raises StoreAwayError."""
        found = _ask(lambda: self._server.xrevrange(keys.moves(jurisdiction), count=1))
        return found[0][0].decode() if found else "0-0"

    def moves(self, after: Mapping[str, str]) -> dict[str, Moves]:
        """Return what moved since. Raises StoreAwayError, UnreadableError."""
        if not after:
            return {}
        streams: dict[Any, Any] = {keys.moves(name): at for name, at in after.items()}
        found = _streams(_ask(lambda: self._server.xread(streams, count=keys.MOVES_KEPT)))
        names = {keys.moves(name): name for name in after}
        return {names[stream.decode()]: _moves(entries) for stream, entries in found}


def _streams(reply: Any) -> list[tuple[bytes, list[Any]]]:
    if isinstance(reply, dict):
        return [(name, batch) for name, batches in reply.items() for batch in batches]
    return reply or []


class _Move(msgspec.Struct):
    unit: str
    at_ms: int
    lat_wgs84: float
    lon_wgs84: float


_decode_moves = msgspec.json.Decoder(list[_Move]).decode


def _moves(entries: list[Any]) -> Moves:
    fixes: dict[str, tuple[int, float, float]] = {}
    try:
        for _, fields in entries:
            fixes.update({one.unit: (one.at_ms, one.lat_wgs84, one.lon_wgs84) for one in _decode_moves(fields[b"m"])})
    except (msgspec.MsgspecError, UnicodeDecodeError) as err:
        raise UnreadableError(f"What moved is not readable: {err}") from err
    return Moves(at=entries[-1][0].decode(), fixes=fixes, cut=len(entries) >= keys.MOVES_KEPT)


class _Change(msgspec.Struct):
    kind: DocumentKind
    id: str
    # msgspec decodes a Raw, but not "a Raw or null".
    document: msgspec.Raw = _NULL


class _Entry(msgspec.Struct):
    jurisdiction: str
    sequence: int
    at_ms: int
    command_id: str
    events: tuple[str, ...]
    changes: tuple[_Change, ...]


_decode = msgspec.json.Decoder(_Entry).decode


def decode_entry(raw: bytes) -> FeedEntry:
    """Read one entry of the feed. Raises UnreadableError."""
    try:
        found = _decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError) as err:
        raise UnreadableError(f"A feed entry is not readable: {err}") from err
    changes = tuple(
        Change(kind=one.kind, id=one.id, document=None if one.document == _NULL else one.document.copy()) for one in found.changes
    )
    return FeedEntry(
        jurisdiction=found.jurisdiction,
        sequence=found.sequence,
        at_ms=found.at_ms,
        command_id=found.command_id,
        events=found.events,
        changes=changes,
    )


def _ask(question: Callable[[], Any]) -> Any:
    # Any: redis-py's replies are typed for both of its clients and both protocols at once.
    try:
        return question()
    except (redis.RedisError, OSError) as err:
        raise StoreAwayError("The read model does not answer.") from err
