"""How the web process takes a connection."""

from typing import Any

import gevent
from gevent import socket
from gevent.pywsgi import WSGIServer

from contracts.runtime import WebListener
from web.fanout.doorway import handler_over
from web.fanout.engine import Engine


def test_what_a_console_is_told_does_not_wait_for_what_it_was_told_before() -> None:
    """With Nagle's algorithm the second of two changes waits until the client's kernel acknowledges the first: up to 40 ms."""
    seen: list[int] = []
    over = handler_over(Engine("/field"), WebListener(host="127.0.0.1", port=0))

    class Looking(over):  # type: ignore[valid-type, misc]
        def handle_one_response(self) -> None:
            seen.append(self.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            super().handle_one_response()

    def answer(_environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"here"]

    server = WSGIServer(("127.0.0.1", 0), answer, handler_class=Looking, log=None)
    server.start()
    try:
        with gevent.Timeout(10), socket.create_connection(("127.0.0.1", server.server_port)) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            said = b""
            while more := client.recv(4096):
                said += more
    finally:
        server.stop()
    assert b"here" in said
    assert seen
    assert all(seen)
