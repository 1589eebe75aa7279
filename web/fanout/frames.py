"""WebSocket frames (RFC 6455), the server's half. Pure: bytes in, messages out."""

from typing import NamedTuple

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
NORMAL, PROTOCOL_ERROR, NOT_TEXT, TOO_BIG = 1000, 1002, 1007, 1009
_LONGEST_CONTROL = 125
_MASK_BYTES = 4
_KNOWN = frozenset({CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG})


class FrameError(Exception):
    """What came is no WebSocket. code: for the closing frame."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(why)
        self.code = code


class Message(NamedTuple):
    """A whole message or a control frame. opcode: TEXT, BINARY, CLOSE, PING or PONG."""

    opcode: int
    payload: bytes


def frame(opcode: int, payload: bytes) -> bytes:
    """Return one unfragmented, unmasked frame."""
    length = len(payload)
    if length <= _LONGEST_CONTROL:
        return bytes((0x80 | opcode, length)) + payload
    if length < 1 << 16:
        return bytes((0x80 | opcode, 126)) + length.to_bytes(2) + payload
    return bytes((0x80 | opcode, 127)) + length.to_bytes(8) + payload


def closing(code: int) -> bytes:
    """Return the frame that says goodbye."""
    return frame(CLOSE, code.to_bytes(2))


class FrameReader:
    """Puts messages together from whatever pieces the network brings. Holds bytes only while a message is incomplete."""

    __slots__ = ("_fragments", "_limit", "_opcode", "_rest")

    def __init__(self, limit: int) -> None:
        """limit: bytes that a message may have."""
        self._limit = limit
        self._rest = b""
        self._opcode = CONTINUATION
        self._fragments: list[bytes] | None = None

    @property
    def empty(self) -> bool:
        """Whether no message is incomplete."""
        return not self._rest and self._fragments is None

    def feed(self, data: bytes) -> list[Message]:
        """Take bytes in and return the messages that they complete. Raises FrameError; then nothing more may be fed."""
        if self._rest:
            data = self._rest + data
        found: list[Message] = []
        at, have = 0, len(data)
        while have - at >= 2:
            first, length = data[at], data[at + 1] & 0x7F
            start = at + 2
            if first & 0x70 or first & 0x0F not in _KNOWN:
                raise FrameError(PROTOCOL_ERROR, "reserved bits or opcode")
            if not data[at + 1] & 0x80:
                raise FrameError(PROTOCOL_ERROR, "not masked")
            if length > _LONGEST_CONTROL:
                wide = 2 if length == 126 else 8
                if have < start + wide:
                    break
                length = int.from_bytes(data[start : start + wide])
                start += wide
            if length > self._limit:
                raise FrameError(TOO_BIG, "too long")
            end = start + _MASK_BYTES + length
            if have < end:
                break
            message = self._frame(first, _unmasked(data[start : start + _MASK_BYTES], data[start + _MASK_BYTES : end]))
            if message is not None:
                found.append(message)
            at = end
        self._rest = data[at:]
        return found

    def _frame(self, first: int, payload: bytes) -> Message | None:
        opcode, final = first & 0x0F, bool(first & 0x80)
        if opcode >= CLOSE:
            if not final or len(payload) > _LONGEST_CONTROL:
                raise FrameError(PROTOCOL_ERROR, "a control frame in pieces, or too long")
            return Message(opcode, payload)
        if (opcode == CONTINUATION) == (self._fragments is None):
            raise FrameError(PROTOCOL_ERROR, "a continuation of nothing, or none where one was due")
        if self._fragments is None:
            if final:
                return Message(opcode, payload)
            self._opcode, self._fragments = opcode, [payload]
            return None
        self._fragments.append(payload)
        # Empty pieces cost memory, too.
        if sum(map(len, self._fragments)) > self._limit or len(self._fragments) > self._limit:
            raise FrameError(TOO_BIG, "too long")
        if not final:
            return None
        whole, self._fragments = b"".join(self._fragments), None
        return Message(self._opcode, whole)


def _unmasked(mask: bytes, payload: bytes) -> bytes:
    length = len(payload)
    if not length or mask == b"\0\0\0\0":
        return payload
    key = (mask * (length // _MASK_BYTES + 1))[:length]
    return (int.from_bytes(payload) ^ int.from_bytes(key)).to_bytes(length)
