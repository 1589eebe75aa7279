"""For machines: alive, ready, and how it goes."""

import time

import redis
from flask import Response
from prometheus_client import CONTENT_TYPE_LATEST

from stream.heartbeat import read_heartbeats, role_of
from web import metrics
from web.api.replies import reply
from web.api.routes import Call, route
from web.clock import now_ms
from web.platform_figures import WORKERS, expected_parts
from web.services import Services

REQUIRED = ("kafka", "valkey", *WORKERS)
_OLD_FEED_MS = 5_000
_BEGUN_S = time.monotonic()


@route("health.alive", "GET", "//healthz", "Alive", gives={200: "Alive"})
def alive(_: Call) -> Response:
    """This process answers."""
    return reply({"ok": True})


@route("health.ready", "GET", "//readyz", "Each part's state", gives={200: "Ready", 503: "Ready"})
def ready(call: Call) -> Response:
    """200 when everything a rescue needs is there."""
    parts = parts_of(call.services)
    age_ms = call.services.follower.age_ms
    required = {name: state for name, state in parts.items() if name in REQUIRED}
    fine = "away" not in required.values() and call.services.board.epoch is not None and 0 <= age_ms < _OLD_FEED_MS
    sequences = {name: room.sequence for name, room in call.services.board.rooms.items()}
    return reply(
        {"ok": fine, "parts": parts, "feed_age_ms": age_ms, "epoch": call.services.board.epoch, "sequences": sequences},
        200 if fine else 503,
    )


@route("health.metrics", "GET", "//metrics", "Prometheus", gives={200: "text/plain"})
def scrape(call: Call) -> Response:
    """The text form."""
    age_ms = call.services.follower.age_ms
    # Before the first answer of all, the age is that of this process: a board that never comes must wake somebody up, too.
    metrics.FEED_AGE_S.set(age_ms / 1000 if age_ms >= 0 else time.monotonic() - _BEGUN_S)
    metrics.CLOCK_AHEAD_S.set((now_ms() - call.services.clock.now_ms()) / 1000)
    metrics.KAFKA_UP.set(call.services.gate.reachable())
    return Response(metrics.exposition(call.services.figures), content_type=CONTENT_TYPE_LATEST)


def parts_of(services: Services) -> dict[str, str]:
    """Return part → ok or away. Asked of the parts at most once a second."""
    now_s = time.monotonic()
    if now_s >= _Seen.until_s:
        _Seen.parts, _Seen.until_s = _ask(services), now_s + 1.0
    return _Seen.parts


class _Seen:
    """The last answer: a hundred screens ask the same."""

    parts: dict[str, str] = {}  # replaced as a whole
    until_s = 0.0


def _ask(services: Services) -> dict[str, str]:
    parts = {"kafka": "ok" if services.gate.reachable() else "away"}
    try:
        heard = read_heartbeats(services.redis)
        parts["valkey"] = "ok"
    except (redis.RedisError, OSError):
        heard = {}
        parts["valkey"] = "away"
    expected = expected_parts(services.runtime)
    # Of several that do the same work, one is enough.
    roles = sorted({role_of(name) for name in heard})
    return parts | {name: "ok" if name in roles else "away" for name in expected} | dict.fromkeys(roles, "ok")
