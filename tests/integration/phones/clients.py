"""Phones over real sockets: the official JavaScript client in a Node process, and a raw one that may break every rule."""

import json
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import msgspec

from nuandeng.setup.node import node_folder
from tests.integration.web.phone_wire import masked
from web.fanout.frames import TEXT, frame

PATH = "/phones/socket.io"
_ROOT = Path(__file__).resolve().parents[3]
_KEY = "dGhlIHNhbXBsZSBub25jZQ=="


def until(condition: Callable[[], Any], what: str, seconds: float = 20.0) -> Any:
    """Wait until a condition holds and return it; fail with what was waited for."""
    deadline_s = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline_s, f"still not so after {seconds} s: {what}"
        time.sleep(0.02)
    return found


class OfficialClients:
    """Any number of the official client's phones. said: name → [(what, more)]."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}"
        script = Path(__file__).with_name("official_client.mjs")
        self._process = subprocess.Popen(
            [str(node_folder() / "node"), str(script), str(_ROOT / "web" / "package.json")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.said: dict[str, list[tuple[str, Any]]] = {}
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        until(lambda: self.said.get(""), "Node runs")
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._reader.join(10)
        self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            told = json.loads(line)
            self.said.setdefault(told["name"], []).append((told["what"], told.get("more")))

    def _do(self, name: str, act: str, **more: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"name": name, "act": act, "more": more}) + "\n")
        self._process.stdin.flush()

    def connect(self, name: str, token: Any, path: str = PATH) -> None:
        """Begin to connect; it joins by itself, again after each reconnect."""
        self._do(name, "connect", url=f"{self._url}/field", path=path, auth={"token": token})

    def ask(self, name: str, event: str, *body: Any, number: int = 0) -> None:
        """Send an event; the ack is told as `ack`."""
        self._do(name, "ask", event=event, body=body, number=number)

    def leave(self, name: str) -> None:
        """Disconnect."""
        self._do(name, "leave")

    def deafen(self, name: str) -> None:
        """Read nothing any more."""
        self._do(name, "deafen")

    def told(self, name: str, what: str) -> list[Any]:
        """Everything of one kind that was told to one."""
        return [more for kind, more in list(self.said.get(name, ())) if kind == what]

    def wait(self, name: str, what: str, count: int = 1, seconds: float = 20.0) -> list[Any]:
        """Wait until there are so many of a kind and return all."""
        until(lambda: len(self.told(name, what)) >= count, f"{name}: {count} of {what}", seconds)
        return self.told(name, what)


class RawPhone:
    """A connection that says what it is told to, byte for byte."""

    def __init__(self, port: int, *, query: str = "EIO=4&transport=websocket", trusts: Path | None = None, **headers: str) -> None:
        """trusts: the certificate of a server with TLS."""
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=15)
        if trusts is not None:
            self._socket = ssl.create_default_context(cafile=str(trusts)).wrap_socket(self._socket, server_hostname="127.0.0.1")
        asked = {
            "Host": f"127.0.0.1:{port}", "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": _KEY,
            "Sec-WebSocket-Version": "13", **{name.replace("_", "-"): value for name, value in headers.items()},
        }  # fmt: skip
        lines = "".join(f"{name}: {value}\r\n" for name, value in asked.items() if value)
        self._socket.sendall(f"GET {PATH}/?{query} HTTP/1.1\r\n{lines}\r\n".encode())
        self._heard = b""
        while b"\r\n\r\n" not in self._heard and (more := self._socket.recv(4096)):
            self._heard += more
        head, _, self._heard = self._heard.partition(b"\r\n\r\n")
        self.status = int(head.split(b" ")[1])
        self.head = head.decode("latin-1")

    def shrink(self) -> Self:
        """Let the kernel hold little for it."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        return self

    def send(self, raw: bytes) -> None:
        """Send bytes."""
        self._socket.sendall(raw)

    def say(self, text: str) -> None:
        """Send a text frame."""
        self.send(masked(frame(TEXT, text.encode())))

    def come(self, token: str) -> Self:
        """Log in and wait for the answer."""
        assert self.next()[1].startswith(b"0{")
        self.say("40/field," + json.dumps({"token": token}))
        assert self.next()[1].startswith(b"40/field,")
        return self

    def ask(self, event: str, body: Any = None) -> Any:
        """Send an event and return its ack; pings that come in between are answered, and all else is passed over."""
        self.say(f"42/field,7{json.dumps([event, {} if body is None else body])}")
        while True:
            opcode, payload = self.next()
            assert opcode >= 0, "the connection has ended"
            if payload == b"2":
                self.say("3")
            if payload.startswith(b"43/field,7"):
                return msgspec.json.decode(payload.removeprefix(b"43/field,7"))[0]

    def next(self) -> tuple[int, bytes]:
        """Return the next frame's opcode and payload; (-1, b'') at the end of the connection."""
        while True:
            heard = self._heard
            if len(heard) >= 2:
                length, start = heard[1], 2
                if length > 125:
                    wide = 2 if length == 126 else 8
                    length, start = int.from_bytes(heard[2 : 2 + wide]), 2 + wide
                if len(heard) >= start + length:
                    self._heard = heard[start + length :]
                    return heard[0] & 0x0F, heard[start : start + length]
            try:
                more = self._socket.recv(65536)
            except ConnectionError:
                more = b""
            if not more:
                return -1, b""
            self._heard += more

    def over(self) -> list[tuple[int, bytes]]:
        """Wait for the end of the connection and return what came before it."""
        found = []
        while (one := self.next())[0] >= 0:
            found.append(one)
        return found

    def __del__(self) -> None:
        """Hang up: a test that is over holds nobody."""
        self._socket.close()
