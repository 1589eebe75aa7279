"""Lets a pywsgi server hand its phones' handshakes over to the engine: the web process serves phones beside everything else."""

import _socket
import ssl
from typing import Any

from gevent import socket as gevent_socket
from geventwebsocket.handler import WebSocketHandler

from contracts.runtime import WebListener
from web.fanout.connection import KERNEL_BYTES, Connection
from web.fanout.engine import Engine
from web.fanout.handshake import RefusedError, accepting, is_phones, page_origins, request_of


def take_over(engine: Engine, taken: Any, answer: bytes, cookie: str | None) -> Connection:
    """Hand a gevent socket to the engine. A plain one is left empty behind; one with TLS must not be closed by the caller meanwhile."""
    taken.setsockopt(gevent_socket.IPPROTO_TCP, gevent_socket.TCP_NODELAY, 1)
    taken.setsockopt(gevent_socket.SOL_SOCKET, gevent_socket.SO_SNDBUF, KERNEL_BYTES)
    if isinstance(taken, ssl.SSLSocket) or hasattr(taken, "do_handshake"):
        taken.settimeout(0.0)
        return engine.open(taken, answer, cookie)
    # gevent's own object would keep two watchers that nobody needs here.
    bare = _socket.socket(taken.family, taken.type, taken.proto, taken.detach())
    bare.setblocking(False)
    return engine.open(bare, answer, cookie)


def handler_over(engine: Engine, web: WebListener) -> type[WebSocketHandler]:
    """Return a pywsgi handler that knows the phones' path, and is for everything else what it was."""

    class Doorway(WebSocketHandler):  # type: ignore[misc]  # gevent-websocket has no types
        """One HTTP connection; it may become a phone's."""

        def handle(self) -> None:
            """Serve it. Every change goes out by itself: else the second would wait up to 40 ms until the first is acknowledged."""
            self.socket.setsockopt(gevent_socket.IPPROTO_TCP, gevent_socket.TCP_NODELAY, 1)
            super().handle()

        def handle_one_response(self) -> None:
            """Answer the request, or hand the socket over."""
            if not is_phones(self.path.partition("?")[0]):
                super().handle_one_response()
                return
            self.close_connection = True
            request = request_of(self.environ, self.path)
            try:
                answer = accepting(request, page_origins(request, web))
            except RefusedError as refused:
                self.socket.sendall(refusal(str(refused)))
                return
            held: Any = self.socket
            self.socket: Any = None
            connection = take_over(engine, held, answer, request.headers.get("cookie"))
            if held.fileno() >= 0:
                connection.wait()

    return Doorway


def refusal(why: str) -> bytes:
    """Return the whole answer to a request that is for no socket of ours."""
    body = why.encode()
    return (
        b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b"
        % (len(body), body)
    )
