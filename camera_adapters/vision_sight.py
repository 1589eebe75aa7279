"""The vision pipeline behind the Protocols of sight.py: one camera's eyes, and the pictures that are kept."""

import zlib

from camera_adapters.frames import Frame
from camera_adapters.sight import Sight, Sighted
from camera_adapters.vision import (
    CameraPipeline,
    Detection,
    Detector,
    FaceDetector,
    FrameShapeError,
    QualityWatch,
    Usability,
    VisionSettings,
)
from camera_adapters.vision.boxes import Box as PixelBox
from camera_adapters.vision.boxes import overlap
from camera_adapters.vision.picture import evidence_pictures
from contracts.ports import EvidenceStore, KeyStore
from contracts.values import Box, Picture

_SWEEP_SPREAD_S = 90
_SAME_PERSON = 0.3


class VisionSight:
    """camera_adapters.sight.Sight."""

    def __init__(self, pipeline: CameraPipeline) -> None:
        self._pipeline = pipeline
        self._quality = QualityWatch()
        self._last_s = 0.0
        self._known: list[Detection] = []

    def see(self, frame: Frame) -> Sighted:
        """Look at a frame. Raises FrameShapeError when its size is another than the pipeline's."""
        # A source that reconnects may date a picture a little before the last one; the pipeline's clock must not go back.
        self._last_s = at_s = max(self._last_s, frame.captured_at_ms / 1000)
        usability = self._quality.look(at_s, frame.luma)
        blind = None if usability is Usability.USABLE else usability.value
        if usability is Usability.BLACK:
            return Sighted(blind=blind)
        # Every other blind picture is looked at all the same: it does not count as watched, but whoever is found in it is told.
        found = self._pipeline.step(at_s, frame.luma, frame.bgr)
        self._known = [*found, *self._unlooked(found)]
        boxes = tuple(box for seen in self._known if seen.alarm and (box := fraction_box(seen, frame.width, frame.height)) is not None)
        return Sighted(boxes=boxes, found=tuple(self._known), uncertain=self._pipeline.attentive, blind=blind)

    def _unlooked(self, found: list[Detection]) -> list[Detection]:
        # Who stays is tested every few seconds only; in between the pipeline knows them, and they are still there.
        known = self._pipeline.known_people()
        missing = (seen for seen in self._known if all(overlap(seen.box, other.box) < _SAME_PERSON for other in found))
        return [seen for seen in missing if any(_touch(seen.box, box) for box in known)]


class _BlindSight:
    """For frames that nobody can be seen in."""

    def see(self, frame: Frame) -> Sighted:  # noqa: ARG002 - the Protocol's
        return Sighted(blind="too_small")


class VisionSightMaker:
    """camera_adapters.sight.SightMaker: one detector, shared by the cameras of one thread."""

    def __init__(self, detector: Detector, settings: VisionSettings | None = None) -> None:
        self._detector = detector
        self._settings = settings or VisionSettings()

    def __call__(self, camera: str, width: int, height: int) -> Sight:
        """Return the sight of a camera; its slow sweeps come at another moment than other cameras'."""
        phase_s = zlib.crc32(camera.encode()) % _SWEEP_SPREAD_S
        try:
            return VisionSight(CameraPipeline(self._detector, self._settings, (width, height), phase_s))
        except FrameShapeError:
            return _BlindSight()


class EvidenceKeeper:
    """camera_adapters.sight.PictureKeeper: JPEGs, sealed with a new key of an unknown person, and blurred."""

    def __init__(self, detector: Detector, faces: FaceDetector | None, store: EvidenceStore, keys: KeyStore) -> None:
        self._detector = detector
        self._faces = faces
        self._store = store
        self._keys = keys

    def __call__(self, frame: Frame, sighted: Sighted, camera: str) -> Picture:
        """Store a frame. Raises OSError, NuandengError."""
        made = evidence_pictures(frame.bgr(), sighted.found, self._detector, self._faces)
        return self._store.save(made.original, made.public, key=self._keys.create(), taken_at_ms=frame.captured_at_ms, camera=camera)


def fraction_box(seen: Detection, width: int, height: int) -> Box | None:
    """Return a detection as fractions of the frame, None when nothing of it lies inside."""
    x0, y0, x1, y1 = (min(max(float(v) / side, 0.0), 1.0) for v, side in zip(seen.box, (width, height, width, height), strict=True))
    if x0 >= x1 or y0 >= y1:
        return None
    rounded = [round(v, 4) for v in (x0, y0, x1, y1)]
    return Box(x0=rounded[0], y0=rounded[1], x1=rounded[2], y1=rounded[3], score=round(float(seen.score), 3), posture=seen.posture)


def _touch(a: PixelBox, b: PixelBox) -> bool:
    return min(a[2], b[2]) > max(a[0], b[0]) and min(a[3], b[3]) > max(a[1], b[1])
