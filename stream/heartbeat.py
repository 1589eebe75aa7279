"""Each worker says in Redis that it lives and how far it is; the supervisor restarts one whose offsets stand still while there is lag."""

import os
import time
from collections.abc import Mapping

import redis
import redis.asyncio
import structlog

from stream.backlog import Backlog

log = structlog.get_logger(__name__)

EVERY_S = 1.0
GONE_AFTER_S = 15


class Heartbeat:
    """Writes the hash `worker:{name}`: at_ms, started_at_ms, caught_up_at_ms, pid, state, lag, progress, and counters.

    It vanishes 15 s after the last beat. progress: a number that grows whenever work is done; with lag > 0 and progress unchanged the
    worker is stuck. caught_up_at_ms: when it last held all that there was. A counter is `count.{name}`, or
    `count.{name}:{label}` for one of a family, such as `count.rejected:wrong_state`.
    """

    def __init__(self, store: redis.asyncio.Redis, name: str) -> None:
        self._store = store
        self._key = f"worker:{name}"
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
                pipeline.delete(self._key)
                pipeline.hset(self._key, mapping=fields)  # type: ignore[arg-type] # redis-py's own mapping type is invariant
                pipeline.expire(self._key, GONE_AFTER_S)
                await pipeline.execute()
        except redis.RedisError as err:
            log.debug("heartbeat_failed", error=str(err))


def role_of(name: str) -> str:
    """What a part does, of the name that it beats under: of several that do the same, each is role.anything."""
    return name.partition(".")[0]


def read_heartbeats(store: redis.Redis) -> dict[str, dict[str, str]]:
    """Return name → fields of every worker heard in the last 15 s. Raises redis.RedisError."""
    found: dict[str, dict[str, str]] = {}
    for key in store.scan_iter("worker:*", count=200):
        fields = store.hgetall(key)
        if fields:
            found[key.decode().partition(":")[2]] = {name.decode(): value.decode() for name, value in fields.items()}  # type: ignore[union-attr]
    return found
