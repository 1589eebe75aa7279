"""`python -m nuandeng.web_process`: the web process with what only the composition root may give it: the blur of uploaded heads."""

from web.serve import main  # first: it makes the process cooperative before anything else is imported

# isort: split
import sys
from pathlib import Path

import cv2
import gevent
import numpy as np
import structlog

from camera_adapters.vision.detector import Detector
from camera_adapters.vision.errors import DetectorMissingError
from camera_adapters.vision.faces import FaceDetector
from camera_adapters.vision.picture import evidence_pictures
from contracts.errors import UnreadableError
from contracts.runtime import Runtime
from web.compose import Plugs

log = structlog.get_logger()


class UploadBlur:
    """web.ports.HeadBlur: the same detector and the same blur as for cameras, in a thread of its own."""

    def __init__(self, models: Path) -> None:
        """Raises DetectorMissingError, DetectorTamperedError."""
        self._detector = Detector.load(models)
        try:
            self._faces: FaceDetector | None = FaceDetector.load(models)
        except DetectorMissingError:
            self._faces = None

    def __call__(self, jpeg: bytes) -> bytes:
        """Return the public copy. Raises UnreadableError."""
        public: bytes = gevent.get_hub().threadpool.apply(self._blur, (jpeg,))
        return public

    def _blur(self, jpeg: bytes) -> bytes:
        frame = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        if frame is None:
            raise UnreadableError("The picture is damaged.")
        return evidence_pictures(np.asarray(frame, dtype=np.uint8), (), self._detector, self._faces).public


def plugs_of(runtime: Runtime) -> Plugs:
    """Return the plugs of an installation. Without detector weights uploads are shown as a mosaic."""
    if runtime.models is None:
        return Plugs()
    try:
        return Plugs(blur=UploadBlur(Path(runtime.models)))
    except DetectorMissingError as missing:
        log.warning("uploads are shown as a mosaic", why=str(missing))
        return Plugs()


if __name__ == "__main__":
    sys.exit(main(plugs_of))
