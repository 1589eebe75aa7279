"""Fixtures: the weights that set-up made."""

import pytest

from camera_adapters.vision import Detector, FaceDetector
from tests.unit.vision.weights import weights_folder


@pytest.fixture(scope="session")
def detector() -> Detector:
    """The real one. Fails, never skips, when there are no weights and nothing to build them from."""
    return Detector.load(weights_folder())


@pytest.fixture(scope="session")
def faces() -> FaceDetector:
    """The real one."""
    return FaceDetector.load(weights_folder())
