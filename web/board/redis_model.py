"""web.ports.ReadModel over Redis, through the readers that the projector's side offers."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import redis

from contracts.documents import Answer, Change, DocumentKind, FeedEntry
from contracts.errors import StoreAwayError, UnreadableError
from stream.readmodel import keys
from stream.readmodel.read import read_changes, read_room
from web.ports import Snapshot

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

    def follow(self, after: Mapping[str, int], wait_ms: int) -> list[FeedEntry]:
        """Return what is newer; waits on the streams for the first. Raises StoreAwayError, UnreadableError."""
        streams: dict[Any, Any] = {keys.feed(name): f"{sequence}-0" for name, sequence in after.items()}
        found = _ask(lambda: self._server.xread(streams, count=_MOST_ENTRIES, block=wait_ms)) or []
        if isinstance(found, dict):
            found = [(name, batch) for name, batches in found.items() for batch in batches]
        return [decode_entry(fields[b"e"]) for _, entries in found for _, fields in entries]

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

    def positions(self, jurisdiction: str) -> dict[str, tuple[int, float, float]]:
        """Return unit → (at_ms, lat_wgs84, lon_wgs84). Raises StoreAwayError."""
        found = _ask(lambda: self._server.hgetall(keys.seen(jurisdiction)))
        positions = {}
        for unit, raw in found.items():
            at_ms, lat, lon = raw.decode().split(",")[:3]
            positions[unit.decode()] = (int(at_ms), float(lat), float(lon))
        return positions


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
