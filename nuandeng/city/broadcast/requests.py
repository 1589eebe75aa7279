"""The head of an RTSP or HTTP request."""

import asyncio
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

_MAX_HEADERS = 64


@dataclass(frozen=True, slots=True)
class Request:
    """headers: names in lower case. path: without the leading slash. phase_s: from `?phase=`."""

    method: str
    path: str
    phase_s: float
    headers: dict[str, str]


async def read_request(first_line: bytes, reader: asyncio.StreamReader) -> Request:
    """Read the rest of a head and skip its body. Raises ValueError for nonsense, IncompleteReadError when the peer left."""
    method, target, _version = first_line.decode("latin-1").split()
    headers: dict[str, str] = {}
    while line := (await reader.readline()).strip():
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
        if len(headers) > _MAX_HEADERS:
            raise ValueError("too many headers")
    length = int(headers.get("content-length", "0"))
    if not 0 <= length <= 65536:
        raise ValueError("body too long")
    await reader.readexactly(length)
    parts = urlsplit(target)
    # A player appends the track to the address, query and all: rtsp://host/camera?phase=3/track1
    phase = parse_qs(parts.query).get("phase", ["0"])[0].partition("/")[0]
    return Request(method, unquote(parts.path).strip("/"), float(phase), headers)
