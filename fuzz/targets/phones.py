"""What a phone's connection may be sent: packets on /field with somebody logged in, and below them the request's head and raw frames."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import gevent

from contracts.terms import Role
from fuzz.target import Attempt, Target
from fuzz.targets.places import scratch
from fuzz.targets.sockets import samples_for
from fuzz.web_town import own_valkey, web_town
from tests.integration.web.phone_wire import PhoneWire, masked
from tests.integration.web.town import COUNTY
from web.fanout.frames import BINARY, PING, TEXT, FrameError, FrameReader, Message, frame
from web.fanout.handshake import RefusedError, accepting, read_head
from web.fanout.packets import PacketError, read

_LONGEST = 100_000
_HEAD = (
    b"GET /phones/socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: a\r\nOrigin: http://a\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13"
)


@contextmanager
def _attack_packets() -> Iterator[Attempt]:
    with scratch() as folder, own_valkey(folder) as url, web_town(url, folder / "web") as town:
        engine, desk = town.web.phones.engine, town.web.phones.events.desk
        token = town.persons[Role.RESPONDER, COUNTY].token
        wire = PhoneWire(town.web, {"token": token})

        def attempt(raw: bytes) -> str:
            nonlocal wire
            if not wire.connection.open or not wire.connection.known:
                wire.disconnect()
                wire = PhoneWire(town.web, {"token": token})
            engine.heard(wire.connection, Message(TEXT, b"4" + raw))
            engine.attend()
            if not wire.connection.open:
                gevent.sleep(0)
            if len(desk.callers) != len([one for one in (wire.connection,) if one.known]):
                raise AssertionError(f"{len(desk.callers)} callers for one connection")
            answered = _wants_answer(raw) and wire.connection.open
            said = wire.said() if answered else ""
            if answered and '"ok":true' not in said and '"code":"' not in said:
                raise AssertionError(f"no answer with a code: {said!r:.200}")
            return f"{wire.connection.open} {wire.connection.known} {said[:20]}"

        yield attempt


def _wants_answer(raw: bytes) -> bool:
    try:
        packet = read(raw.decode())
    except (PacketError, UnicodeDecodeError):
        return False
    return packet.kind == "event" and packet.namespace == "/field" and packet.id is not None


def _frames(raw: bytes) -> str:
    """A head, and after it frames in pieces of a size that the first octet says."""
    head, _, rest = raw.partition(b"\r\n\r\n")
    outcome = "none"
    try:
        outcome = accepting(read_head(head, "http"))[9:12].decode()
    except RefusedError as refused:
        outcome = str(refused)
    reader, piece = FrameReader(_LONGEST), 1 + (rest[0] if rest else 0)
    found: list[Message] = []
    try:
        for start in range(0, len(rest), piece):
            found += reader.feed(rest[start : start + piece])
    except FrameError as broken:
        outcome += f" {broken.code}"
    if sum(len(message.payload) for message in found) > len(rest):
        raise AssertionError("more came out than went in")
    return f"{outcome} {sorted({message.opcode for message in found})} {reader.empty}"


def _frame_samples() -> Iterator[bytes]:
    text = masked(frame(TEXT, b'42/field,1["join",{}]'))
    pieces = bytes((0x01, *text[1:])) + masked(bytes((0x80, *frame(TEXT, b"x" * 200)[1:])))
    for body in (text, masked(frame(PING, b"p")), masked(frame(BINARY, b"\0" * 300)), pieces, masked(frame(TEXT, b"y" * 70_000))):
        yield _HEAD + b"\r\n\r\n" + body


TARGETS = {
    "field_socket": Target(
        name="field_socket", about="packets on /field", form="octets", samples=lambda: samples_for("/field"), attack=_attack_packets,
        words=(b"2/field,1", b'["join",', b'"since":{', b"51-", b"61-", b"1" * 99, b'["disconnect"]', b'{"token":"', b"?a=b", b"[" * 200,
               b"1e999", b'"371622.all"', "٣".encode()),
        longest=120_000,
    ),
    "phone_frames": Target(
        name="phone_frames", about="a phone's handshake and frames", form="octets", samples=_frame_samples,
        attack=lambda: nullcontext(_frames),
        words=(b"\r\n", b"\x81\xfe", b"\x81\xff", b"\x80", b"\x88\x82", b"Upgrade: ", b"EIO=4", b"sid="),
        longest=120_000,
    ),
}  # fmt: skip
