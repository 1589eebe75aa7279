"""The detector runs only weights that set-up made, on pictures of any multiple of 32."""

import json
from pathlib import Path

import numpy as np
import pytest

from camera_adapters.vision import Detector, DetectorTamperedError, FrameShapeError
from camera_adapters.vision.boxes import best_apart, overlap
from camera_adapters.vision.crops import Turn
from camera_adapters.vision.detector import DETECTOR_FILE, letterboxed
from camera_adapters.vision.errors import DetectorMissingError
from nuandeng.city.streets.cast import Action, Part
from nuandeng.city.streets.light import Light
from nuandeng.city.streets.scene import FilmSpec, Scene, Setting
from tests.unit.vision.weights import weights_folder


@pytest.fixture(scope="module")
def scene() -> Scene:
    """One stands, one lies."""
    parts = (
        Part(person=1, action=Action.STANDING, x=200, y=440, arrives_s=0, walks=False, scale=1.3),
        Part(person=21, action=Action.LYING, x=500, y=470, arrives_s=0, walks=False, scale=1.3),
    )
    return Scene(FilmSpec(name="detector", setting=Setting.BANK_LOBBY, light=Light.NIGHT, seed=2, seconds=60, parts=parts))


@pytest.mark.parametrize("long_side_px", [416, 640])
def test_who_stands_is_found_upright_who_lies_on_the_side(scene: Scene, detector: Detector, long_side_px: int) -> None:
    """At several canvas sizes."""
    canvas, zoom = letterboxed(scene.picture(2.0), long_side_px)
    standing, lying = (seen.box for seen in scene.truth(2.0))
    upright = [tuple(row[:4] / zoom) for row in detector.find(canvas, 0.4)]
    sideways = [tuple(row[:4] / zoom) for turn in (Turn.RIGHT, Turn.LEFT) for row in detector.find_turned(canvas, turn, 0.4)]
    assert any(overlap(box, standing) > 0.5 for box in upright)
    assert any(overlap(box, lying) > 0.5 for box in sideways)


@pytest.mark.parametrize("shape", [(100, 96, 3), (96, 100, 3), (96, 96), (96, 96, 4), (0, 96, 3)])
def test_odd_pictures_are_refused(detector: Detector, shape: tuple[int, ...]) -> None:
    """Instead of a wrong answer or a crash in the runtime."""
    with pytest.raises(FrameShapeError):
        detector.find(np.zeros(shape, np.uint8), 0.4)


def test_floats_are_refused(detector: Detector) -> None:
    """A picture is bytes."""
    with pytest.raises(FrameShapeError):
        detector.find(np.zeros((96, 96, 3), np.float32), 0.4)


def copied(folder: Path) -> Path:
    for name in (DETECTOR_FILE, "detector.json"):
        (folder / name).write_bytes((weights_folder() / name).read_bytes())
    return folder


def test_changed_weights_are_refused(tmp_path: Path) -> None:
    """One byte is enough, and the error has a code."""
    path = copied(tmp_path) / DETECTOR_FILE
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(DetectorTamperedError, match="sha256") as caught:
        Detector.load(tmp_path)
    assert caught.value.code == "detector_tampered"


@pytest.mark.parametrize("record", ["", "[]", "{}", '{"made": {}}', "null"])
def test_a_damaged_record_is_no_permission(tmp_path: Path, record: str) -> None:
    """Without a readable record nothing is loaded."""
    (copied(tmp_path) / "detector.json").write_text(record)
    with pytest.raises(DetectorMissingError):
        Detector.load(tmp_path)


def test_the_record_names_what_the_weights_were_made_from() -> None:
    """By sha256, so that an auditor can build them again."""
    record = json.loads((weights_folder() / "detector.json").read_text())
    assert record["made_from"].keys() >= {"nanodet.json", "nanodet.bin"}
    assert all(len(value) == 64 for value in (*record["made"].values(), *record["made_from"].values()))


def test_suppression_keeps_the_best_of_each() -> None:
    """Two boxes on one person are one, two people are two."""
    rows = np.array([[0, 0, 10, 20, 0.5], [1, 0, 11, 20, 0.9], [30, 0, 40, 20, 0.6]], np.float32)
    assert best_apart(rows, 0.5)[:, 4].tolist() == pytest.approx([0.9, 0.6])
