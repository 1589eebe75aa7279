"""One camera's reader: its own thread that does nothing but drain the network, so that no packet is lost while a picture is decoded."""

import random
import threading
import time
from collections import deque
from collections.abc import Callable

import structlog

from camera_adapters.adapter import Reason, SourceError
from camera_adapters.backoff import delay_s
from camera_adapters.encoded import EncodedPicture, VideoAdapter
from camera_adapters.health import HealthChange, HealthWatch
from camera_adapters.substream import addresses, without_login

_log = structlog.get_logger(__name__)
# Pictures between keyframes that may wait for the decoder; ten seconds of a common camera.
_MAX_WAITING = 250
# What the next address of the same camera may not suffer from.
_OTHER_ADDRESS = frozenset({Reason.NOT_FOUND, Reason.NO_VIDEO, Reason.BAD_ADDRESS, Reason.GARBAGE})


class CameraWatch:
    """Reads a camera for ever: sub-stream first, reconnecting with back-off. Hands over the newest pictures."""

    def __init__(
        self,
        camera: str,
        url: str,
        adapter: Callable[[str], VideoAdapter],
        on_ready: Callable[[], None],
        *,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """adapter: makes the source of an address. on_ready: called in the reader's thread when a picture waits."""
        self.camera = camera
        self.url = url
        self.failures = 0
        self.skipped = 0
        self._adapter = adapter
        self._on_ready = on_ready
        self._jitter = jitter
        self._stop = threading.Event()
        self._guard = threading.Lock()
        self._waiting: deque[EncodedPicture] = deque()
        self._whole = False
        self._source: VideoAdapter | None = None
        self._pictures = 0
        self._health = HealthWatch(_wall_ms())
        self._thread = threading.Thread(target=self._run, name=f"reader-{camera}", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self, patience_s: float = 1.0) -> None:
        """End. A reader that is blocked in the network ends by itself at its time limit; it is not waited for longer than this."""
        self._stop.set()
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join(patience_s)

    @property
    def running(self) -> bool:
        """Whether the reader's thread lives."""
        return self._thread.is_alive()

    def attend(self, whole: bool) -> None:
        """Ask for the pictures between keyframes too, or for keyframes alone."""
        self._whole = whole
        source = self._source
        if source is not None and source.kind != "file":
            source.whole = whole

    def take(self) -> list[EncodedPicture]:
        """Return what waits, oldest first, and begin anew."""
        with self._guard:
            waiting = list(self._waiting)
            self._waiting.clear()
        return waiting

    @property
    def whole(self) -> bool:
        """Whether the pictures between keyframes come too."""
        source = self._source
        return source is not None and source.whole

    def note_pictured(self, blind: str | None) -> None:
        """A picture was decoded. blind: why it is of no use, None if it is."""
        with self._guard:
            self._health.pictured(_wall_ms(), blind)

    def note_unreadable(self) -> None:
        """A picture did not decode."""
        with self._guard:
            self._health.unreadable()

    def tell(self, now_ms: int) -> HealthChange | None:
        """Return what the world should hear of this camera's health, None when nothing is new."""
        with self._guard:
            return self._health.tell(now_ms)

    @property
    def watched(self) -> bool:
        """Whether the camera counts as inspected now."""
        return self._health.watched

    def _run(self) -> None:
        urls, choice, attempt = addresses(self.url), 0, 0
        while not self._stop.is_set():
            url = urls[choice % len(urls)]
            self._pictures = 0
            reason = self._session(url)
            if self._stop.is_set():
                return
            if self._pictures:
                attempt = 0
            elif reason in _OTHER_ADDRESS:
                choice += 1
            self.failures += 1
            with self._guard:
                self._health.lost(reason.value)
            self._stop.wait(delay_s(attempt, self._jitter()))
            attempt += 1

    def _session(self, url: str) -> Reason:
        try:
            source = self._adapter(url)
            source.whole = source.whole or self._whole
            self._source = source
            for picture in source.facts(self._stop):
                self._pictures += 1
                self._offer(picture)
        except SourceError as err:
            _log.info("camera_lost", camera=self.camera, reason=err.reason.value, detail=str(err))
            return err.reason
        except Exception:  # noqa: BLE001 - top of a loop, logged
            # A reader outlives whatever a library does; the camera is shown as lost, and tried again.
            _log.exception("reader_failed", camera=self.camera, url=without_login(url))
            return Reason.INTERNAL
        return Reason.ENDED

    def _offer(self, picture: EncodedPicture) -> None:
        with self._guard:
            full = len(self._waiting) >= _MAX_WAITING
            if full or (picture.keyframe and not (self._source and self._source.whole)):
                # The newest keyframe replaces what nobody had time for: late pictures help nobody.
                self.skipped += len(self._waiting)
                self._waiting.clear()
            if picture.keyframe or self._waiting or not full:
                self._waiting.append(picture)
        self._on_ready()


def _wall_ms() -> int:
    return round(time.time() * 1000)
