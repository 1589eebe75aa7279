"""A console over a real socket that follows the documented rule: snapshot, then changes, `since` after a gap, join again at a new epoch."""

import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any

import socketio

_ACK_S = 8.0
_POLL_S = 0.02
Rooms = dict[str, dict[str, Any]]


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
    """One console, connected again whenever it loses the server."""

    def __init__(self, base: str, name: str, token: str) -> None:
        self.name, self._base, self._token = name, base, token
        self._rooms: dict[str, Room] = {}
        self._epoch = ""
        self._lock = threading.RLock()
        self._over = threading.Event()
        self._stale = threading.Event()
        self._socket = self._made()
        self._keeper = threading.Thread(target=self._keep, name=f"screen-{name}", daemon=True)
        self._keeper.start()

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
        made = socketio.Client(reconnection=False, request_timeout=_ACK_S)
        made.on("changes", self._changed, namespace="/console")
        made.on("heartbeat", self._beat, namespace="/console")
        made.on("disconnect", lambda *_: self._stale.set(), namespace="/console")
        return made

    def _keep(self) -> None:
        while not self._over.is_set():
            self._stale.clear()
            try:
                self._socket = self._made()
                self._socket.connect(
                    self._base, auth={"token": self._token}, namespaces=["/console"], transports=["websocket"], wait_timeout=_ACK_S
                )
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

    def _join(self) -> None:
        with self._lock:
            ask: dict[str, Any] = {}
            if self._epoch:
                ask = {"since": {name: room.sequence for name, room in self._rooms.items()}, "epoch": self._epoch}
        answer = self._socket.call("join", ask, namespace="/console", timeout=_ACK_S)
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


def fresh_view(base: str, token: str) -> tuple[str, dict[str, int], Rooms]:
    """Connect, join, take the snapshot, leave: epoch, sequences, documents.

    Raises:
        ConnectionError, TimeoutError: the web process does not answer.
    """
    socket = socketio.SimpleClient(request_timeout=_ACK_S)
    try:
        socket.connect(base, auth={"token": token}, namespace="/console", transports=["websocket"], wait_timeout=int(_ACK_S))
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
