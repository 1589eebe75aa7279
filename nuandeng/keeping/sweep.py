"""What is over its time: pictures of sightings that were dismissed, those that no decision ever named, and where somebody was days ago.

Raw facts go by themselves: Kafka's retention is written in contracts/topics.py (positions 72 h). The read model holds each unit's last
position, whenever that was; here it goes too.
"""

import time
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
import redis

from contracts.commit import Commit, decode_commit
from contracts.events import (
    IncidentCancelled,
    IncidentFiled,
    IncidentRejected,
    IncidentReopened,
    IncidentReported,
    SightingAttached,
    SightingOpened,
)
from contracts.runtime import Runtime
from contracts.terms import Source, UnitKind
from contracts.topics import COMMITS, DAY_MS
from contracts.values import Picture
from dispatch.areas import jurisdiction_of
from nuandeng.keeping.subjects import sealed_in
from stream.access import kafka_settings, topic
from stream.log.read import RangeReader
from stream.partition import partition_count
from stream.readmodel import keys
from stream.vault.evidence import FsspecEvidenceStore
from stream.vault.keystore import FileKeyStore

KEPT_MS = 7 * DAY_MS
POSITIONS_KEPT_MS = 3 * DAY_MS


class Swept(NamedTuple):
    """What was removed. dismissed: files of dismissed sightings; unnamed: files that no commit names; positions: of units."""

    dismissed: int
    unnamed: int
    positions: int


class PicturesOfLog:
    """Which pictures the log names, and which of them belong to sightings alone that were dismissed, since when.

    latest_ms: of the last commit.
    """

    def __init__(self) -> None:
        self.named: set[str] = set()
        self.latest_ms = 0
        self._of: dict[str, set[Picture]] = {}
        self._from_cameras: set[str] = set()
        self._dismissed_at_ms: dict[str, int] = {}

    def take(self, commit: Commit) -> None:
        """Look at one commit, in the order of the log."""
        self.latest_ms = max(self.latest_ms, commit.occurred_at_ms)
        for event in commit.events:
            incident = getattr(event, "incident", "")
            for one in sealed_in(event):
                if isinstance(one, Picture):
                    self.named.update((one.sha256, one.public_sha256))
                    self._of.setdefault(incident, set()).add(one)
            match event:
                case SightingOpened() | SightingAttached():
                    self._from_cameras.add(incident)
                case IncidentReported(source=source) if source is not Source.CAMERA:
                    self._from_cameras.discard(incident)
                case IncidentRejected() | IncidentCancelled():
                    self._dismissed_at_ms[incident] = commit.occurred_at_ms
                case IncidentReopened() | IncidentFiled():
                    self._dismissed_at_ms.pop(incident, None)
                case _:
                    pass

    def over(self, before_ms: int) -> set[Picture]:
        """The pictures of sightings that were dismissed before a time and not taken up again; none that somebody else's incident holds."""
        gone = {name for name in self._from_cameras if self._dismissed_at_ms.get(name, before_ms) < before_ms}
        kept = {one for name, held in self._of.items() if name not in gone for one in held}
        return {one for name in gone for one in self._of.get(name, ())} - kept


async def sweep(runtime: Runtime, now_ms: int | None = None) -> Swept:
    """Remove pictures that have lain for a week, and positions of three days ago. Hashes stay in the log: what was there can be proved.

    Raises:
        KafkaError, redis.RedisError, OSError, TimeoutError: nothing, or a part of it, was removed; the next sweep goes on.
    """
    store = FsspecEvidenceStore(runtime.evidence, FileKeyStore(Path(runtime.keystore)))
    # Looked at before the log is: a picture is stored before a commit names it, never the other way round.
    kinds: tuple[Literal["originals"], Literal["public"]] = ("originals", "public")
    stored = [(kind, name, at_s * 1000) for kind in kinds for name, at_s in store.names(kind) if at_s is not None]
    pictures = await _read(runtime)
    if now_ms is None:
        # What is removed never comes back: a machine whose clock is ahead must not be believed beyond what the log has seen.
        now_ms = min(time.time_ns() // 1_000_000, pictures.latest_ms)
    before_ms = now_ms - KEPT_MS
    over = pictures.over(before_ms)
    dismissed = sum(store.remove_copy("originals", one.sha256) + store.remove_copy("public", one.public_sha256) for one in over)
    unnamed = sum(store.remove_copy(kind, name) for kind, name, at_ms in stored if at_ms < before_ms and name not in pictures.named)
    with redis.Redis.from_url(runtime.valkey_url, socket_timeout=10, socket_connect_timeout=2) as read_model:
        positions = sum(_positions(read_model, one.code, now_ms - POSITIONS_KEPT_MS) for one in runtime.jurisdictions)
    return Swept(dismissed, unnamed, positions)


def _positions(read_model: redis.Redis, code: str, before_ms: int) -> int:
    """Remove where a jurisdiction's units were before a time; who has moved since comes back by itself."""
    jurisdiction = jurisdiction_of(code)
    seen: Any = read_model.hgetall(keys.seen(jurisdiction))
    gone = [unit for unit, fix in seen.items() if int(fix.partition(b",")[0]) < before_ms]
    if gone:
        with read_model.pipeline() as removing:
            removing.hdel(keys.seen(jurisdiction), *gone)
            for kind in UnitKind:
                for free in (True, False):
                    removing.zrem(keys.geo(jurisdiction, kind.value, free=free), *gone)
            removing.execute()
    return len(gone)


async def _read(runtime: Runtime) -> PicturesOfLog:
    pictures, reader = PicturesOfLog(), RangeReader(kafka_settings(runtime), topic(runtime, COMMITS))

    def take(_offset: int, record: bytes) -> None:
        try:
            pictures.take(decode_commit(record))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return  # `audit verify` names it

    try:
        for partition in range(partition_count()):
            await reader.read(partition, 0, take)
    finally:
        await reader.stop()
    return pictures
