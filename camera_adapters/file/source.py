"""A film in a file, shown as if it were a camera."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from camera_adapters.adapter import Reason, SourceError
from camera_adapters.container_reader import read_container
from camera_adapters.encoded import EncodedPicture
from camera_adapters.file.settings import FileSettings

_DEFAULTS = FileSettings()


class FileSource:
    """camera_adapters.encoded.VideoAdapter. Whole from the start: films have few keyframes."""

    kind = "file"

    def __init__(self, url: str, settings: FileSettings = _DEFAULTS) -> None:
        """url: a path, or file:// and a path."""
        self.whole = True
        self._path = Path(unquote(urlsplit(url).path)) if url.startswith("file:") else Path(url)
        self._settings = settings

    def facts(self, stop: threading.Event) -> Iterator[EncodedPicture]:
        """Yield pictures at the time they are due. Raises SourceError."""
        if not self._path.is_file():
            raise SourceError(Reason.NOT_FOUND, f"There is no file {self._path}.")
        while not stop.is_set():
            for picture in read_container(
                str(self._path), stop, format_name=None, options=self._settings.options(), whole=lambda: self.whole, live=False
            ):
                if self._settings.real_time and stop.wait(max(0.0, picture.captured_at_ms / 1000 - time.time())):
                    return
                yield picture
            if not self._settings.loop:
                return
