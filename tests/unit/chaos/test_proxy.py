"""The proxy passes on what it is given, and delays, cuts and silences as it is told, and nobody else."""

import contextlib
import os
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from chaos.proxy import Proxy, Trouble


class Echo(socketserver.StreamRequestHandler):
    """Says what it hears."""

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            for line in self.rfile:
                self.wfile.write(line)


class Server(socketserver.ThreadingTCPServer):
    """A server of echoes."""

    daemon_threads = True
    allow_reuse_address = True


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """A proxy before an echo."""
    with Server(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        made = Proxy("test")
        made.target_port = int(server.server_address[1])
        yield made
        made.close()
        server.shutdown()


def connected(proxy: Proxy) -> socket.socket:
    """A client with an answer already had, so that its connection is known."""
    client = socket.create_connection(("127.0.0.1", proxy.port), timeout=5)
    assert said(client) == b"here\n"
    return client


def said(client: socket.socket, text: bytes = b"here\n") -> bytes:
    """What comes back; empty when the connection is over."""
    try:
        client.sendall(text)
        return client.recv(100)
    except (ConnectionError, BrokenPipeError):
        return b""


def test_it_is_slow_for_as_long_as_it_is_told(proxy: Proxy) -> None:
    """Both ways; and at once again afterwards."""
    with connected(proxy) as client:
        proxy.begin(Trouble(pid=os.getpid(), delay_s=0.2))
        began_s = time.monotonic()
        assert said(client) == b"here\n"
        assert time.monotonic() - began_s >= 0.4
        proxy.end()
        began_s = time.monotonic()
        assert said(client) == b"here\n"
        assert time.monotonic() - began_s < 0.4


def test_a_cut_resets_and_refuses(proxy: Proxy) -> None:
    """What was connected is reset, new connections too, until it ends."""
    with connected(proxy) as client:
        proxy.begin(Trouble(pid=os.getpid(), cut=True))
        assert said(client) == b""
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as refused:
        assert said(refused) == b""
    proxy.end()
    connected(proxy).close()


def test_a_half_open_connection_is_silent_and_new_ones_work(proxy: Proxy) -> None:
    """Nothing comes, and no end either; it stays so after the fault."""
    with connected(proxy) as client:
        proxy.begin(Trouble(pid=os.getpid(), half_open=True))
        connected_again = connected(proxy)
        proxy.end()
        client.settimeout(0.3)
        client.sendall(b"anybody?\n")
        with pytest.raises(TimeoutError):
            client.recv(100)
        with connected_again:
            assert said(connected_again) == b"here\n"


def test_the_connections_of_others_are_left_alone(proxy: Proxy) -> None:
    """It tells processes apart by their ports."""
    with connected(proxy) as client, subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        proxy.begin(Trouble(pid=other.pid, cut=True))
        assert said(client) == b"here\n"
        other.kill()


def test_without_a_server_it_refuses(proxy: Proxy) -> None:
    """As a port on which nobody listens."""
    proxy.target_port = 1
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as client:
        assert said(client) == b""
