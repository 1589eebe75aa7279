"""One phone's socket. At rest it is a descriptor, a watcher of the hub and this object: no greenlet, no buffer."""

import contextlib
import ssl
from collections.abc import Callable
from enum import IntEnum
from typing import Any, Protocol

import gevent
from gevent import get_hub
from gevent.event import Event

from web.fanout.frames import CLOSE, NORMAL, PING, PONG, FrameError, FrameReader, Message, closing, frame

# What a phone may owe us; past it the connection ends, and the phone takes a fresh snapshot when it can read again.
BACKLOG_BYTES = 64 * 1024
# A plain socket may hold this much for a phone that is silent; by default the kernel would hold megabytes.
KERNEL_BYTES = 32 * 1024
# Packets of one phone that wait to be acted upon; past it nothing more is read from it.
_MOST_WAITING = 32
_READ, _WRITE = 1, 2
_RECEIVED = memoryview(bytearray(64 * 1024))
_WAIT = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Reason(IntEnum):
    """Why a connection ended."""

    GONE = 0
    SILENT = 1
    SLOW = 2
    BROKEN = 3
    SHOWN_OUT = 4
    STRANGER = 5


class Socket(Protocol):
    """What is asked of a socket: a plain one that does not block, or gevent's TLS with a timeout of nought."""

    def send(self, data: Any, /) -> int: ...

    def recv_into(self, buffer: Any, /) -> int: ...

    def fileno(self) -> int: ...

    def close(self) -> None: ...


class Owner(Protocol):
    """Who is told what a connection hears, in the hub: nothing there may wait."""

    longest: int

    def heard(self, connection: "Connection", message: Message) -> None: ...

    def ended(self, connection: "Connection", reason: Reason) -> None: ...


class Connection:
    """name: of the connection, unique in this process. known: the guest was let in.

    pinged: number of the ping that it has not answered, 0 for none. waiting: its packets that nobody has looked at. cookie: of the
    handshake, until the guest is known.
    """

    __slots__ = ("_frames", "_late", "_left", "_owner", "_pending", "_reader", "_socket", "_writer", "cookie", "known", "name", "open",
                 "pinged", "waiting")  # fmt: skip

    def __init__(self, owner: Owner, name: str, cookie: str | None) -> None:
        self._owner, self.name, self.cookie = owner, name, cookie
        self.known = False
        self.open = False
        self.pinged = 0
        self.waiting = 0
        self._socket: Socket | None = None
        self._pending: Callable[[], int] | None = None
        self._reader: Any = None
        self._writer: Any = None
        self._late: bytearray | None = None
        self._frames: FrameReader | None = None
        self._left: Event | None = None

    def begin(self, taken: Socket, first: bytes) -> None:
        """Serve a socket that does not block; `first` goes out before anything else."""
        self._socket, self.open = taken, True
        self._pending = getattr(taken, "pending", None)
        self._reader = get_hub().loop.io(taken.fileno(), _READ)
        self.send(first)
        if self.open:
            self._reader.start(self._readable)

    def wait(self) -> None:
        """Return once it has ended; for a caller who keeps the socket alive."""
        if self.open:
            self._left = self._left or Event()
            self._left.wait()

    # --- sending

    def send(self, data: bytes) -> None:
        """Send frames, or keep them for a phone that is slow; never waits. Nothing is sent once it has ended."""
        if not self.open or self._socket is None:
            return
        if self._late is not None:
            if len(self._late) + len(data) > BACKLOG_BYTES:
                self.end(Reason.SLOW)
            else:
                self._late += data
            return
        try:
            sent = self._socket.send(data)
        except _WAIT:
            sent = 0
        except OSError:
            self.end(Reason.GONE)
            return
        if sent != len(data):
            self._late = bytearray(data[sent:])
            self._writer = get_hub().loop.io(self._socket.fileno(), _WRITE)
            self._writer.start(self._writable)

    def _writable(self) -> None:
        if self._socket is None or self._late is None:
            return
        try:
            sent = self._socket.send(self._late)
        except _WAIT:
            return
        except OSError:
            self.end(Reason.GONE)
            return
        del self._late[:sent]
        if not self._late:
            self._late = None
            self._unwatch_writing()

    # --- receiving, in the hub

    def _readable(self) -> None:
        while self._socket is not None:
            try:
                count = self._socket.recv_into(_RECEIVED)
            except _WAIT:
                return
            except OSError:
                count = 0
            if not count:
                self.end(Reason.GONE)
                return
            self._take(bytes(_RECEIVED[:count]))
            # TLS may have deciphered more than it gave: the descriptor would not tell.
            if self._pending is None or not self.open or not self._pending():
                return

    def _take(self, data: bytes) -> None:
        # What is whole at once, as nearly everything is, leaves no reader behind.
        frames = self._frames or FrameReader(self._owner.longest)
        try:
            messages = frames.feed(data)
        except FrameError as err:
            self.end(Reason.BROKEN, closing(err.code))
            return
        self._frames = None if frames.empty else frames
        for message in messages:
            match message.opcode:
                case opcode if opcode == PING:
                    self.send(frame(PONG, message.payload))
                case opcode if opcode == CLOSE:
                    self.end(Reason.GONE, closing(NORMAL))
                case opcode if opcode == PONG:
                    pass
                case _:
                    self._owner.heard(self, message)
            if not self.open:
                return

    def hold(self) -> None:
        """One more packet waits; stop reading when they are many."""
        self.waiting += 1
        if self.waiting == _MOST_WAITING and self._reader is not None:
            self._reader.stop()

    def release(self) -> None:
        """One has been looked at."""
        self.waiting -= 1
        if self.waiting == _MOST_WAITING - 1 and self._reader is not None:
            self._reader.start(self._readable)

    # --- the end

    def end(self, reason: Reason, last: bytes = b"") -> None:
        """Close; `last` is sent if the socket takes it at once. The owner is told."""
        if not self.open:
            return
        self.open = False
        if self._reader is not None:
            self._reader.stop()
            self._reader.close()
            self._reader = None
        self._unwatch_writing()
        if self._socket is not None:
            with contextlib.suppress(OSError):
                if last and self._late is None:
                    self._socket.send(last)
                self._socket.close()
            self._socket = None
        self._late = self._frames = self._pending = self.cookie = None
        if self._left is not None:
            self._left.set()
        # Not from within whatever is just being sent or read.
        gevent.spawn(self._owner.ended, self, reason)

    def _unwatch_writing(self) -> None:
        if self._writer is not None:
            self._writer.stop()
            self._writer.close()
            self._writer = None
