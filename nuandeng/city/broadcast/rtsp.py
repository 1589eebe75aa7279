"""One RTSP viewer: RTP inside the connection (TCP), nothing else. Source: RFC 2326."""

import asyncio
import secrets

from nuandeng.city.broadcast.requests import Request, read_request
from nuandeng.city.broadcast.rtp import interleaved
from nuandeng.city.broadcast.sdp import TRACK, describe
from nuandeng.city.broadcast.studio import Studio

_SESSION_TIMEOUT_S = 60
# A slow viewer may owe this much before it loses pictures up to the next keyframe.
_MAX_OWED_BYTES = 4 << 20
_METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, SET_PARAMETER, TEARDOWN"


class RtspConnection:
    """Answers requests until the viewer leaves, and plays beside it."""

    def __init__(self, studio: Studio, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
        self._studio = studio
        self._reader = reader
        self._writer = writer
        self._host = host
        self._session = secrets.token_hex(8)
        self._channel = 0
        self._playing: asyncio.Task[None] | None = None

    async def serve(self, first_line: bytes) -> None:
        """Serve. Raises OSError, ValueError or IncompleteReadError when the viewer is gone or talks nonsense."""
        line = first_line
        try:
            while line.strip() or line == b"\r\n":
                if line.strip() and not await self._answer(await read_request(line, self._reader)):
                    return
                line = await self._next_line()
        finally:
            if self._playing is not None:
                self._playing.cancel()

    async def _next_line(self) -> bytes:
        # Between requests a viewer sends its receiver reports, framed like our packets.
        while (head := await self._reader.readexactly(1)) == b"$":
            frame = await self._reader.readexactly(3)
            await self._reader.readexactly(int.from_bytes(frame[1:3], "big"))
        return head + await self._reader.readline()

    async def _answer(self, request: Request) -> bool:
        camera = request.path.removesuffix(f"/{TRACK}")
        film = self._studio.film(camera)
        match request.method:
            case "OPTIONS":
                self._reply(request, 200, f"Public: {_METHODS}\r\n")
            case "DESCRIBE" if film is not None:
                sdp = describe(film, self._host)
                self._reply(request, 200, f"Content-Type: application/sdp\r\nContent-Length: {len(sdp)}\r\n", sdp)
            case "SETUP" if film is not None:
                self._set_up(request)
            case "PLAY" if film is not None:
                self._reply(request, 200, f"Session: {self._session}\r\nRange: npt=now-\r\n")
                if self._playing is None:
                    self._playing = asyncio.create_task(self._play(camera, request.phase_s))
            case "GET_PARAMETER" | "SET_PARAMETER":
                self._reply(request, 200, f"Session: {self._session}\r\n")
            case "TEARDOWN":
                self._reply(request, 200, f"Session: {self._session}\r\n")
                return False
            case "DESCRIBE" | "SETUP" | "PLAY":
                self._reply(request, 404)
            case _:
                self._reply(request, 405, f"Allow: {_METHODS}\r\n")
        await self._writer.drain()
        return True

    def _set_up(self, request: Request) -> None:
        offered = request.headers.get("transport", "")
        if "RTP/AVP/TCP" not in offered:
            self._reply(request, 461)
            return
        channels = offered.partition("interleaved=")[2].partition(";")[0] or "0-1"
        self._channel = int(channels.partition("-")[0]) & 0xFF
        session = f"Session: {self._session};timeout={_SESSION_TIMEOUT_S}\r\n"
        self._reply(request, 200, f"Transport: RTP/AVP/TCP;unicast;interleaved={channels}\r\n{session}")

    def _reply(self, request: Request, status: int, headers: str = "", body: str = "") -> None:
        reason = {200: "OK", 404: "Not Found", 405: "Method Not Allowed", 461: "Unsupported Transport"}[status]
        self._writer.write(f"RTSP/1.0 {status} {reason}\r\nCSeq: {request.headers.get('cseq', '0')}\r\n{headers}\r\n{body}".encode())

    async def _play(self, camera: str, phase_s: float) -> None:
        sequence, ssrc, waiting = secrets.randbelow(1 << 16), secrets.randbits(32), False
        async for due in self._studio.live(camera, phase_s):
            waiting = (waiting and not due.unit.keyframe) or self._writer.transport.get_write_buffer_size() > _MAX_OWED_BYTES
            if not waiting:
                framed, sequence = interleaved(due.unit, pts=due.pts, sequence=sequence, ssrc=ssrc, channel=self._channel)
                self._writer.write(framed)
        self._writer.transport.abort()
