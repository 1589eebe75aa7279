"""`python -m camera_adapters.video`: reads every live camera of the log's register, and tells Kafka what they see."""

import argparse
import sys
import threading
from pathlib import Path

import cv2
import structlog

from camera_adapters.camera_register import CameraRegister
from camera_adapters.fleet import Fleet
from camera_adapters.liveness import Liveness
from camera_adapters.processes import beat_until, log_to_stderr, stop_on_signals
from camera_adapters.publish import Publisher
from camera_adapters.vision import Detector, FaceDetector
from camera_adapters.vision.faces import FACES_FILE
from camera_adapters.vision_sight import EvidenceKeeper, VisionSightMaker
from contracts.errors import NuandengError
from contracts.topics import COMMITS
from stream.access import kafka_settings, runtime_from_environment, topic
from stream.vault.evidence import FsspecEvidenceStore
from stream.vault.keystore import FileKeyStore

_log = structlog.get_logger(__name__)
_COLLECT_EVERY_S = 0.25


def main() -> int:
    """Run until SIGTERM or SIGINT. Returns 1 when there is no detector to look with."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=1, help="threads that decode and look; one is enough for a hundred quiet cameras")
    workers = parser.parse_args().workers
    log_to_stderr()
    stop = stop_on_signals()
    cv2.setNumThreads(1)
    runtime = runtime_from_environment()
    if runtime.models is None:
        _log.error("no_models", what_to_do="Name the folder of the detector's weights as `models` in the runtime file.")
        return 1
    models = Path(runtime.models)
    try:
        detectors = [Detector.load(models) for _ in range(max(1, workers))]
        faces = FaceDetector.load(models) if (models / FACES_FILE).exists() else None
    except NuandengError as err:
        _log.error(err.code, detail=str(err), what_to_do=err.what_to_do)
        return 1
    keys = FileKeyStore(Path(runtime.keystore))
    keeper = EvidenceKeeper(detectors[0], faces, FsspecEvidenceStore(runtime.evidence, keys), keys)
    publisher = Publisher(runtime)
    liveness = Liveness()
    fleet = Fleet([VisionSightMaker(detector) for detector in detectors], keeper, new_loop=liveness.loop)
    memory = Path(runtime.data_dir) / "adapters" / "cameras.json"
    register = CameraRegister(kafka_settings(runtime), topic(runtime, COMMITS), memory, fleet.adopt, liveness.stop_of(threading.Event()))
    register.start()
    collecting = liveness.loop()
    beat_until(stop, runtime, "video", liveness, lambda: {**fleet.figures(), **publisher.figures()})
    while not stop.wait(_COLLECT_EVERY_S):
        for fact in fleet.collect():
            collecting.turn()
            publisher.send(fact)
        collecting.turn()
    register.stop()
    for fact in fleet.stop():
        publisher.send(fact)
    publisher.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
