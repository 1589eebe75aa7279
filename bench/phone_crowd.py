"""Thousands of phones in one process, as lean as Python allows, so that the server is what is measured: epoll, no event loop.

Each does what the phones' page does: handshake, log-in, `join`, answers to pings. It reads Socket.IO from either server.
"""

import resource
import select
import socket
import time
from collections.abc import Callable, Sequence

from tests.integration.web.phone_wire import masked
from web.fanout.frames import TEXT, frame

_JOIN = masked(frame(TEXT, b'42/field,1["join",{}]'))
_PONG = masked(frame(TEXT, b"3"))
# Phones that are on their way at once.
_IN_FLIGHT = 512
_BATCH = 1024
_IP_BIND_ADDRESS_NO_PORT = 24
# The kernel looks for a free port one by one: from a single address the last thousands would cost more than all the rest.
_ADDRESSES = 16


def enough_descriptors(phones: int) -> bool:
    """Whether this process may open so many; raises its own limit as far as it is allowed."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard >= phones + 500


class PhoneCrowd:
    """ready: phones that have joined. heard: when each `changes` came, by time.perf_counter()."""

    def __init__(self, port: int, tokens: Sequence[str], number: int) -> None:
        """number: of the crowd, which comes from addresses of its own, so that the ports of an earlier one are not in the way."""
        self._address, self._number = ("127.0.0.1", port), number
        self._request = (
            f"GET /phones/socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: Mozilla/5.0 (Linux; "
            "Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nOrigin: http://127.0.0.1:{port}\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n"
        ).encode()
        self._logins = [masked(frame(TEXT, f'40/field,{{"token":"{token}"}}'.encode())) for token in tokens]
        self._epoll = select.epoll()
        self._sockets: dict[int, tuple[socket.socket, int]] = {}
        self._rest: dict[int, bytes] = {}
        self.ready = 0
        self.heard: list[float] = []

    def connect(self, longest_s: float = 60.0) -> float:
        """Bring all of them in and return how long it took, in seconds. Raises SystemExit when not all are in by then."""
        began_s, begun = time.perf_counter(), 0
        while self.ready < len(self._logins):
            while begun < len(self._logins) and begun - self.ready < _IN_FLIGHT:
                self._open(begun)
                begun += 1
                # Whoever is there already is not kept waiting by those who come.
                if begun % 16 == 0:
                    break
            self._attend(0.0 if begun < len(self._logins) else 0.1)
            if time.perf_counter() - began_s > longest_s:
                raise SystemExit(f"{self.ready} of {len(self._logins)} phones after {longest_s:.0f} s")
        return time.perf_counter() - began_s

    def _open(self, number: int) -> None:
        made = socket.socket()
        made.setsockopt(socket.IPPROTO_IP, _IP_BIND_ADDRESS_NO_PORT, 1)
        made.bind((f"127.0.{self._number}.{number % _ADDRESSES + 1}", 0))
        made.connect(self._address)
        made.setblocking(False)
        made.send(self._request)
        self._sockets[made.fileno()] = made, number
        self._rest[made.fileno()] = b""
        self._epoll.register(made.fileno(), select.EPOLLIN)

    def wait(self, condition: Callable[[], bool], longest_s: float = 30.0) -> None:
        """Attend until a condition holds. Raises SystemExit when it does not by then."""
        until_s = time.perf_counter() + longest_s
        while not condition():
            self._attend(0.05)
            if time.perf_counter() > until_s:
                raise SystemExit(f"not within {longest_s:.0f} s: {self.ready} are in, {len(self.heard)} have heard")

    def rest(self, for_s: float) -> None:
        """Only answer pings for a while."""
        until_s = time.perf_counter() + for_s
        while (left_s := until_s - time.perf_counter()) > 0:
            self._attend(min(left_s, 0.05))

    def close(self) -> None:
        """Hang up, all at once."""
        for made, _ in self._sockets.values():
            made.close()
        self._sockets.clear()
        self._epoll.close()

    def _attend(self, wait_s: float) -> None:
        for descriptor, _ in self._epoll.poll(wait_s, _BATCH):
            made, number = self._sockets[descriptor]
            try:
                data = made.recv(65536)
            except BlockingIOError:
                continue
            if not data:
                raise SystemExit("the server has hung up")
            rest = self._rest[descriptor]
            if rest or data[0] == 0x48:  # H: the answer to the handshake
                data = rest + data
                if data[0] == 0x48:
                    head, found, data = data.partition(b"\r\n\r\n")
                    if not head.startswith(b"HTTP/1.1 101"):
                        raise SystemExit(head[:200].decode("latin-1"))
                    if not found:
                        self._rest[descriptor] = head
                        continue
            self._rest[descriptor] = self._frames(made, number, data)

    def _frames(self, made: socket.socket, number: int, data: bytes) -> bytes:
        at, have = 0, len(data)
        while have - at >= 2:
            length, start = data[at + 1], at + 2
            if length > 125:
                wide = 2 if length == 126 else 8
                length, start = int.from_bytes(data[start : start + wide]), start + wide
            if have < start + length:
                break
            self._packet(made, number, data[start : start + min(length, 20)])
            at = start + length
        return data[at:]

    def _packet(self, made: socket.socket, number: int, text: bytes) -> None:
        if text.startswith(b'42/field,["changes"'):
            self.heard.append(time.perf_counter())
        elif text == b"2":
            made.send(_PONG)
        elif text.startswith(b"0{"):
            made.send(self._logins[number])
        elif text.startswith(b"40"):
            made.send(_JOIN)
        elif text.startswith(b"43"):
            self.ready += 1
        elif text.startswith(b"44"):
            raise SystemExit("a phone was not let in")
