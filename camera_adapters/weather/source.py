"""Warnings from a folder or over HTTP, looked at again and again."""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx
import structlog

from camera_adapters.adapter import Reason, SourceError
from camera_adapters.http_fetch import client, fetch
from camera_adapters.publish import dead_letter
from camera_adapters.weather.index import links
from camera_adapters.weather.parse import parse_warnings
from camera_adapters.weather.settings import WeatherSettings
from camera_adapters.weather.xml_reading import MAX_BYTES, read_xml
from contracts.errors import UnreadableError
from contracts.observations import DeadLetter, WeatherWarning

_log = structlog.get_logger(__name__)
_SUFFIXES = frozenset({".xml", ".cap"})
# A file younger than this may still be written.
_SETTLED_S = 0.5
_REMEMBERED = 10_000


class WeatherSource:
    """camera_adapters.adapter.Adapter. A message is read once; after a restart again, which changes nothing: identifiers are the keys."""

    kind = "weather"

    def __init__(self, settings: WeatherSettings) -> None:
        self._settings = settings
        self._seen: OrderedDict[bytes, None] = OrderedDict()
        self._stamps: dict[str, tuple[int, int]] = {}
        self._validators: dict[str, dict[str, str]] = {}
        self._remote = urlsplit(settings.place).scheme in {"http", "https"}

    def facts(self, stop: threading.Event) -> Iterator[WeatherWarning | DeadLetter]:
        """Yield what is new. Raises SourceError."""
        while not stop.is_set():
            for where, raw in self._fetched(stop) if self._remote else self._filed():
                yield from self._read(where, raw)
            stop.wait(self._settings.every_s)

    def _read(self, where: str, raw: bytes) -> Iterator[WeatherWarning | DeadLetter]:
        mark = sha256(raw).digest()
        if mark in self._seen:
            return
        self._seen[mark] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        try:
            yield from parse_warnings(raw)
        except UnreadableError as err:
            yield dead_letter("unreadable", f"{where}: {err}", self.kind, raw)

    def _filed(self) -> Iterator[tuple[str, bytes]]:
        place = self._settings.place
        folder = Path(unquote(urlsplit(place).path)) if place.startswith("file:") else Path(place)
        try:
            found = sorted(path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES and not path.name.startswith("."))
            for path in found:
                status = path.stat()
                stamp = (status.st_mtime_ns, status.st_size)
                if path.is_file() and self._stamps.get(path.name) != stamp and time.time() - status.st_mtime > _SETTLED_S:
                    self._stamps[path.name] = stamp
                    with path.open("rb") as file:
                        yield path.name, file.read(MAX_BYTES + 1)
            self._stamps = {path.name: self._stamps[path.name] for path in found if path.name in self._stamps}
        except OSError as err:
            raise SourceError(Reason.NOT_FOUND, f"{folder} cannot be read: {err.strerror}") from err

    def _fetched(self, stop: threading.Event) -> Iterator[tuple[str, bytes]]:
        with client(self._settings.patience_s) as service:
            raw = self._get(service, self._settings.place, stop)
            if raw is None:
                return
            try:
                linked = links(read_xml(raw), self._settings.place, self._settings.max_linked)
            except UnreadableError:
                linked = None  # said with its reason when it is read as a message
            if linked is None:
                yield self._settings.place, raw
            for address in linked or ():
                try:
                    message = self._get(service, address, stop)
                except SourceError as err:
                    # One broken link must not hide the warnings behind it.
                    _log.warning("link_lost", reason=err.reason.value, detail=str(err))
                    continue
                if message is not None:
                    yield address, message
                if stop.is_set():
                    return

    def _get(self, service: httpx.Client, address: str, stop: threading.Event) -> bytes | None:
        asked = self._validators.get(address, {})
        got = fetch(service, address, max_bytes=MAX_BYTES, patience_s=self._settings.patience_s, stop=stop, headers=asked)
        offered = {"If-None-Match": got.headers.get("etag"), "If-Modified-Since": got.headers.get("last-modified")}
        if got.body is not None:
            self._validators[address] = {name: value for name, value in offered.items() if value}
        return got.body
