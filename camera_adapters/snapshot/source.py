"""A camera that gives a JPEG when asked."""

import threading
import time
from collections.abc import Generator, Iterator
from urllib.parse import unquote, urlsplit, urlunsplit

import httpx

from camera_adapters.adapter import Reason, SourceError
from camera_adapters.encoded import EncodedPicture
from camera_adapters.snapshot.settings import SnapshotSettings
from camera_adapters.substream import without_login

_DEFAULTS = SnapshotSettings()
_REASONS = {401: Reason.REFUSED_LOGIN, 403: Reason.REFUSED_LOGIN, 404: Reason.NOT_FOUND}


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
        with httpx.Client(auth=self._login, timeout=self._settings.patience_s, trust_env=False) as client:
            due_s = time.monotonic()
            while not stop.wait(max(0.0, due_s - time.monotonic())):
                due_s = max(due_s + self._settings.every_s, time.monotonic())
                asked_at_ms = round(time.time() * 1000)
                jpeg = self._fetch(client, stop)
                if stop.is_set():
                    return
                if not jpeg.startswith(b"\xff\xd8"):
                    raise SourceError(Reason.GARBAGE, f"{without_login(self._url)} gave something that is no JPEG.")
                yield EncodedPicture(jpeg, "mjpeg", b"", True, asked_at_ms)

    def _fetch(self, client: httpx.Client, stop: threading.Event) -> bytes:
        deadline_s = time.monotonic() + self._settings.patience_s
        got = bytearray()
        try:
            with client.stream("GET", self._url) as response:
                if response.status_code != httpx.codes.OK:
                    reason = _REASONS.get(response.status_code, Reason.UNREACHABLE)
                    raise SourceError(reason, f"{self._url} answered {response.status_code}.")
                for chunk in response.iter_bytes():
                    got += chunk
                    if len(got) > self._settings.max_bytes:
                        raise SourceError(Reason.TOO_LARGE, f"{self._url} sent more than {self._settings.max_bytes} bytes.")
                    if stop.is_set():
                        return b""
                    if time.monotonic() > deadline_s:
                        raise SourceError(Reason.SILENT, f"{self._url} was not done in {self._settings.patience_s:g} s.")
        except httpx.TimeoutException as err:
            raise SourceError(Reason.SILENT, f"{self._url} does not answer.") from err
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as err:
            raise SourceError(Reason.UNREACHABLE, f"{self._url}: {type(err).__name__}") from err
        return bytes(got)
