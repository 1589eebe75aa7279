"""One document over HTTP, with a bound on its size and on the time it may take however slowly it trickles."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from camera_adapters.adapter import Reason, SourceError
from camera_adapters.substream import without_login

_REASONS = {401: Reason.REFUSED_LOGIN, 403: Reason.REFUSED_LOGIN, 404: Reason.NOT_FOUND}


@dataclass(frozen=True, slots=True)
class Fetched:
    """body: None when the server says that nothing changed."""

    body: bytes | None
    headers: Mapping[str, str]


def client(patience_s: float, *, login: httpx.Auth | None = None, headers: Mapping[str, str] | None = None) -> httpx.Client:
    """Return a client that goes where it is told: no redirects, no proxies of the environment."""
    return httpx.Client(timeout=patience_s, auth=login, headers=dict(headers or {}), trust_env=False, follow_redirects=False)


def fetch(
    by: httpx.Client, url: str, *, max_bytes: int, patience_s: float, stop: threading.Event, headers: Mapping[str, str] | None = None
) -> Fetched:
    """Fetch.

    Raises:
        SourceError: with its reason; also, as SILENT, when `stop` was set meanwhile.
    """
    shown, deadline_s, got = without_login(url), time.monotonic() + patience_s, bytearray()
    try:
        with by.stream("GET", url, headers=dict(headers or {})) as response:
            if response.status_code == httpx.codes.NOT_MODIFIED:
                return Fetched(None, response.headers)
            if response.status_code != httpx.codes.OK:
                raise SourceError(_REASONS.get(response.status_code, Reason.UNREACHABLE), f"{shown} answered {response.status_code}.")
            for chunk in response.iter_bytes():
                got += chunk
                if len(got) > max_bytes:
                    raise SourceError(Reason.TOO_LARGE, f"{shown} sent more than {max_bytes} bytes.")
                if stop.is_set() or time.monotonic() > deadline_s:
                    raise SourceError(Reason.SILENT, f"{shown} was not done in {patience_s:g} s.")
            return Fetched(bytes(got), response.headers)
    except httpx.TimeoutException as err:
        raise SourceError(Reason.SILENT, f"{shown} does not answer.") from err
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as err:
        raise SourceError(Reason.UNREACHABLE, f"{shown}: {type(err).__name__}") from err
