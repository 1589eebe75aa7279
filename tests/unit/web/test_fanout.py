"""Frames and packets of phones: whatever pieces the network brings, and whatever a stranger sends."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.runtime import WebListener
from tests.integration.web.phone_wire import masked
from web.fanout import packets
from web.fanout.frames import BINARY, CONTINUATION, PING, TEXT, FrameError, FrameReader, Message, closing, frame
from web.fanout.handshake import RefusedError, Request, accepting, page_origins, page_told_port, read_head
from web.fanout.packets import PacketError

HEAD = (
    b"GET /phones/socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\n"
    b"Connection: keep-alive, Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13"
)


def _with_mask(whole: bytes, mask: bytes) -> bytes:
    plain = masked(whole)
    at = len(plain) - (len(whole) - (2 if whole[1] < 126 else 4 if whole[1] == 126 else 10))
    return plain[: at - 4] + mask + bytes(octet ^ mask[n % 4] for n, octet in enumerate(plain[at:]))


@given(
    st.lists(st.tuples(st.sampled_from([TEXT, BINARY, PING]), st.binary(max_size=125) | st.integers(0, 70_000).map(bytes)), max_size=6),
    st.binary(min_size=4, max_size=4),
    st.lists(st.integers(1, 400), min_size=1, max_size=5),
)
def test_messages_come_out_as_they_went_in(sent: list[tuple[int, bytes]], mask: bytes, sizes: list[int]) -> None:
    """Whatever the mask and however the network cuts the bytes; and nothing is held afterwards."""
    whole = [(opcode, payload[:125] if opcode == PING else payload) for opcode, payload in sent]
    raw = b"".join(_with_mask(frame(opcode, payload), mask) for opcode, payload in whole)
    reader, found, at, turn = FrameReader(100_000), list[Message](), 0, 0
    while at < len(raw):
        size = sizes[turn % len(sizes)]
        found += reader.feed(raw[at : at + size])
        at, turn = at + size, turn + 1
    assert found == [Message(opcode, payload) for opcode, payload in whole]
    assert reader.empty


@given(st.binary(max_size=300))
def test_hostile_bytes_end_in_messages_or_in_a_code(raw: bytes) -> None:
    """No other error, and no more octets out than in."""
    reader, found = FrameReader(1_000), list[Message]()
    with contextlib.suppress(FrameError):
        found = reader.feed(raw)
    assert sum(len(message.payload) for message in found) <= len(raw)


def test_pieces_are_put_together_up_to_the_limit() -> None:
    """A ping may come in between; a message that grows too long in pieces is refused."""

    def piece(first: int, payload: bytes) -> bytes:
        return masked(bytes((first, *frame(TEXT, payload)[1:])))

    reader = FrameReader(10)
    assert reader.feed(piece(TEXT, b"ab") + masked(frame(PING, b""))) == [Message(PING, b"")]
    assert not reader.empty
    assert reader.feed(piece(0x80 | CONTINUATION, b"cd")) == [Message(TEXT, b"abcd")]
    for pieces in ([b"123456", b"78901"], [b""] * 12):
        reader = FrameReader(10)
        reader.feed(piece(TEXT, pieces[0]))
        more = b"".join(piece(CONTINUATION, one) for one in pieces[1:])
        with pytest.raises(FrameError) as refused:
            reader.feed(more)
        assert closing(refused.value.code) == b"\x88\x02\x03\xf1"


@given(st.text(max_size=80) | st.from_regex(r"[0-4](/field,)?[0-9]{0,3}(\[\"[a-z]*\",.*\]|\{.*\})?", fullmatch=True))
def test_hostile_text_ends_in_a_packet_or_is_refused(text: str) -> None:
    """And an event that is let through has a name that is none of the protocol's."""
    try:
        found = packets.read(text)
    except PacketError:
        return
    if found.kind == "event":
        assert isinstance(found.body[0], str)
        assert found.body[0] not in {"connect", "disconnect", "connect_error"}


@pytest.mark.parametrize(
    ("text", "kind", "namespace", "number", "body"),
    [
        ("0/field,", "connect", "/field", None, None), ("0/field", "connect", "/field", None, None), ("0", "connect", "/", None, None),
        ('0/field?a=1,{"token":"t"}', "connect", "/field", None, {"token": "t"}), ("1/field,", "disconnect", "/field", None, None),
        ('2/field,12["join",{}]', "event", "/field", 12, ["join", {}]), ('2["join"]', "event", "/", None, ["join"]),
        ("3/field,4[1]", "ack", "/field", 4, [1]),
    ],
)  # fmt: skip
def test_packets_of_the_protocol_are_read(text: str, kind: str, namespace: str, number: int | None, body: object) -> None:
    """The examples of its document that concern us."""
    assert packets.read(text) == (kind, namespace, number, body)


def test_the_handshake_is_answered_as_the_standard_says() -> None:
    """RFC 6455, 1.3."""
    assert b"\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in accepting(read_head(HEAD, "http"))


@pytest.mark.parametrize(
    ("scheme", "web", "origins"),
    [
        ("http", WebListener(port=8080), ()),
        ("http", WebListener(port=8080, phones_port=8081), ("http://city.example:8080",)),
        ("https", WebListener(port=443, phones_port=8081), ("https://city.example",)),
        ("http", WebListener(port=8080, public_url="https://lamp.example/"), ("https://lamp.example",)),
    ],
)
def test_our_pages_are_known_by_their_origin(scheme: str, web: WebListener, origins: tuple[str, ...]) -> None:
    """As a browser writes it; and a page is told of the port only where no proxy stands in front."""
    asked = Request("GET", "/", {"host": "city.example:8081"}, scheme)
    assert page_origins(asked, web) == origins
    assert page_told_port(web) == (web.phones_port if web.public_url is None else None)
    assert page_origins(Request("GET", "/", {"host": "a b"}, scheme), WebListener(phones_port=1)) == ()


@given(st.binary(max_size=400), st.integers(0, len(HEAD)))
def test_a_hostile_head_is_refused_or_answered(raw: bytes, at: int) -> None:
    """Never anything else."""
    with contextlib.suppress(RefusedError):
        assert accepting(read_head(HEAD[:at] + raw, "https")).startswith(b"HTTP/1.1 101 ")
    assert accepting(read_head(HEAD, "https"))
