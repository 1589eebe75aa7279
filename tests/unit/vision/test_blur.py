"""Nobody is recognised in the public copy, and everything else in it is as it was."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from camera_adapters.vision import Detector, FaceDetector, FrameShapeError, evidence_pictures
from camera_adapters.vision.blur import blurred, head_regions
from camera_adapters.vision.crops import Turn
from camera_adapters.vision.detection import Detection, posture_of
from contracts.terms import Posture
from nuandeng.city.streets.cast import Action, Part
from nuandeng.city.streets.light import Light
from nuandeng.city.streets.scene import FilmSpec, Scene, Setting

Picture = npt.NDArray[np.uint8]
PARTS = (
    Part(person=1, action=Action.STANDING, x=180, y=470, arrives_s=0, walks=False, scale=1.4),
    Part(person=2, action=Action.LYING, x=480, y=480, arrives_s=0, walks=False, scale=1.4),
)


@pytest.fixture(scope="module")
def scene() -> Scene:
    """Somebody stands, somebody lies with the head to the left, in a bank at night."""
    return Scene(FilmSpec(name="blur", setting=Setting.BANK_LOBBY, light=Light.NIGHT, seed=2, seconds=60, parts=PARTS))


def detail(picture: Picture) -> float:
    """How much fine structure there is."""
    return float(cv2.Laplacian(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.CV_32F).std())


def heads(scene: Scene) -> list[tuple[int, int, int, int]]:
    """The true heads: the top eighth of who stands, the left eighth of who lies."""
    found = []
    for seen in scene.truth(2.0):
        x0, y0, x1, y1 = seen.box
        found.append((x0, y0, x1, y0 + (y1 - y0) // 6) if seen.action is Action.STANDING else (x0, y0, x0 + (x1 - x0) // 6, y1))
    return found


def test_every_head_is_beyond_recognition_and_the_rest_is_untouched(scene: Scene, detector: Detector, faces: FaceDetector) -> None:
    """With nobody told to it, the evidence still finds and blurs everybody."""
    frame = scene.picture(2.0)
    made = evidence_pictures(frame, [], detector, faces)
    original, public = (
        np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8) for jpeg in (made.original, made.public)
    )
    assert made.heads >= 3
    for x0, y0, x1, y1 in heads(scene):
        assert detail(public[y0:y1, x0:x1]) < 0.45 * detail(original[y0:y1, x0:x1])
        # What is left cannot be told from the average of a few blocks.
        small = cv2.resize(public[y0:y1, x0:x1], (4, 4), interpolation=cv2.INTER_AREA)
        again = cv2.resize(small, (x1 - x0, y1 - y0), interpolation=cv2.INTER_LINEAR)
        assert np.abs(again.astype(int) - public[y0:y1, x0:x1]).mean() < 14
    far = np.s_[60:250, :]
    assert np.abs(original[far].astype(int) - public[far]).mean() < 3
    assert np.abs(frame.astype(int) - original).mean() < 3


def test_only_the_regions_change() -> None:
    """Pixel for pixel."""
    frame = np.random.default_rng(4).integers(0, 255, (120, 160, 3)).astype(np.uint8)
    public = blurred(frame, [(40.0, 30.0, 72.0, 62.0), (-20.0, -20.0, 4.0, 4.0), (500.0, 2.0, 600.0, 9.0)])
    changed = (frame != public).any(2)
    assert changed[30:62, 40:72].mean() > 0.95
    changed[30:62, 40:72] = False
    changed[:4, :4] = False
    assert not changed.any()


def test_two_people_are_the_same_grey_afterwards() -> None:
    """No more than sixteen averages of a head survive, whatever its size."""
    rng = np.random.default_rng(5)
    frame = rng.integers(0, 255, (200, 200, 3)).astype(np.uint8)
    public = blurred(frame, [(0.0, 0.0, 200.0, 200.0)])
    cells = cv2.resize(frame, (4, 4), interpolation=cv2.INTER_AREA)
    assert (public == cv2.resize(cells, (200, 200), interpolation=cv2.INTER_LINEAR)).all()


@pytest.mark.parametrize(
    ("box", "turn", "heads_at"),
    [
        ((100, 100, 140, 220), Turn.UPRIGHT, [(120, 105)]),
        ((100, 100, 150, 150), Turn.UPRIGHT, [(125, 105), (125, 120)]),
        ((100, 100, 220, 140), Turn.RIGHT, [(105, 120), (215, 120)]),
        ((100, 100, 220, 140), Turn.LEFT, [(105, 120), (215, 120)]),
        ((100, 100, 180, 180), Turn.RIGHT_UP, [(105, 105), (175, 105), (105, 175), (140, 140)]),
    ],
)
def test_heads_are_looked_for_where_the_turn_allows_them(box: tuple[float, ...], turn: Turn, heads_at: list[tuple[float, float]]) -> None:
    """A lying person has two ends; along a diagonal the head may be anywhere."""
    whole = (box[0], box[1], box[2], box[3])
    regions = head_regions(Detection(whole, 0.7, posture_of(whole, turn), alarm=True, turn=turn))
    for x, y in heads_at:
        assert any(r[0] <= x <= r[2] and r[1] <= y <= r[3] for r in regions)


def test_posture_says_no_more_than_it_knows() -> None:
    """Upright, lying, or unknown; nobody is said to sit."""
    assert posture_of((0, 0, 40, 120), Turn.UPRIGHT) is Posture.UPRIGHT
    assert posture_of((0, 0, 120, 40), Turn.LEFT) is Posture.LYING
    assert posture_of((0, 0, 60, 65), Turn.UPRIGHT) is Posture.UNKNOWN
    assert posture_of((0, 0, 40, 120), Turn.RIGHT) is Posture.UNKNOWN
    assert posture_of((0, 0, 120, 40), Turn.LEFT_DOWN) is Posture.UNKNOWN


def test_what_is_no_picture_is_refused(detector: Detector) -> None:
    """With a code."""
    with pytest.raises(FrameShapeError):
        evidence_pictures(np.zeros((100, 100), np.uint8), [], detector, None)
