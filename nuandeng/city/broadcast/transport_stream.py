"""H.264 access units as an MPEG transport stream, through PyAV's muxer."""

import io
from fractions import Fraction

import av

from nuandeng.city.broadcast.film import TICKS_PER_S
from nuandeng.city.broadcast.timeline import Due

_TIME_BASE = Fraction(1, TICKS_PER_S)


class _Outbox(io.RawIOBase):
    def __init__(self) -> None:
        self.waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, chunk: object) -> int:
        octets = bytes(chunk)  # type: ignore[call-overload]
        self.waiting += octets
        return len(octets)


class TransportStream:
    """One viewer's stream."""

    def __init__(self) -> None:
        self._outbox = _Outbox()
        options = {"flush_packets": "1", "muxdelay": "0", "muxpreload": "0", "mpegts_flags": "+resend_headers"}
        self._container = av.open(self._outbox, "w", format="mpegts", container_options=options)
        self._stream = self._container.add_mux_stream("h264", time_base=_TIME_BASE)

    def add(self, due: Due) -> bytes:
        """Return the transport packets of one unit."""
        packet = av.Packet(due.unit.annex_b())
        packet.stream = self._stream
        packet.time_base = _TIME_BASE
        packet.dts, packet.pts, packet.is_keyframe = due.dts, due.pts, due.unit.keyframe
        self._container.mux_one(packet)
        made = bytes(self._outbox.waiting)
        self._outbox.waiting.clear()
        return made

    def close(self) -> None:
        """Free the muxer."""
        self._container.close()
