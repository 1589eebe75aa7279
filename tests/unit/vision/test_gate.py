"""The gate tells a person from a change of light, and keeps whom it was told to keep."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from camera_adapters.vision import FrameShapeError, luma_of
from camera_adapters.vision.boxes import inside_share
from camera_adapters.vision.gate import LUMA_HEIGHT_PX, LUMA_WIDTH_PX, AppearanceGate
from camera_adapters.vision.settings import GateSettings

Luma = npt.NDArray[np.uint8]
BODY = (80, 90, 100, 98)


def place(light: float = 1.0, seed: int = 0) -> Luma:
    """An empty place with structure and noise."""
    rows, columns = np.mgrid[0:LUMA_HEIGHT_PX, 0:LUMA_WIDTH_PX]
    shape = 90 + 30 * np.sin(columns / 17.0) + 20 * np.cos(rows / 11.0)
    return np.asarray(np.clip(shape * light + np.random.default_rng(seed).normal(0, 1.5, shape.shape), 0, 255), np.uint8)


def with_body(luma: Luma, box: tuple[int, int, int, int] = BODY) -> Luma:
    """Somebody dark lies there."""
    seen = luma.copy()
    seen[box[1] : box[3], box[0] : box[2]] = 35
    return seen


@pytest.fixture
def gate() -> AppearanceGate:
    """One that has learned the place."""
    learned = AppearanceGate(GateSettings())
    for seed in range(20):
        learned.look(place(seed=seed))
    return learned


def covers(regions: tuple[tuple[int, int, int, int], ...], box: tuple[int, int, int, int]) -> bool:
    return any(r[0] <= box[0] + 2 and r[1] <= box[1] + 2 and r[2] >= box[2] - 2 and r[3] >= box[3] - 2 for r in regions)


def test_an_empty_place_has_no_regions(gate: AppearanceGate) -> None:
    """Noise alone is nothing to look at."""
    assert gate.look(place(seed=99)).regions == ()


def test_a_new_object_is_a_region(gate: AppearanceGate) -> None:
    """Somebody who appears is found where they are."""
    assert covers(gate.look(with_body(place(seed=50))).regions, BODY)


@pytest.mark.parametrize("light", [0.7, 0.85, 1.2, 1.4])
def test_a_change_of_light_is_not_a_person(gate: AppearanceGate, light: float) -> None:
    """A cloud or a lamp changes the whole picture and leaves no region."""
    assert gate.look(place(light, seed=51)).regions == ()


def test_somebody_is_seen_while_the_light_changes(gate: AppearanceGate) -> None:
    """The gain is taken from the place, not from the person."""
    regions = gate.look(with_body(place(0.75, seed=52))).regions
    assert len(regions) == 1
    assert inside_share(regions[0], (78, 88, 103, 101)) > 0.95


def test_who_lies_still_stays_in_sight(gate: AppearanceGate) -> None:
    """Ten minutes without a movement do not make anybody part of the place."""
    for seed in range(300):
        result = gate.look(with_body(place(seed=seed)))
    assert covers(result.regions, BODY)


def test_the_background_under_known_people_is_kept_even_while_learning() -> None:
    """Somebody who is found before the place is learned is not learned with it."""
    gate = AppearanceGate(GateSettings())
    gate.look(place(seed=1))
    for seed in range(2, 30):
        result = gate.look(with_body(place(seed=seed)), protected=(BODY,))
    assert covers(result.regions, BODY)


def test_what_is_absorbed_is_gone(gate: AppearanceGate) -> None:
    """A parked thing that was taken for background is no region any more."""
    seen = with_body(place(seed=60))
    gate.absorb((76, 86, 104, 102), seen)
    assert gate.look(with_body(place(seed=61))).regions == ()


def test_another_picture_altogether_is_learned_anew(gate: AppearanceGate) -> None:
    """An infrared switch is told as such, and the gate works again after it."""
    other = np.ascontiguousarray(255 - place(seed=3)[::-1])
    assert gate.look(other).everything_changed
    assert gate.look(other).regions == ()
    assert covers(gate.look(with_body(other)).regions, BODY)


def test_the_recorder_s_clock_is_nothing(gate: AppearanceGate) -> None:
    """The burnt-in clock changes every second and is masked."""
    seen = place(seed=70)
    seen[2:8, 4:60] = 250
    assert gate.look(seen).regions == ()


@pytest.mark.parametrize("bad", [np.zeros((144, 175), np.uint8), np.zeros((144, 176, 3), np.uint8), np.zeros((144, 176), np.float32)])
def test_another_shape_is_refused(gate: AppearanceGate, bad: npt.NDArray[np.uint8]) -> None:
    """With an error that says so, and a code."""
    with pytest.raises(FrameShapeError, match="144, 176") as caught:
        gate.look(bad)
    assert caught.value.code == "frame_shape"


def test_luma_of_takes_odd_sizes_and_refuses_what_is_no_picture() -> None:
    """Any camera's size becomes 176 x 144; a float or empty array does not."""
    assert luma_of(np.full((577, 703, 3), 120, np.uint8)).shape == (LUMA_HEIGHT_PX, LUMA_WIDTH_PX)
    assert luma_of(np.full((31, 1), 9, np.uint8))[0, 0] == 9
    pictures: list[npt.NDArray[Any]] = [np.zeros((4, 4), np.float32), np.zeros((0, 4, 3), np.uint8), np.zeros(7, np.uint8)]
    for bad in pictures:
        with pytest.raises(FrameShapeError):
            luma_of(bad)
