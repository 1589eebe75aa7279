"""A camera that cannot be looked at says why."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from camera_adapters.vision import QualityWatch, Usability, luma_of
from nuandeng.city.streets.light import Light
from nuandeng.city.streets.scene import FilmSpec, Scene, Setting

Picture = npt.NDArray[np.uint8]


@pytest.fixture(scope="module")
def scene() -> Scene:
    """A shelter at night."""
    return Scene(FilmSpec(name="quality", setting=Setting.BUS_SHELTER, light=Light.NIGHT, seed=1, seconds=60))


def verdict(pictures: list[Picture]) -> Usability:
    watch = QualityWatch()
    told = Usability.USABLE
    for number, picture in enumerate(pictures):
        told = watch.look(2.0 * number, luma_of(picture))
    return told


def test_a_street_at_night_is_usable(scene: Scene) -> None:
    """A lit place by night is watched."""
    assert verdict([scene.picture(2.0 * k) for k in range(14)]) is Usability.USABLE


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (np.zeros_like, Usability.BLACK),
        (lambda p: (p * 0.22).astype(np.uint8), Usability.TOO_DARK),
        (lambda p: np.clip(p.astype(np.int16) + 190, 0, 255).astype(np.uint8), Usability.TOO_BRIGHT),
        (lambda p: np.full_like(p, 120), Usability.FLAT),
        (lambda p: np.asarray(cv2.GaussianBlur(p, (0, 0), 14), np.uint8), Usability.BLURRED),
    ],
)
def test_faults_have_names(scene: Scene, spoil: "object", reason: Usability) -> None:
    """Each fault is told by its code after three looks."""
    assert callable(spoil)
    assert verdict([spoil(scene.picture(2.0 * k)) for k in range(4)]) is reason


def test_a_covered_lens_is_told(scene: Scene) -> None:
    """Two thirds behind a bag: the rest being sharp does not make it a watched place."""
    pictures = [scene.picture(2.0 * k) for k in range(4)]
    for picture in pictures:
        picture[40:, :520] = 70
    assert verdict(pictures) is Usability.COVERED


def test_noise_is_told(scene: Scene) -> None:
    """A failing sensor."""
    pictures = [scene.picture(2.0 * k) for k in range(4)]
    rng = np.random.default_rng(1)
    for picture in pictures:
        salt = np.kron(rng.random((144, 176)) < 0.25, np.ones((4, 4))).astype(bool)
        picture[salt] = 255
    assert verdict(pictures) is Usability.NOISY


def test_a_frozen_picture_is_told_although_its_clock_runs(scene: Scene) -> None:
    """Ten looks alike but for the recorder's line; a still street is not frozen (its noise moves)."""
    still = scene.picture(4.0)
    pictures = []
    for number in range(14):
        copy = still.copy()
        cv2.putText(copy, f"00:{number:02d}", (20, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (255, 255, 255), 1)
        pictures.append(copy)
    assert verdict(pictures) is Usability.FROZEN


def test_one_bad_look_is_a_glitch_and_a_fault_is_taken_back(scene: Scene) -> None:
    """Neither a single black picture nor a single good one changes what is told."""
    watch = QualityWatch()
    good, black = luma_of(scene.picture(2.0)), np.zeros((144, 176), np.uint8)
    assert [watch.look(2.0 * k, look) for k, look in enumerate([good, black, good])] == [Usability.USABLE] * 3
    assert [watch.look(6.0 + 2 * k, look) for k, look in enumerate([black, black, black])][-1] is Usability.BLACK
    told = [watch.look(12.0 + 2 * k, luma_of(scene.picture(12.0 + 2 * k))) for k in range(3)]
    assert told == [Usability.BLACK, Usability.BLACK, Usability.USABLE]


def test_silence_is_offline_after_five_seconds(scene: Scene) -> None:
    """No packets."""
    watch = QualityWatch()
    assert watch.silence(0.0) is Usability.OFFLINE
    watch.look(10.0, luma_of(scene.picture(0.0)))
    assert watch.silence(14.0) is Usability.USABLE
    assert watch.silence(15.5) is Usability.OFFLINE
