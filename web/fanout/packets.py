"""Engine.IO 4 and Socket.IO 5 in text, as far as one namespace without attachments needs them. Pure.

Source: the protocols' documents, socketio/engine.io-protocol revision 4 and socketio/socket.io-protocol revision 5.
"""

from typing import Any, Literal, NamedTuple

import msgspec

from web.fanout.frames import TEXT, frame
from web.sockets import codec

Kind = Literal["connect", "disconnect", "event", "ack"]
_KINDS: dict[str, Kind] = {"0": "connect", "1": "disconnect", "2": "event", "3": "ack"}
# What the protocol itself says to handlers; never an event of a client's.
_RESERVED = frozenset({"connect", "disconnect", "connect_error"})
_LONGEST_ID = 15
PING = frame(TEXT, b"2")
_encode = msgspec.json.Encoder().encode


class PacketError(Exception):
    """What came is no packet of any front-end of ours."""


class Packet(NamedTuple):
    """One packet of a client. id: under which it wants to be answered; body: decoded JSON, None where there is none."""

    kind: Kind
    namespace: str
    id: int | None
    body: Any


def read(text: str) -> Packet:
    """Read what follows Engine.IO's `4`. Raises PacketError for everything that no front-end of ours sends."""
    kind = _KINDS.get(text[:1])
    if kind is None:
        raise PacketError("kind")
    at, namespace = 1, "/"
    if text[at : at + 1] == "/":
        end = text.find(",", at)
        end = len(text) if end < 0 else end
        namespace, at = text[at:end].partition("?")[0], end + 1
    start = at
    while text[at : at + 1].isdecimal() and text[at].isascii():
        at += 1
    if at - start > _LONGEST_ID:
        raise PacketError("id")
    number = int(text[start:at]) if at > start else None
    try:
        body = codec.loads(text[at:]) if at < len(text) else None
    except ValueError as err:
        raise PacketError("JSON") from err
    _check(kind, number, body)
    return Packet(kind, namespace, number, body)


def _check(kind: Kind, number: int | None, body: Any) -> None:
    match kind:
        case "event":
            if not isinstance(body, list) or not body or not isinstance(body[0], str) or body[0] in _RESERVED:
                raise PacketError("no event")
        case "ack":
            if number is None or not isinstance(body, list):
                raise PacketError("no answer")
        case "connect":
            if number is not None or not (body is None or isinstance(body, dict)):
                raise PacketError("no log-in")
        case "disconnect":
            if body is not None:
                raise PacketError("no goodbye")


def hello(name: str, *, ping_s: float, timeout_s: float, longest: int) -> bytes:
    """Engine.IO's first word, as a frame."""
    said = {"sid": name, "upgrades": [], "pingTimeout": int(timeout_s * 1000), "pingInterval": int(ping_s * 1000), "maxPayload": longest}
    return frame(TEXT, b"0" + _encode(said))


def connected(namespace: str, name: str) -> bytes:
    """Let in, as a frame."""
    return frame(TEXT, b"40%b,%b" % (namespace.encode(), _encode({"sid": name})))


def refused(namespace: str, message: str, more: dict[str, Any] | None = None) -> bytes:
    """Not let in, as a frame."""
    return frame(TEXT, b"44%b,%b" % (namespace.encode(), _encode({"message": message, **({"data": more} if more else {})})))


def disconnected(namespace: str) -> bytes:
    """Shown out, as a frame."""
    return frame(TEXT, b"41%b," % namespace.encode())


def event(namespace: str, name: str, body: Any) -> bytes:
    """An event with one argument, as a frame. body: whatever msgspec encodes."""
    return frame(TEXT, b"42%b,%b" % (namespace.encode(), _encode([name, body])))


def ack(namespace: str, number: int, body: Any) -> bytes:
    """The answer to an event, as a frame."""
    return frame(TEXT, b"43%b,%d%b" % (namespace.encode(), number, _encode([body])))
