"""Runs a process for phones alone: `python -m web.serve_phones --name phones-1`, with NUANDENG_RUNTIME naming the runtime file.

Any number of them may share a listening socket. Each follows the read model by itself, so none knows of the others, and a phone that
loses one is served by whichever takes its next connection.
"""

# Before anything else is imported: what was imported earlier would keep the blocking sockets and locks.
from gevent import monkey

monkey.patch_all()

import argparse  # noqa: E402
import contextlib  # noqa: E402
import gc  # noqa: E402
import os  # noqa: E402
import resource  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
from typing import Any  # noqa: E402

import gevent  # noqa: E402
import gevent.socket  # noqa: E402
import redis  # noqa: E402
import structlog  # noqa: E402
from gevent.server import StreamServer  # noqa: E402
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest  # noqa: E402

from contracts.documents import FeedEntry  # noqa: E402
from contracts.runtime import Runtime  # noqa: E402
from stream.access import runtime_from_environment  # noqa: E402
from stream.heartbeat import write_beat  # noqa: E402
from stream.worker import configure_logging  # noqa: E402
from web import metrics  # noqa: E402
from web.app import Lag  # noqa: E402
from web.clock import now_ms  # noqa: E402
from web.compose import open_services  # noqa: E402
from web.fanout.doorway import refusal, take_over  # noqa: E402
from web.fanout.handshake import LONGEST_HEAD, RefusedError, Request, accepting, is_phones, page_origins, read_head  # noqa: E402
from web.phones import Phones  # noqa: E402
from web.services import Services  # noqa: E402
from web.sockets.periodic import every  # noqa: E402

log = structlog.get_logger()
_BACKLOG = 4096
_AT_ONCE = 4
_HEAD_S = 5.0
_BEAT_S = 1.0
# A read model that is away for longer is told to phones as such.
_LOADS_S = 10.0
# Thousands of phones are a million objects that stay: looking through them again and again would stop everything for tenths of a second.
_COLLECT_AFTER = (50_000, 50, 1_000)


class Front:
    """Takes connections: a phone's go to the engine, the few others are answered at once."""

    def __init__(self, runtime: Runtime, phones: Phones) -> None:
        self._runtime, self._engine = runtime, phones.engine
        self._scheme = "https" if runtime.web.tls_certificate else "http"

    def take(self, taken: Any, _: Any) -> None:
        """Serve one connection."""
        try:
            with gevent.Timeout(_HEAD_S, RefusedError("Nothing was asked.")):
                request = read_head(_head(taken), self._scheme)
            if not is_phones(request.path):
                taken.sendall(_answer(request))
                return
            answer = accepting(request, page_origins(request, self._runtime.web))
        except RefusedError as refused:
            with contextlib.suppress(OSError):
                taken.sendall(refusal(str(refused)))
            return
        except OSError:
            return
        connection = take_over(self._engine, taken, answer, request.headers.get("cookie"))
        # The server closes what it gave us; with TLS that is the phone's own socket.
        if taken.fileno() >= 0:
            connection.wait()


def _head(taken: Any) -> bytes:
    head = b""
    while True:
        more: bytes = taken.recv(LONGEST_HEAD - len(head))
        head += more
        end = head.find(b"\r\n\r\n")
        if end >= 0:
            return head[:end]
        if not more or len(head) >= LONGEST_HEAD:
            raise RefusedError("The head does not end.")


def _answer(request: Request) -> bytes:
    match request.path:
        case "/healthz":
            status, kind, body = "200 OK", "application/json", b'{"ok":true}'
        case "/metrics":
            status, kind, body = "200 OK", CONTENT_TYPE_LATEST, generate_latest(metrics.REGISTRY)
        case _:
            status, kind, body = "404 Not Found", "text/plain; charset=utf-8", b"Phones are served here, and nothing else."
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


class Beat:
    """Says in Valkey that this process lives, as the workers do."""

    def __init__(self, services: Services, phones: Phones, name: str) -> None:
        self._services, self._phones, self._name = services, phones, name
        self._started_at_ms = now_ms()
        self._beats = 0

    def __call__(self) -> None:
        """Write once. Valkey being away is no failure of ours."""
        self._beats += 1
        now = now_ms()
        fields: dict[str, str | int] = {
            "at_ms": now, "started_at_ms": self._started_at_ms, "caught_up_at_ms": now, "pid": os.getpid(), "state": "running",
            "progress": self._beats, "lag": 0, "count.phones": len(self._phones.engine),
        }  # fmt: skip
        try:
            with self._services.redis.pipeline(transaction=True) as pipeline:
                write_beat(pipeline, self._name, fields)
                pipeline.execute()
        except redis.RedisError as err:
            log.debug("heartbeat_failed", error=str(err))


class Settled:
    """Knows when the board is there, and keeps the collector away from what was loaded to stay. A Listener of the follower."""

    def __init__(self) -> None:
        self.loaded = gevent.event.Event()

    def told(self, _: FeedEntry) -> None:
        """Nothing was loaded."""

    def begun_anew(self) -> None:
        """The board was."""
        gc.collect()
        gc.freeze()
        self.loaded.set()


def serve(runtime: Runtime, name: str, *, listen_fd: int | None = None) -> None:
    """Serve until SIGTERM or SIGINT.

    Args:
        name: of this part, under which it beats. listen_fd: a listening socket that was inherited, instead of host and port.
    Raises:
        OSError: the port is taken, or a store cannot be opened.
    """
    gc.set_threshold(*_COLLECT_AFTER)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    services = open_services(runtime, phones_alone=True)
    phones = Phones(services)
    settled = Settled()
    services.follower.listeners += [Lag(services.clock), settled]
    where = runtime.web
    tls = {"certfile": where.tls_certificate, "keyfile": where.tls_key} if where.tls_certificate else {}
    if listen_fd is None:
        listener = StreamServer.get_listener((where.host, where.phones_port or where.port), backlog=_BACKLOG)
    else:
        listener = gevent.socket.socket(fileno=listen_fd)
        listener.listen(_BACKLOG)
    server = StreamServer(listener, Front(runtime, phones).take, **tls)
    # A few at a time, so that those who share the socket come to have as many.
    server.max_accept = _AT_ONCE
    stopping = gevent.event.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, stopping.set)
    services.follower.start()
    # Until it can let anybody in, others that share the socket take who comes.
    gevent.wait([settled.loaded, stopping], timeout=_LOADS_S, count=1)
    greenlets = [*phones.start(), gevent.spawn(services.positions.run), gevent.spawn(every, _BEAT_S, Beat(services, phones, name))]
    server.start()
    log.info("phones are served", part=name, port=server.address[1], tls=bool(tls))
    stopping.wait()
    log.info("phones are let go", part=name, phones=len(phones.engine))
    server.stop(timeout=0)
    phones.engine.close_all()
    gevent.killall(greenlets)
    services.follower.stop()
    services.positions.flush()
    services.gate.close()


def main() -> int:
    """Read the runtime file and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", default="phones", help="under which this process is known to the others")
    parser.add_argument("--listen-fd", type=int, help="an inherited listening socket, instead of the runtime file's host and port")
    chosen = parser.parse_args()
    configure_logging(chosen.name)
    serve(runtime_from_environment(), chosen.name, listen_fd=chosen.listen_fd)
    return 0


if __name__ == "__main__":
    sys.exit(main())
