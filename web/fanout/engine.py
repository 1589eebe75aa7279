"""All phones of this process: who is there, what they ask, what they are told, and who fell silent."""

import secrets
import time
from collections import Counter, deque
from typing import Any, NamedTuple, Protocol

import gevent
import structlog
from gevent.event import Event

from web import metrics
from web.fanout import packets
from web.fanout.connection import Connection, Reason, Socket
from web.fanout.frames import TEXT, Message
from web.fanout.packets import Packet, PacketError

log = structlog.get_logger()
# How many phones are served before others of this process have their turn.
_TURN = 128
_TURN_S = 0.005
_CLOCK_S = 0.25
# Who has not said who it is by then is shown out.
_STRANGERS_S = 10.0


class NotLetInError(Exception):
    """A guest is not let in. more: for its front-end."""

    def __init__(self, message: str, more: dict[str, Any]) -> None:
        super().__init__(message)
        self.more = more


class Guests(Protocol):
    """Who decides who may come in, and answers what they ask, one after the other, in the order of what came."""

    def come(self, name: str, auth: Any, cookie: str | None) -> None:
        """Let somebody in. auth: what the client says; cookie: the handshake's header. Raises NotLetInError."""

    def asks(self, name: str, event: str, arguments: list[Any]) -> Any:
        """Answer an event; what is returned goes back if the client wants an answer."""

    def gone(self, name: str) -> None:
        """Somebody who had been let in has left."""


class Times(NamedTuple):
    """When a phone is asked whether it is there, and how long it has to answer."""

    ping_s: float = 5.0
    timeout_s: float = 5.0


_TIMES = Times()


class Engine:
    """Serves one namespace. `open` gives it connections; `start` lets its two greenlets run. guests: set before the first connection."""

    guests: Guests

    def __init__(self, namespace: str, times: Times = _TIMES, *, longest: int = 100_000) -> None:
        """longest: bytes that a client's message may have."""
        self.namespace, self.longest = namespace, longest
        self._times = times
        self._connections: dict[str, Connection] = {}
        self._inbox: deque[tuple[Connection, str]] = deque()
        self._something = Event()
        # Each in the order of time, since everybody has the same times.
        self._to_ping: deque[tuple[float, Connection]] = deque()
        self._to_answer: deque[tuple[float, int, Connection]] = deque()
        self._strangers: deque[tuple[float, Connection]] = deque()
        self._pings = 0
        self.ended_by: Counter[Reason] = Counter()

    def start(self) -> list[gevent.Greenlet]:
        """Begin. Returns what must be killed in the end."""
        return [gevent.spawn(self._serve), gevent.spawn(self._watch_clock)]

    def __len__(self) -> int:
        return len(self._connections)

    # --- connections

    def open(self, taken: Socket, accepting: bytes, cookie: str | None) -> Connection:
        """Take over a socket that does not block. accepting: the handshake's answer."""
        name = secrets.token_urlsafe(15)
        connection = self._connections[name] = Connection(self, name, cookie)
        now_s = time.monotonic()
        self._to_ping.append((now_s + self._times.ping_s, connection))
        self._strangers.append((now_s + _STRANGERS_S, connection))
        connection.begin(
            taken, accepting + packets.hello(name, ping_s=self._times.ping_s, timeout_s=self._times.timeout_s, longest=self.longest)
        )
        return connection

    def show_out(self, name: str) -> None:
        """Disconnect somebody. The client's library does not come back by itself then."""
        connection = self._connections.get(name)
        if connection is not None:
            connection.end(Reason.SHOWN_OUT, packets.disconnected(self.namespace))

    def close_all(self) -> None:
        """End every connection without a word: clients come back by themselves."""
        for connection in list(self._connections.values()):
            connection.end(Reason.SHOWN_OUT)

    # --- telling

    def frame(self, event: str, body: Any) -> bytes:
        """Encode an event once, for however many hear it."""
        return packets.event(self.namespace, event, body)

    def tell(self, name: str, frame: bytes) -> None:
        """Send a frame to one."""
        connection = self._connections.get(name)
        if connection is not None:
            connection.send(frame)

    # --- a connection's owner

    def heard(self, connection: Connection, message: Message) -> None:
        """In the hub: note what came; a pong is all that is looked at there."""
        if message.opcode != TEXT:
            self._refuse(connection, "binary")
            return
        payload = message.payload
        if payload == b"3":
            if connection.pinged:
                connection.pinged = 0
                self._to_ping.append((time.monotonic() + self._times.ping_s, connection))
        elif payload[:1] == b"4":
            try:
                text = payload[1:].decode()
            except UnicodeDecodeError:
                self._refuse(connection, "no text")
                return
            connection.hold()
            self._inbox.append((connection, text))
            self._something.set()
        elif payload == b"1":
            connection.end(Reason.GONE)
        else:
            self._refuse(connection, "Engine.IO")

    def ended(self, connection: Connection, reason: Reason) -> None:
        """Forget it. Its packets that wait are not looked at any more."""
        self.ended_by[reason] += 1
        self._connections.pop(connection.name, None)
        if reason is Reason.SLOW:
            metrics.SLOW_PHONES.inc()
        self._leave(connection)

    def _leave(self, connection: Connection) -> None:
        if connection.known:
            connection.known = False
            self.guests.gone(connection.name)

    def _refuse(self, connection: Connection, why: str) -> None:
        if connection.open:
            metrics.BAD_PACKETS.inc()
            log.warning("socket_packet_refused", reason=why)
            connection.end(Reason.BROKEN)

    # --- packets, one after the other

    def _serve(self) -> None:
        while True:
            self._something.wait()
            self._something.clear()
            self.attend()

    def attend(self) -> None:
        """Look at everything that waits."""
        turn = Turn()
        while self._inbox:
            connection, text = self._inbox.popleft()
            connection.release()
            if connection.open:
                try:
                    self._packet(connection, packets.read(text))
                except PacketError as err:
                    self._refuse(connection, str(err))
                except Exception:
                    # The top of a packet: whatever happened concerns this phone alone.
                    log.exception("a phone's packet failed")
                    connection.end(Reason.BROKEN)
            turn.next()

    def _packet(self, connection: Connection, packet: Packet) -> None:
        if packet.kind == "connect":
            self._come(connection, packet)
        elif not connection.known or packet.namespace != self.namespace:
            return
        elif packet.kind == "disconnect":
            self._leave(connection)
            connection.end(Reason.GONE)
        elif packet.kind == "event":
            answer = self.guests.asks(connection.name, packet.body[0], packet.body[1:])
            if packet.id is not None:
                connection.send(packets.ack(self.namespace, packet.id, answer))

    def _come(self, connection: Connection, packet: Packet) -> None:
        if connection.known or packet.namespace != self.namespace:
            connection.send(packets.refused(packet.namespace, "Unable to connect"))
            return
        try:
            self.guests.come(connection.name, packet.body, connection.cookie)
        except NotLetInError as error:
            connection.send(packets.refused(self.namespace, str(error), error.more))
            return
        connection.known, connection.cookie = True, None
        if not connection.open:
            self._leave(connection)
        connection.send(packets.connected(self.namespace, connection.name))

    # --- the clock

    def _watch_clock(self) -> None:
        while True:
            gevent.sleep(_CLOCK_S)
            self.look_at_clock(time.monotonic())

    def look_at_clock(self, now_s: float) -> None:
        """Ping who is due, end who did not answer in time, show out who never said who it is."""
        turn = Turn()
        while self._to_ping and self._to_ping[0][0] <= now_s:
            connection = self._to_ping.popleft()[1]
            if connection.open:
                self._pings += 1
                connection.pinged = self._pings
                connection.send(packets.PING)
                self._to_answer.append((now_s + self._times.timeout_s, self._pings, connection))
            turn.next()
        while self._to_answer and self._to_answer[0][0] <= now_s:
            _, number, connection = self._to_answer.popleft()
            if connection.pinged == number:
                connection.end(Reason.SILENT)
            turn.next()
        while self._strangers and self._strangers[0][0] <= now_s:
            connection = self._strangers.popleft()[1]
            if not connection.known:
                connection.end(Reason.STRANGER)


class Turn:
    """Lets others of this process run now and then during what takes long."""

    def __init__(self) -> None:
        self._count = 0
        self._until_s = time.monotonic() + _TURN_S

    def next(self) -> None:
        """One more was served."""
        self._count += 1
        if self._count >= _TURN or time.monotonic() >= self._until_s:
            gevent.sleep(0)
            self._count, self._until_s = 0, time.monotonic() + _TURN_S
