"""What comes before a WebSocket: the request that asks for one, and the answer. Pure."""

import base64
import binascii
import re
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha1
from typing import NamedTuple
from urllib.parse import parse_qs

from contracts.runtime import WebListener

PATH = "/phones/socket.io"
LONGEST_HEAD = 16 * 1024
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_KEY_BYTES = 16
_USUAL_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?")


class RefusedError(Exception):
    """No WebSocket for this one: the answer is 400 with these words."""


class Request(NamedTuple):
    """A request's head. headers: names in lower case, the last of several. scheme: http or https, as this process was reached."""

    method: str
    target: str
    headers: Mapping[str, str]
    scheme: str

    @property
    def path(self) -> str:
        """Without the query."""
        return self.target.partition("?")[0]


def read_head(head: bytes, scheme: str) -> Request:
    """Read a request's head, without its empty last line. Raises RefusedError."""
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise RefusedError("This is no HTTP/1.1.")
    headers = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon or name != name.strip():
            raise RefusedError("A header cannot be read.")
        headers[name.lower()] = value.strip()
    return Request(words[0], words[1], headers, scheme)


def request_of(environ: Mapping[str, str], target: str) -> Request:
    """The same from a WSGI environment."""
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    return Request(environ["REQUEST_METHOD"], target, headers, environ["wsgi.url_scheme"])


def is_phones(path: str) -> bool:
    """Whether a request is for the phones' sockets."""
    return path.rstrip("/") == PATH


def accepting(request: Request, pages: tuple[str, ...] = ()) -> bytes:
    """Return the head of the answer that opens the socket.

    Args:
        pages: origins of our pages besides the one that this request went to.
    Raises:
        RefusedError: it asks for something else, or a page of somebody else's asks.
    """
    headers = request.headers
    if request.method != "GET" or headers.get("upgrade", "").lower() != "websocket" or not _asks_rightly(request.target.partition("?")[2]):
        raise RefusedError("WebSocket and Engine.IO 4 only, and each connection is its own.")
    if "upgrade" not in headers.get("connection", "").lower() or headers.get("sec-websocket-version") != "13":
        raise RefusedError("WebSocket of RFC 6455 only.")
    origin = headers.get("origin")
    if origin is not None and origin not in (*own_origins(request), *pages):
        raise RefusedError("A page of another origin asks.")
    key = headers.get("sec-websocket-key", "")
    try:
        sound = len(base64.b64decode(key, validate=True)) == _KEY_BYTES
    except (binascii.Error, ValueError):
        sound = False
    if not sound:
        raise RefusedError("The key is none.")
    accept = base64.b64encode(sha1(key.encode() + _GUID).digest())  # noqa: S324 - what RFC 6455 asks for
    return b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %b\r\n\r\n" % accept


@lru_cache(maxsize=64)
def _asks_rightly(query: str) -> bool:
    """All phones ask alike: read once."""
    asked = parse_qs(query)
    return asked.get("transport") == ["websocket"] and asked.get("EIO") == ["4"] and "sid" not in asked


def own_origins(request: Request) -> tuple[str, ...]:
    """Return the origins of pages served where this request went, by this process or by a proxy in front of it."""
    host = request.headers.get("host")
    if host is None:
        return ()
    found = [f"{request.scheme}://{host}"]
    scheme, forwarded = request.headers.get("x-forwarded-proto"), request.headers.get("x-forwarded-host")
    if scheme or forwarded:
        found.append(f"{(scheme or request.scheme).split(',')[0].strip()}://{(forwarded or host).split(',')[0].strip()}")
    return tuple(found)


def page_origins(request: Request, web: WebListener) -> tuple[str, ...]:
    """Return the origins that our page may have when phones are served at a port of their own: the same host at the page's port."""
    host = host_name(request.headers.get("host", ""))
    # A browser leaves out the port that its scheme has anyway.
    port = "" if web.port == _USUAL_PORTS[request.scheme] else f":{web.port}"
    found = [] if host is None or web.phones_port is None else [f"{request.scheme}://{host}{port}"]
    if web.public_url is not None:
        found.append(web.public_url.rstrip("/"))
    return tuple(found)


def page_told_port(web: WebListener) -> int | None:
    """Return the port that our page must ask for phones' sockets; None: where it came from. A proxy in front tells them by their path."""
    return None if web.public_url is not None else web.phones_port


def host_name(host: str) -> str | None:
    """Return a Host header without its port; None when it is none."""
    found = _HOST.fullmatch(host)
    return found[1] if found else None
