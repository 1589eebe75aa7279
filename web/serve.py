"""Runs the web process: `python -m web.serve`, with NUANDENG_RUNTIME naming the runtime file. Everything waits cooperatively."""

# Before anything else is imported: what was imported earlier would keep the blocking sockets and locks.
from gevent import monkey

monkey.patch_all()

import argparse  # noqa: E402
import gc  # noqa: E402
import logging  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
from collections.abc import Callable  # noqa: E402

import gevent  # noqa: E402
import gevent.socket  # noqa: E402
import structlog  # noqa: E402
from gevent.pywsgi import WSGIServer  # noqa: E402

from contracts.documents import FeedEntry  # noqa: E402
from contracts.runtime import Runtime  # noqa: E402
from stream.access import runtime_from_environment  # noqa: E402
from stream.worker import configure_logging  # noqa: E402
from web.app import create_app, start  # noqa: E402
from web.compose import Plugs, open_services  # noqa: E402
from web.fanout.doorway import handler_over  # noqa: E402

log = structlog.get_logger()
_GRACE_S = 5


class Settled:
    """The board is a million values that stay: the collector need not look through them again and again. A Listener of the follower."""

    def told(self, entry: FeedEntry) -> None:
        """Nothing: what changes is freed as it is replaced."""

    def begun_anew(self) -> None:
        """Put aside what is there now."""
        gc.freeze()


def serve(
    runtime: Runtime, plugs: Plugs | None = None, ready: Callable[[int], None] = lambda _port: None, *, listen_fd: int | None = None,
    shares_port: bool = False,
) -> None:  # fmt: skip
    """Serve until SIGTERM or SIGINT; requests that run are finished.

    Args:
        ready: called with the port once requests are taken. listen_fd: a listening socket that was inherited, instead of host and port.
        shares_port: other processes accept on it as well, so none takes more connections at once than it can begin with.
    Raises:
        OSError: the port is taken, or a store cannot be opened.
    """
    web = create_app(open_services(runtime, plugs))
    listener = runtime.web
    tls = {"certfile": listener.tls_certificate, "keyfile": listener.tls_key} if listener.tls_certificate else {}
    where = (listener.host, listener.port) if listen_fd is None else gevent.socket.socket(fileno=listen_fd)
    server = WSGIServer(
        where, web.app, handler_class=handler_over(web.phones.engine, runtime.web), log=None, error_log=logging.getLogger("web.wsgi"),
        environ={"wsgi.multiprocess": shares_port}, **tls,
    )  # fmt: skip
    server.start()
    web.services.follower.listeners.append(Settled())
    gc.set_threshold(50_000, 20, 100)
    greenlets = start(web)
    stopping = gevent.event.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, stopping.set)
    log.info("web serves", host=listener.host, port=server.server_port, tls=bool(tls))
    ready(server.server_port)
    stopping.wait()
    log.info("web stops")
    server.stop(timeout=_GRACE_S)
    web.phones.engine.close_all()
    gevent.killall(greenlets)
    web.services.follower.stop()
    web.services.positions.flush()
    web.services.gate.close()


def main(plugs_of: Callable[[Runtime], Plugs] = lambda _runtime: Plugs()) -> int:
    """Read the runtime file and serve. plugs_of: what the composition root adds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", default="web", help="of this instance in logs: web, or web.anything")
    parser.add_argument("--shares-port", action="store_true", help="others accept on the inherited socket as well")
    parser.add_argument("--listen-fd", type=int, help="an inherited listening socket, instead of the runtime file's host and port")
    given = parser.parse_args()
    configure_logging(given.name)
    runtime = runtime_from_environment()
    serve(runtime, plugs_of(runtime), listen_fd=given.listen_fd, shares_port=given.shares_port)
    return 0


if __name__ == "__main__":
    sys.exit(main())
