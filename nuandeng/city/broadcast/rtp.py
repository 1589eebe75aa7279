"""H.264 over RTP. Pure. Source: RFC 3550 (header), RFC 6184 (single NAL units and FU-A), RFC 2326 §10.12 (interleaving)."""

import struct
from collections.abc import Iterator

from nuandeng.city.broadcast.film import AccessUnit

PAYLOAD_TYPE = 96
_MAX_PAYLOAD = 1400
_FU_A = 28


def payloads(nal: bytes, limit: int = _MAX_PAYLOAD) -> Iterator[bytes]:
    """Yield the RTP payloads of one NAL unit: itself, or FU-A fragments."""
    if len(nal) <= limit:
        yield nal
        return
    indicator, kind, body = (nal[0] & 0xE0) | _FU_A, nal[0] & 0x1F, nal[1:]
    size = limit - 2
    for start in range(0, len(body), size):
        first = 0x80 if start == 0 else 0
        last = 0x40 if start + size >= len(body) else 0
        yield bytes([indicator, kind | first | last]) + body[start : start + size]


def interleaved(unit: AccessUnit, *, pts: int, sequence: int, ssrc: int, channel: int) -> tuple[bytes, int]:
    """Return one access unit as RTP packets framed for an RTSP connection, and the next sequence number."""
    packed = [payload for nal in unit.nals for payload in payloads(nal)]
    framed = bytearray()
    for n, payload in enumerate(packed):
        marker = 0x80 if n == len(packed) - 1 else 0
        header = struct.pack("!BBHII", 0x80, PAYLOAD_TYPE | marker, sequence & 0xFFFF, pts & 0xFFFFFFFF, ssrc)
        framed += struct.pack("!cBH", b"$", channel, len(header) + len(payload)) + header + payload
        sequence += 1
    return bytes(framed), sequence
