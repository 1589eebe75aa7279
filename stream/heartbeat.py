"""Each worker says in Redis that it lives and how far it is; the supervisor restarts one whose offsets stand still while there is lag."""

import os
import time
from collections.abc import Mapping
from typing import Any

import redis
import redis.asyncio
import structlog

from stream.backlog import Backlog

log = structlog.get_logger(__name__)

EVERY_S = 1.0
GONE_AFTER_S = 15
# Names of all that beat, by when they did last: looking for their keys among millions of answers would take longer than a beat.
_BEATING = "workers"
_REMEMBERED_MS = 86_400_000


class Heartbeat:
    """Writes the hash `worker:{name}`: at_ms, started_at_ms, caught_up_at_ms, pid, state, lag, progress, and counters.

    It vanishes 15 s after the last beat. progress: a number that grows whenever work is done; with lag > 0 and progress unchanged the
    worker is stuck. caught_up_at_ms: when it last held all that there was. A counter is `count.{name}`, or
    `count.{name}:{label}` for one of a family, such as `count.rejected:wrong_state`.
    """

    def __init__(self, store: redis.asyncio.Redis, name: str) -> None:
        self._store, self._name = store, name
        self._started_at_ms = time.time_ns() // 1_000_000
        self._backlog = Backlog(self._started_at_ms)

    async def beat(self, *, progress: int, lag: int, state: str = "running", counters: Mapping[str, int] | None = None) -> None:
        """Write once. Valkey being away is not the worker's failure."""
        now_ms = time.time_ns() // 1_000_000
        fields: dict[str, str | int] = {
            "at_ms": now_ms,
            "started_at_ms": self._started_at_ms,
            "caught_up_at_ms": self._backlog.sample(now_ms, progress, lag),
            "pid": os.getpid(),
            "state": state,
            "progress": progress,
            "lag": lag,
            **{f"count.{name}": value for name, value in (counters or {}).items()},
        }
        try:
            async with self._store.pipeline(transaction=True) as pipeline:
                write_beat(pipeline, self._name, fields)
                await pipeline.execute()
        except redis.RedisError as err:
            log.debug("heartbeat_failed", error=str(err))


def role_of(name: str) -> str:
    """What a part does, of the name that it beats under: of several that do the same, each is role.anything."""
    return name.partition(".")[0]


def write_beat(pipeline: Any, name: str, fields: Mapping[str, str | int]) -> None:
    """Put the writing of a beat into a transaction of either of redis-py's clients. fields: at least at_ms."""
    key = f"worker:{name}"
    pipeline.delete(key)
    pipeline.hset(key, mapping=fields)
    pipeline.expire(key, GONE_AFTER_S)
    pipeline.zadd(_BEATING, {name: fields["at_ms"]})
    pipeline.zremrangebyscore(_BEATING, "-inf", int(fields["at_ms"]) - _REMEMBERED_MS)


def read_heartbeats(store: redis.Redis) -> dict[str, dict[str, str]]:
    """Return name → fields of every worker heard in the last 15 s. Raises redis.RedisError."""
    names: list[Any] = [raw.decode() for raw in store.zrange(_BEATING, 0, -1)]  # type: ignore[union-attr]
    with store.pipeline(transaction=False) as pipeline:
        for name in names:
            pipeline.hgetall(f"worker:{name}")
        found = pipeline.execute()
    heard = {name: fields for name, fields in zip(names, found, strict=True) if fields}
    return {name: {field.decode(): value.decode() for field, value in fields.items()} for name, fields in heard.items()}
