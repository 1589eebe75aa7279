"""Transport streams, snapshots and the list of cameras over HTTP."""

import asyncio
import json
from collections import OrderedDict

from nuandeng.city.broadcast.film import Film
from nuandeng.city.broadcast.requests import Request, read_request
from nuandeng.city.broadcast.studio import Studio
from nuandeng.city.broadcast.timeline import Timeline
from nuandeng.city.broadcast.transport_stream import TransportStream

_MAX_OWED_BYTES = 4 << 20
_REASONS = {200: "OK", 404: "Not Found", 405: "Method Not Allowed"}


class Stills:
    """The last JPEGs, so that a snapshot asked for twice is decoded once."""

    def __init__(self, size: int = 64) -> None:
        self._size = size
        self._made: OrderedDict[tuple[str, int, int], bytes] = OrderedDict()

    def get(self, film: Film, index: int) -> bytes:
        """Return the JPEG of a keyframe. Raises FilmError."""
        key = (film.name, id(film), index)
        jpeg = self._made.pop(key, None) or film.still(index)
        self._made[key] = jpeg
        if len(self._made) > self._size:
            self._made.popitem(last=False)
        return jpeg


_STILLS = Stills()


async def serve_http(studio: Studio, first_line: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one request and end. Raises ValueError for nonsense, OSError when the viewer leaves."""
    request = await read_request(first_line, reader)
    name, _, suffix = request.path.rpartition(".")
    film = studio.film(name)
    if request.method != "GET":
        await _reply(writer, 405, "text/plain", b"")
    elif not request.path:
        listed = [{"camera": name, "rtsp": f"/{name}", "mpegts_http": f"/{name}.ts", "snapshot": f"/{name}.jpg"} for name in studio.names()]
        await _reply(writer, 200, "application/json", json.dumps(listed).encode())
    elif film is not None and suffix == "jpg":
        timeline = Timeline(film, request.phase_s)
        index = timeline.unit(timeline.keyframe_before(studio.now_s())).index
        await _reply(writer, 200, "image/jpeg", _STILLS.get(film, index))
    elif film is not None and suffix == "ts":
        await _stream(studio, name, request, writer)
    else:
        await _reply(writer, 404, "text/plain", b"no such camera\n")


async def _reply(writer: asyncio.StreamWriter, status: int, kind: str, body: bytes) -> None:
    head = f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
    writer.write(head.encode() + b"Cache-Control: no-store\r\nConnection: close\r\n\r\n" + body)
    await writer.drain()
    writer.close()
    await writer.wait_closed()


async def _stream(studio: Studio, name: str, request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n")
    muxer = TransportStream()
    try:
        waiting = False
        async for due in studio.live(name, request.phase_s):
            if writer.is_closing():
                return
            waiting = (waiting and not due.unit.keyframe) or writer.transport.get_write_buffer_size() > _MAX_OWED_BYTES
            if not waiting:
                writer.write(muxer.add(due))
    finally:
        muxer.close()
