"""Connections that a patched process takes from its pool."""

import redis

from nuandeng.embedded.session import RunningValkey
from web.redis_connection import PromptConnection


def test_a_connection_that_the_server_closed_is_made_anew_without_an_error(valkey: RunningValkey) -> None:
    asked = redis.Redis.from_url(valkey.url, connection_class=PromptConnection, retry=None)
    with asked as store, redis.Redis.from_url(valkey.url) as other:
        store.set("prompt", "one")
        for _ in range(3):
            other.client_kill_filter(_id=str(store.client_id()))
            assert store.get("prompt") == b"one"
        store.delete("prompt")
