"""A camera that gives a JPEG when asked."""

import threading
import time
from collections.abc import Generator, Iterator
from urllib.parse import unquote, urlsplit, urlunsplit

import httpx

from camera_adapters.adapter import Reason, SourceError
from camera_adapters.encoded import EncodedPicture
from camera_adapters.http_fetch import client, fetch
from camera_adapters.snapshot.settings import SnapshotSettings

_DEFAULTS = SnapshotSettings()


class _Login(httpx.Auth):
    """Answers a challenge as the camera asks it: cameras differ, and some ask for Basic and some for Digest."""

    def __init__(self, user: str, password: str) -> None:
        self._basic = httpx.BasicAuth(user, password)
        self._digest = httpx.DigestAuth(user, password)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            basic = response.headers.get("www-authenticate", "").lower().startswith("basic")
            yield from (self._basic if basic else self._digest).auth_flow(request)


class SnapshotSource:
    """camera_adapters.encoded.VideoAdapter. Every picture is a keyframe."""

    kind = "snapshot"

    def __init__(self, url: str, settings: SnapshotSettings = _DEFAULTS) -> None:
        self.whole = False
        self._settings = settings
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        self._url = urlunsplit(parts._replace(netloc=host))
        self._login = _Login(unquote(parts.username), unquote(parts.password or "")) if parts.username else None

    def facts(self, stop: threading.Event) -> Iterator[EncodedPicture]:
        """Ask again and again. Raises SourceError."""
        chosen = self._settings
        with client(chosen.patience_s, login=self._login) as camera:
            due_s = time.monotonic()
            while not stop.wait(max(0.0, due_s - time.monotonic())):
                due_s = max(due_s + chosen.every_s, time.monotonic())
                asked_at_ms = round(time.time() * 1000)
                jpeg = fetch(camera, self._url, max_bytes=chosen.max_bytes, patience_s=chosen.patience_s, stop=stop).body or b""
                if not jpeg.startswith(b"\xff\xd8"):
                    raise SourceError(Reason.GARBAGE, f"{self._url} gave something that is no JPEG.")
                yield EncodedPicture(jpeg, "mjpeg", b"", True, asked_at_ms)
