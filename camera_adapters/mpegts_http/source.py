"""A camera or gateway that sends an MPEG transport stream over HTTP."""

import threading
from collections.abc import Iterator

from camera_adapters.container_reader import read_container
from camera_adapters.encoded import EncodedPicture
from camera_adapters.mpegts_http.settings import MpegtsHttpSettings

_DEFAULTS = MpegtsHttpSettings()


class MpegtsHttpSource:
    """camera_adapters.encoded.VideoAdapter."""

    kind = "mpegts_http"

    def __init__(self, url: str, settings: MpegtsHttpSettings = _DEFAULTS) -> None:
        self.whole = False
        self._url = url
        self._settings = settings

    def facts(self, stop: threading.Event) -> Iterator[EncodedPicture]:
        """Yield pictures as they come. Raises SourceError."""
        yield from read_container(
            self._url, stop, format_name="mpegts", options=self._settings.options(), whole=lambda: self.whole,
            silent_after_s=self._settings.silent_after_s,
        )  # fmt: skip
