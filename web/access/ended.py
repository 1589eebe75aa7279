"""Log-ins that were ended before their time. Every process keeps the list in memory and looks for new ones every two seconds."""

from typing import Any

import redis

from contracts.errors import StoreAwayError

_KEY = "sessions:ended"


class EndedSessions:
    """A sorted set in Redis: session → when its token ends by itself."""

    def __init__(self, server: redis.Redis) -> None:
        self._server = server
        self._known: set[str] = set()

    def end(self, session: str, expires_at_ms: int) -> None:
        """End a log-in: here at once, in other processes at their next look. Raises StoreAwayError."""
        try:
            self._server.zadd(_KEY, {session: expires_at_ms})
        except redis.RedisError as err:
            raise StoreAwayError("Redis does not answer; the log-in has not been ended.") from err
        self._known.add(session)

    def refresh(self, now_ms: int) -> None:
        """Look for those that other processes ended. While Redis is away nobody can end one."""
        try:
            self._server.zremrangebyscore(_KEY, "-inf", now_ms)
            names: list[Any] = list(self._server.zrange(_KEY, 0, -1))
            self._known = {name.decode() for name in names}
        except redis.RedisError:
            return

    def __contains__(self, session: str) -> bool:
        return session in self._known
