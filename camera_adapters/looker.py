"""One camera from coded pictures to looks: decode, see, pack, keep a picture when one is due. One thread at a time."""

import time
from dataclasses import dataclass

import structlog

from camera_adapters.adapter import SourceError
from camera_adapters.camera_register import RegisteredCamera
from camera_adapters.decoder import PictureDecoder
from camera_adapters.frames import Frame
from camera_adapters.looks import LookPacker, PictureSchedule
from camera_adapters.sight import PictureKeeper, Sight, Sighted, SightMaker
from camera_adapters.watch import CameraWatch
from contracts.errors import NuandengError
from contracts.observations import Detections, Look
from contracts.values import Picture

_log = structlog.get_logger(__name__)
# The vision is made for a look a second or two; more often costs and finds nothing more.
_LOOK_EVERY_MS = 900
# Keyframes farther apart than this are too rare once something appeared: then the pictures between them are decoded too.
_RARE_KEYFRAMES_MS = 3000
_ATTEND_MS = 60_000


@dataclass(slots=True)
class _Seen:
    """What the looker saw last. at_ms: capture clock."""

    look_ms: int = 0
    keyframe_ms: int = 0
    gap_ms: int = 0
    somebody_ms: int | None = None


class CameraLooker:
    """work() takes what its reader collected; due() what is to be sent."""

    def __init__(self, registered: RegisteredCamera, watch: CameraWatch, sight: SightMaker, keep: PictureKeeper, *, adapter: str) -> None:
        self.camera = registered.entry.camera
        self.watch = watch
        self.looks = 0
        self.pictures_lost = 0
        self._looked_s, self._gap_s = time.monotonic(), 0.0
        self._new_sight = sight
        self._keep = keep
        self._sight: Sight | None = None
        self._size = (0, 0)
        self._decoder = PictureDecoder()
        self._whole = False
        self._packer = LookPacker(camera=self.camera, jurisdiction=registered.jurisdiction, adapter=adapter)
        self._schedule = PictureSchedule()
        self._seen = _Seen()

    def work(self) -> None:
        """Decode and look at what waits."""
        for picture in self.watch.take():
            if picture.keyframe:
                self._seen.gap_ms = picture.captured_at_ms - (self._seen.keyframe_ms or picture.captured_at_ms)
                self._seen.keyframe_ms = picture.captured_at_ms
            elif not (self._whole and self.watch.whole):
                continue  # what it follows was not decoded
            try:
                frames = self._decoder.decode(picture, whole=self.watch.whole)
            except SourceError as err:
                self._whole = False
                self.watch.note_unreadable()
                _log.info("picture_unreadable", camera=self.camera, detail=str(err))
                continue
            self._whole = self.watch.whole
            for frame in frames:
                self._look(frame)

    def due(self, now_ms: int) -> Detections | None:
        """Return the record to send now, None if nothing is due."""
        return self._packer.due(now_ms)

    @property
    def cadence_s(self) -> float:
        """Seconds between its last two looks, or since the last one if that is longer already."""
        return max(self._gap_s, time.monotonic() - self._looked_s)

    def _look(self, frame: Frame) -> None:
        if 0 <= frame.captured_at_ms - self._seen.look_ms < _LOOK_EVERY_MS:
            return
        self._seen.look_ms = frame.captured_at_ms
        if self._sight is None or self._size != (frame.width, frame.height):
            self._sight, self._size = self._new_sight(self.camera, frame.width, frame.height), (frame.width, frame.height)
        sighted = self._sight.see(frame)
        self.looks += 1
        now_s = time.monotonic()
        self._looked_s, self._gap_s = now_s, now_s - self._looked_s
        self.watch.note_pictured(sighted.blind)
        self._attend(sighted, frame.captured_at_ms)
        if sighted.blind is None or sighted.boxes:  # a picture too dark to count as inspected may still show somebody
            look = Look(captured_at_ms=frame.captured_at_ms, boxes=sighted.boxes, picture=self._picture(frame, sighted))
            self._packer.add(look, round(time.time() * 1000))

    def _attend(self, sighted: Sighted, at_ms: int) -> None:
        if sighted.boxes or sighted.uncertain:
            self._seen.somebody_ms = at_ms
        lately = self._seen.somebody_ms is not None and at_ms - self._seen.somebody_ms < _ATTEND_MS
        self.watch.attend(lately and self._seen.gap_ms > _RARE_KEYFRAMES_MS)

    def _picture(self, frame: Frame, sighted: Sighted) -> Picture | None:
        if not self._schedule.due(frame.captured_at_ms, len(sighted.boxes)):
            return None
        try:
            return self._keep(frame, sighted, self.camera)
        except (OSError, NuandengError) as err:
            # A full disk must not hide a person: the look goes out without its picture, and the next one tries again.
            self.pictures_lost += 1
            self._schedule.missed()
            _log.warning("picture_lost", camera=self.camera, error=repr(err))
            return None
