"""All live cameras of one process: readers in threads of their own, a few workers that decode and look."""

import queue
import threading
import time
import zlib
from collections.abc import Callable, Sequence

import structlog

from camera_adapters.adapter import SourceError
from camera_adapters.camera_register import RegisteredCamera
from camera_adapters.encoded import VideoAdapter
from camera_adapters.health import HealthChange
from camera_adapters.kinds import protocol_of, video_adapter
from camera_adapters.liveness import Loop
from camera_adapters.looker import CameraLooker
from camera_adapters.sight import PictureKeeper, SightMaker
from camera_adapters.watch import CameraWatch
from contracts.observations import CameraHealth, Detections
from contracts.terms import CameraStatus

_log = structlog.get_logger(__name__)


class _Worker:
    """One thread. A camera always belongs to the same one, so that its frames are seen in order."""

    def __init__(self, number: int, loop: Loop) -> None:
        self._loop = loop
        self._ready: queue.SimpleQueue[CameraLooker | None] = queue.SimpleQueue()
        self._waiting: set[int] = set()
        self._guard = threading.Lock()
        self.thread = threading.Thread(target=self._run, name=f"vision-{number}", daemon=True)

    def wake(self, looker: CameraLooker) -> None:
        """Something waits at this camera."""
        with self._guard:
            if id(looker) in self._waiting:
                return
            self._waiting.add(id(looker))
        self._ready.put(looker)

    def stop(self) -> None:
        """End after what is being looked at."""
        self._ready.put(None)

    def _next(self) -> CameraLooker | None:
        self._loop.rest()
        looker = self._ready.get()
        self._loop.turn()
        return looker

    def _run(self) -> None:
        while (looker := self._next()) is not None:
            with self._guard:
                self._waiting.discard(id(looker))
            try:
                looker.work()
            except Exception:  # noqa: BLE001 - top of a loop, logged
                _log.exception("look_failed", camera=looker.camera)


class Fleet:
    """Runs the cameras it is told of. adopt() may be called from any thread; collect() from one."""

    def __init__(
        self,
        sights: Sequence[SightMaker],
        keep: PictureKeeper,
        *,
        source: Callable[[str, str | None], VideoAdapter] = video_adapter,
        new_loop: Callable[[], Loop] = lambda: Loop(time.monotonic),
    ) -> None:
        """sights: one for each worker thread. source: makes the adapter of an address and its protocol. new_loop: of each worker."""
        self._sights = sights
        self._keep = keep
        self._source = source
        self._workers = [_Worker(n, new_loop()) for n in range(len(sights))]
        self._cameras: dict[str, tuple[RegisteredCamera, CameraLooker]] = {}
        self._guard = threading.Lock()
        for worker in self._workers:
            worker.thread.start()

    def adopt(self, registered: Sequence[RegisteredCamera]) -> None:
        """Watch exactly the live ones of these that have an address; those that changed are started anew."""
        wanted = {camera.entry.camera: camera for camera in registered if camera.entry.live and camera.entry.url}
        with self._guard:
            gone = [name for name, (known, _) in self._cameras.items() if wanted.get(name) != known]
            stopped = [self._cameras.pop(name)[1] for name in gone]
            for name, camera in wanted.items():
                if name not in self._cameras:
                    self._cameras[name] = (camera, self._start(camera))
        for looker in stopped:
            looker.watch.stop(patience_s=0)

    def _start(self, camera: RegisteredCamera) -> CameraLooker:
        entry = camera.entry
        worker = self._workers[zlib.crc32(entry.camera.encode()) % len(self._workers)]
        sight = self._sights[self._workers.index(worker)]
        watch = CameraWatch(
            entry.camera, entry.url or "", lambda url: self._source(url, entry.protocol), lambda: worker.wake(looker)
        )  # fmt: skip
        looker = CameraLooker(camera, watch, sight, self._keep, adapter=_adapter_name(camera))
        watch.start()
        return looker

    def collect(self) -> list[Detections | CameraHealth]:
        """Return what is to be told now: packed looks, and health that changed or is due again."""
        now_ms = round(time.time() * 1000)
        told: list[Detections | CameraHealth] = []
        with self._guard:
            cameras = list(self._cameras.values())
        for camera, looker in cameras:
            record = looker.due(now_ms)
            if record is not None:
                told.append(record)
            change = looker.watch.tell(now_ms)
            if change is not None:
                told.append(_health(camera, change))
        return told

    @property
    def watched(self) -> int:
        """How many cameras are read."""
        return len(self._cameras)

    def figures(self) -> dict[str, int]:
        """For the heartbeat: cameras read and inspected, looks, pictures lost, and how far apart the looks at inspected cameras are."""
        with self._guard:
            lookers = [looker for _, looker in self._cameras.values()]
        gaps_s = sorted(looker.cadence_s for looker in lookers if looker.watch.watched)
        figures = {
            "cameras_read": len(lookers),
            "cameras_inspected": len(gaps_s),
            "looks": sum(looker.looks for looker in lookers),
            "pictures_lost": sum(looker.pictures_lost for looker in lookers),
        }
        for quantile, share in (("0.5", 0.5), ("0.95", 0.95), ("1", 1.0)):
            if gaps_s:
                figures[f"cadence_ms:{quantile}"] = round(gaps_s[int(share * (len(gaps_s) - 1))] * 1000)
        return figures

    def stop(self) -> list[Detections | CameraHealth]:
        """End everything; return what is still to be told: that nobody watches these cameras any more."""
        with self._guard:
            cameras = list(self._cameras.values())
            self._cameras.clear()
        for _, looker in cameras:
            looker.watch.stop(patience_s=0)
        for worker in self._workers:
            worker.stop()
            worker.thread.join(5)
        now_ms = round(time.time() * 1000)
        gone = HealthChange(CameraStatus.UNKNOWN, "adapter_stopped", now_ms)
        last = [looker.due(now_ms + 60_000) for _, looker in cameras]
        return [record for record in last if record is not None] + [_health(camera, gone) for camera, _ in cameras]


def _adapter_name(camera: RegisteredCamera) -> str:
    try:
        return camera.entry.protocol or protocol_of(camera.entry.url or "")
    except SourceError:
        return "video"


def _health(camera: RegisteredCamera, change: HealthChange) -> CameraHealth:
    return CameraHealth(
        camera=camera.entry.camera, jurisdiction=camera.jurisdiction, status=change.status, reason=change.reason, at_ms=change.at_ms,
        adapter=_adapter_name(camera),
    )  # fmt: skip
