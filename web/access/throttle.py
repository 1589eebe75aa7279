"""Failed log-ins, counted per account and per address in Redis, so that all web processes count together."""

from hashlib import sha256
from typing import Any

import redis

from contracts.errors import StoreAwayError
from web.problems import ThrottledError

# Successes cost nothing: two hundred phones behind one address may log in within a second.
WINDOW_S = 300
PER_ACCOUNT = 5
PER_ADDRESS = 30


class Throttle:
    """Counts failures of the last WINDOW_S."""

    def __init__(self, server: redis.Redis, *, prefix: str = "throttle") -> None:
        self._server, self._prefix = server, prefix

    def check(self, username: str, address: str) -> None:
        """Raise ThrottledError while there were too many failures; StoreAwayError when they cannot be counted."""
        name, place = self._keys(username, address)
        try:
            failures = self._server.mget(name, place)
            if _number(failures[0]) >= PER_ACCOUNT or _number(failures[1]) >= PER_ADDRESS:
                waits_s = max(1, _number(self._server.ttl(name)), _number(self._server.ttl(place)))
                raise ThrottledError("Too many failed log-ins; there is a pause.", retry_after_s=min(waits_s, WINDOW_S))
        except redis.RedisError as err:
            raise StoreAwayError("Redis does not answer, so nobody can log in now.") from err

    def failed(self, username: str, address: str) -> None:
        """Count one failure."""
        try:
            pipeline = self._server.pipeline()
            for key in self._keys(username, address):
                pipeline.incr(key)
                pipeline.expire(key, WINDOW_S, nx=True)
            pipeline.execute()
        except redis.RedisError as err:
            raise StoreAwayError("Redis does not answer, so nobody can log in now.") from err

    def succeeded(self, username: str) -> None:
        """Forget an account's failures."""
        try:
            self._server.delete(self._keys(username, "")[0])
        except redis.RedisError as err:
            raise StoreAwayError("Redis does not answer, so nobody can log in now.") from err

    def _keys(self, username: str, address: str) -> tuple[str, str]:
        # A hash: names that people mistyped are often their passwords.
        return f"{self._prefix}:account:{sha256(username.encode()).hexdigest()[:24]}", f"{self._prefix}:address:{address}"


def _number(reply: Any) -> int:
    return int(reply or 0)
