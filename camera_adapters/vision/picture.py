"""Makes the two pictures that are kept of a sighting: the original, and the copy that people see. Sealing and storing is not done here."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from camera_adapters.vision.blur import blurred, face_region, head_regions
from camera_adapters.vision.crops import Frame
from camera_adapters.vision.detection import Detection
from camera_adapters.vision.detector import Detector, letterboxed
from camera_adapters.vision.errors import FrameShapeError
from camera_adapters.vision.faces import FaceDetector
from camera_adapters.vision.inspection import whole_frame

_ORIGINAL_QUALITY, _PUBLIC_QUALITY = 92, 82
# Who may be a person is blurred like one: a blurred bag harms nobody.
_PERHAPS = 0.25
_LONG_SIDE_PX = 640


@dataclass(frozen=True)
class EvidencePictures:
    """JPEG bytes. heads: how many regions were made unrecognisable in the public one."""

    original: bytes
    public: bytes
    heads: int


def evidence_pictures(frame: Frame, people: Sequence[Detection], detector: Detector, faces: FaceDetector | None) -> EvidencePictures:
    """Encode a BGR frame as it is, and with every head blurred.

    Args:
        frame: (h, w, 3) BGR uint8.
        people: found in this look; those whom the look did not concern are searched for here, at a lower threshold.
        detector: looks at the whole frame once more, in three turns.
        faces: finds the faces that belong to no person box; None only where set-up made no face weights.
    Raises:
        FrameShapeError: not such a frame.
    """
    if frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[2] != 3 or not frame.size:
        raise FrameShapeError(f"a picture is (h, w, 3) uint8, not {frame.shape} {frame.dtype}")
    canvas, zoom = letterboxed(frame, _LONG_SIDE_PX)
    everybody = [*people, *whole_frame(detector, canvas, zoom, _PERHAPS)]
    regions = [region for person in everybody for region in head_regions(person)]
    if faces is not None:
        regions += [face_region((float(x0), float(y0), float(x1), float(y1))) for x0, y0, x1, y1 in faces.find(frame)[:, :4]]
    return EvidencePictures(_jpeg(frame, _ORIGINAL_QUALITY), _jpeg(blurred(frame, regions), _PUBLIC_QUALITY), len(regions))


def _jpeg(picture: Frame, quality: int) -> bytes:
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes())
