"""A client in this process, for either namespace: consoles through Flask-SocketIO's own, phones over a pair of sockets to the engine."""

import itertools
import socket
from typing import Any

import gevent
import msgspec

from web.app import Web
from web.fanout.frames import CLOSE, TEXT, frame
from web.sockets.field import NAMESPACE

_MASKED = 0x80


def connect(web: Web, namespace: str, token: Any) -> Any:
    """Connect with a token; `is_connected`, `emit`, `get_received` and `disconnect` are as in Flask-SocketIO's test client."""
    if namespace == NAMESPACE:
        return PhoneWire(web, {"token": token})
    return web.sockets.test_client(web.app, namespace=namespace, auth={"token": token})


def masked(whole: bytes) -> bytes:
    """Return a frame as a client sends it; with a mask of noughts, which changes nothing."""
    head = 2 if whole[1] < 126 else 4 if whole[1] == 126 else 10
    return bytes((whole[0], whole[1] | _MASKED)) + whole[2:head] + bytes(4) + whole[head:]


class PhoneWire:
    """One phone's connection to the engine of a web application that does not run by itself."""

    def __init__(self, web: Web, auth: Any = None, cookie: str | None = None) -> None:
        self._engine = web.phones.engine
        self._own, theirs = socket.socketpair()
        for end in (self._own, theirs):
            end.setblocking(False)
        self._heard = bytearray()
        self._numbers = itertools.count(1)
        self._open, self._known = True, False
        self._acks: dict[int, Any] = {}
        self.received: list[dict[str, Any]] = []
        self.refused: Any = None
        self.connection = self._engine.open(theirs, b"", cookie)
        self.say(f"40{NAMESPACE},".encode() + msgspec.json.encode(auth if auth is not None else {}))

    def say(self, text: bytes) -> None:
        """Send a text frame, and let the engine attend to it."""
        self.send(masked(frame(TEXT, text)))

    def send(self, raw: bytes) -> None:
        """Send bytes as they are."""
        self._own.sendall(raw)
        self.pump()

    def is_connected(self, _: str = NAMESPACE) -> bool:
        """Whether it was let in and nobody has ended it."""
        self.pump()
        return self._open and self._known

    def emit(self, event: str, body: Any, *, namespace: str = NAMESPACE, callback: bool = True) -> Any:
        """Send an event; with callback return the ack."""
        number = next(self._numbers)
        self.say(f"42{namespace},{number if callback else ''}".encode() + msgspec.json.encode([event, body]))
        return self._acks.pop(number)[0] if callback else None

    def get_received(self, _: str = NAMESPACE) -> list[dict[str, Any]]:
        """Return events since the last time."""
        self.pump()
        found, self.received = self.received, []
        return found

    def disconnect(self, _: str = NAMESPACE) -> None:
        """Leave."""
        self._own.close()
        self._open = False
        gevent.sleep(0.001)

    def said(self) -> str:
        """Return what came since the last look, as text with its frames' heads."""
        try:
            return self._own.recv(1 << 20).decode("utf-8", "replace")
        except OSError:
            return ""

    def pump(self) -> None:
        """Let the hub read, the engine answer, and take in what it said."""
        for _ in range(2):
            gevent.sleep(0.001)
            self._engine.attend()
        try:
            while data := self._own.recv(1 << 16):
                self._heard += data
            self._open = False
        except BlockingIOError:
            pass
        except OSError:
            self._open = False
        while self._next():
            pass

    def _next(self) -> bool:
        heard = self._heard
        if len(heard) < 2:
            return False
        length, start = heard[1], 2
        if length > 125:
            wide = 2 if length == 126 else 8
            length, start = int.from_bytes(heard[2 : 2 + wide]), 2 + wide
        if len(heard) < start + length:
            return False
        opcode, payload = heard[0] & 0x0F, bytes(heard[start : start + length])
        del heard[: start + length]
        if opcode == CLOSE:
            self._open = False
        elif opcode == TEXT:
            self._take(payload.decode())
        return True

    def _take(self, text: str) -> None:
        kind, body = text[:2], text[2 + len(NAMESPACE) + 1 :]
        if kind == "40":
            self._known = True
        elif kind == "41":
            self._known = False
        elif kind == "44":
            self.refused = msgspec.json.decode(text[text.index("{") :])
        elif kind == "42":
            name, *arguments = msgspec.json.decode(body)
            self.received.append({"name": name, "args": arguments, "namespace": NAMESPACE})
        elif kind == "43":
            number, _, answer = body.partition("[")
            self._acks[int(number)] = msgspec.json.decode(f"[{answer}")
