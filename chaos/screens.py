"""Consoles and phones over real sockets that follow the documented rule: a snapshot, then changes; to join again after a gap."""

import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import socketio

_ACK_S = 8.0
_POLL_S = 0.02
# Its client looks at each byte of a city's snapshot in Python, which took nearly half of this process's time; JSON finds out as well.
_UNCHECKED = {"skip_utf8_validation": True}
Rooms = dict[str, dict[str, Any]]


class Served(NamedTuple):
    """Where a front-end's sockets are served. base: the URL of a process."""

    base: str
    namespace: str = "/console"
    path: str = "/socket.io"


def phones_at(base: str) -> Served:
    """Where phones are served."""
    return Served(base, "/field", "/phones/socket.io")


class Room:
    """What a client holds of one jurisdiction: kind/id → document."""

    def __init__(self) -> None:
        self.sequence = -1
        self.documents: dict[str, Any] = {}

    def apply(self, changes: list[dict[str, Any]]) -> None:
        for change in changes:
            name = f"{change['kind']}/{change['id']}"
            if change["document"] is None:
                self.documents.pop(name, None)
            else:
                self.documents[name] = change["document"]


class Screen:
    """One front-end, connected again whenever it loses the server."""

    def __init__(self, served: Served, name: str, token: str) -> None:
        self.name, self.served, self.token = name, served, token
        self._rooms: dict[str, Room] = {}
        self._epoch = ""
        self._lock = threading.RLock()
        self._over = threading.Event()
        self._stale = threading.Event()
        self._socket = self._made()
        self._keeper = threading.Thread(target=self._keep, name=f"screen-{name}", daemon=True)
        self._keeper.start()

    @property
    def shows(self) -> bool:
        """Whether it has joined."""
        with self._lock:
            return any(room.sequence > 0 for room in self._rooms.values())

    def sequence(self, room: str) -> int:
        """How far it is; -1 before its first snapshot."""
        with self._lock:
            held = self._rooms.get(room)
            return -1 if held is None else held.sequence

    def document(self, room: str, name: str) -> Any:
        """One document, named kind/id."""
        with self._lock:
            held = self._rooms.get(room)
            return None if held is None else held.documents.get(name)

    def rooms(self) -> tuple[str, dict[str, int], Rooms]:
        """Epoch, sequences and documents, at one moment."""
        with self._lock:
            sequences = {name: room.sequence for name, room in self._rooms.items()}
            return self._epoch, sequences, {name: dict(room.documents) for name, room in self._rooms.items()}

    def close(self) -> None:
        """Leave."""
        self._over.set()
        self._stale.set()
        self._keeper.join(15)
        with contextlib.suppress(Exception):  # whatever a half-dead socket says when it is thrown away
            self._socket.disconnect()

    # --- the connection

    def _made(self) -> Any:
        made = socketio.Client(reconnection=False, request_timeout=_ACK_S, websocket_extra_options=_UNCHECKED)
        made.on("changes", self._changed, namespace=self.served.namespace)
        made.on("heartbeat", self._beat, namespace=self.served.namespace)
        made.on("disconnect", lambda *_: self._stale.set(), namespace=self.served.namespace)
        return made

    def _keep(self) -> None:
        while not self._over.is_set():
            self._stale.clear()
            try:
                self._socket = self._made()
                self._connecting()
                self._socket.connect(
                    self.served.base, auth={"token": self.token}, namespaces=[self.served.namespace], transports=["websocket"],
                    wait_timeout=_ACK_S, socketio_path=self.served.path,
                )  # fmt: skip
                self._join()
                while not self._over.is_set() and self._socket.connected:
                    if self._stale.wait(0.5):
                        self._stale.clear()
                        if self._socket.connected and not self._over.is_set():
                            self._join()
            except Exception:  # noqa: BLE001, S110 - a console tries again whatever happened to its connection
                pass
            with contextlib.suppress(Exception):
                self._socket.disconnect()
            self._over.wait(0.2)

    def _connecting(self) -> None:
        """What must be forgotten of the last connection: nothing, for a console goes on where it was."""

    def _ask(self) -> dict[str, Any]:
        with self._lock:
            if not self._epoch:
                return {}
            return {"since": {name: room.sequence for name, room in self._rooms.items()}, "epoch": self._epoch}

    def _join(self) -> None:
        answer = self._socket.call("join", self._ask(), namespace=self.served.namespace, timeout=_ACK_S)
        if not answer["ok"]:
            self._over.wait(0.3)
            self._stale.set()
            return
        with self._lock:
            self._epoch = answer["epoch"]
            for name, told in answer["rooms"].items():
                room = self._rooms.setdefault(name, Room())
                if "snapshot" in told:
                    room.documents = {f"{kind}/{one['id']}": one for kind, ones in told["snapshot"].items() for one in ones}
                    room.sequence = told["sequence"]
                else:
                    for entry in told["changes"]:
                        self._take(room, entry)

    # --- what it is told

    def _changed(self, entry: dict[str, Any]) -> None:
        with self._lock:
            room = self._rooms.get(entry["jurisdiction"])
            if room is None or entry["epoch"] != self._epoch or not self._take(room, entry):
                self._stale.set()

    def _take(self, room: Room, entry: dict[str, Any]) -> bool:
        if entry["sequence"] <= room.sequence:
            return True
        if entry["sequence"] != room.sequence + 1:
            return False
        room.sequence = entry["sequence"]
        room.apply(entry["changes"])
        return True

    def _beat(self, beat: dict[str, Any]) -> None:
        with self._lock:
            behind = any(told["sequence"] > self.sequence(name) for name, told in beat["rooms"].items())
        if behind or (beat["epoch"] and beat["epoch"] != self._epoch):
            self._stale.set()


class Phone(Screen):
    """A volunteer's phone: it is always told everything when it joins, and its sequences count what one connection was told."""

    def _connecting(self) -> None:
        with self._lock:
            for room in self._rooms.values():
                room.sequence = -1

    def _ask(self) -> dict[str, Any]:
        return {}

    def mine(self) -> dict[str, list[Any]] | None:
        """Tasks and unit as the phone shows them; None while it has not joined."""
        with self._lock:
            joined = [room for room in self._rooms.values() if room.sequence >= 0]
            if not joined:
                return None
            return {
                kind: [one for room in joined for name, one in room.documents.items() if name.startswith(f"{kind}/")]
                for kind in ("task", "me")
            }

    def tell_position(self, fix: dict[str, Any]) -> None:
        """Send where it is; what does not arrive is lost, as the next one follows."""
        with contextlib.suppress(socketio.exceptions.SocketIOError):
            self._socket.emit("position", {"fixes": [fix]}, namespace=self.served.namespace)


def fresh_view(served: Served, token: str) -> tuple[str, dict[str, int], Rooms]:
    """Connect, join, take the snapshot, leave: epoch, sequences, documents.

    Raises:
        ConnectionError, TimeoutError: the web process does not answer.
    """
    socket = socketio.SimpleClient(request_timeout=_ACK_S, websocket_extra_options=_UNCHECKED)
    try:
        socket.connect(
            served.base, auth={"token": token}, namespace=served.namespace, transports=["websocket"], wait_timeout=int(_ACK_S),
            socketio_path=served.path,
        )  # fmt: skip
        answer = socket.call("join", {}, timeout=int(_ACK_S))
    except socketio.exceptions.SocketIOError as err:
        raise ConnectionError(str(err)) from err
    finally:
        socket.disconnect()
    if not answer["ok"]:
        raise ConnectionError(str(answer))
    rooms = {
        name: {f"{kind}/{one['id']}": one for kind, ones in told["snapshot"].items() for one in ones}
        for name, told in answer["rooms"].items()
    }
    return answer["epoch"], {name: told["sequence"] for name, told in answer["rooms"].items()}, rooms


def until(condition: Callable[[], bool], within_s: float) -> bool:
    """Wait for a condition; say whether it came."""
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True
