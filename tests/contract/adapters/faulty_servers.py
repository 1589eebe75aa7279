"""Servers that behave as cameras and services do on bad days. Each is a context manager whose value is its address without a scheme."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

Behaviour = Callable[[socket.socket, threading.Event], None]


@contextlib.contextmanager
def serving(behave: Behaviour) -> Iterator[str]:
    """Accept connections and let each be treated by `behave` in a thread of its own."""
    done = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    threads: list[threading.Thread] = []

    def treat(peer: socket.socket) -> None:
        with peer, contextlib.suppress(OSError):
            behave(peer, done)

    def accept() -> None:
        while not done.is_set():
            try:
                peer, _ = listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            threads.append(threading.Thread(target=treat, args=(peer,), daemon=True))
            threads[-1].start()

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        done.set()
        acceptor.join()
        listener.close()
        for thread in threads:
            thread.join(2)


def silent(peer: socket.socket, done: threading.Event) -> None:
    """Takes what it is sent and never answers."""
    peer.settimeout(0.1)
    while not done.is_set():
        with contextlib.suppress(TimeoutError):
            if not peer.recv(4096):
                return


def garbage(peer: socket.socket, done: threading.Event) -> None:
    """Answers noise, whatever is asked."""
    peer.recv(4096)
    peer.sendall(bytes(range(1, 256)) * 400)
    done.wait(0.2)


def http_garbage(peer: socket.socket, done: threading.Event) -> None:
    """Answers a well-formed reply whose body is noise."""
    peer.recv(4096)
    body = bytes(range(256)) * 4000
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
    done.wait(0.2)


def trickling(peer: socket.socket, done: threading.Event) -> None:
    """Sends a byte now and then, for ever."""
    peer.recv(4096)
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n\xff\xd8")
    while not done.wait(0.2):
        peer.sendall(b"\0")


def endless(peer: socket.socket, done: threading.Event) -> None:
    """Sends a body without end, as fast as it can."""
    peer.recv(4096)
    peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n\xff\xd8")
    while not done.is_set():
        peer.sendall(b" " * 65536)


def refusing(status: str) -> Behaviour:
    """Answers every request with this status line's rest, HTTP or RTSP as asked."""

    def behave(peer: socket.socket, done: threading.Event) -> None:
        while not done.is_set() and (request := peer.recv(4096)):
            version = b"RTSP/1.0" if b"RTSP/1.0" in request else b"HTTP/1.1"
            sequence = request.lower().partition(b"cseq:")[2].split(b"\r\n")[0].strip() or b"0"
            extra = b'WWW-Authenticate: Basic realm="camera"\r\n' if status.startswith("401") else b""
            peer.sendall(version + b" " + status.encode() + b"\r\nCSeq: " + sequence + b"\r\nContent-Length: 0\r\n" + extra + b"\r\n")

    return behave


def answering(body: bytes, kind: str = "application/xml") -> Behaviour:
    """Serves one document to whoever asks."""

    def behave(peer: socket.socket, done: threading.Event) -> None:
        while not done.is_set() and peer.recv(65536):
            head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
            peer.sendall(head.encode() + body)

    return behave
