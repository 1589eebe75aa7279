"""A box found in a crop, turned and mirrored, is mapped to where the person really is."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camera_adapters.vision.crops import Turn, cut, turned, turned_back

_QUARTERS = [Turn.UPRIGHT, Turn.RIGHT, Turn.LEFT]


def marked(width: int, height: int, box: tuple[int, int, int, int]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """A black picture with a white rectangle."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[box[1] : box[3], box[0] : box[2]] = 255
    return picture


def bounds(picture: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> list[float]:
    """Where it is white."""
    rows, columns = np.nonzero(picture[:, :, 0] > 127)
    return [float(columns.min()), float(rows.min()), float(columns.max() + 1), float(rows.max() + 1)]


@settings(deadline=None, max_examples=60)
@given(
    width=st.integers(64, 200),
    height=st.integers(64, 200),
    x=st.floats(0.05, 0.6),
    y=st.floats(0.05, 0.6),
    w=st.floats(0.1, 0.3),
    h=st.floats(0.1, 0.3),
    turn=st.sampled_from(_QUARTERS),
)
def test_quarter_turns_map_back_exactly(*, width: int, height: int, x: float, y: float, w: float, h: float, turn: Turn) -> None:
    """What is white in the turned picture is mapped to what is white in the original, within a pixel."""
    box = (int(x * width), int(y * height), int((x + w) * width) + 1, int((y + h) * height) + 1)
    found = np.array([[*bounds(turned(marked(width, height, box), turn)), 1.0]], np.float32)
    assert turned_back(found, turn, width, height)[0, :4] == pytest.approx(box, abs=1)


@settings(deadline=None, max_examples=60)
@given(
    width=st.integers(64, 200),
    height=st.integers(64, 200),
    x=st.floats(0.3, 0.7),
    y=st.floats(0.3, 0.7),
    turn=st.sampled_from([turn for turn in Turn if turn.diagonal]),
)
def test_diagonals_map_the_middle_back(*, width: int, height: int, x: float, y: float, turn: Turn) -> None:
    """A diagonal's box loses its outline, never its place: the middle is right within a pixel."""
    box = (int(x * width) - 6, int(y * height) - 6, int(x * width) + 6, int(y * height) + 6)
    found = np.array([[*bounds(turned(marked(width, height, box), turn)), 1.0]], np.float32)
    back = turned_back(found, turn, width, height)[0]
    assert [(back[0] + back[2]) / 2, (back[1] + back[3]) / 2] == pytest.approx([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2], abs=1)


@settings(deadline=None, max_examples=80)
@given(
    x=st.floats(0, 690),
    y=st.floats(0, 560),
    w=st.floats(8, 300),
    h=st.floats(8, 300),
    margin=st.floats(1.2, 2.1),
    cell=st.sampled_from([96, 128, 160, 224]),
    mirrored=st.booleans(),
    inner=st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)),
)
def test_crops_map_back_and_forth(
    *, x: float, y: float, w: float, h: float, margin: float, cell: int, mirrored: bool, inner: tuple[float, float, float, float]
) -> None:
    """From frame to crop and back is the same box within a pixel, wherever the region lies, also half outside the frame."""
    crop = cut(np.zeros((576, 704, 3), np.uint8), (x, y, x + w, y + h), cell_px=cell, margin=margin, most_enlarged=2.0, mirrored=mirrored)
    assert crop.picture.shape[0] % 32 == 0 == crop.picture.shape[1] % 32
    assert max(crop.picture.shape) <= cell
    box = np.array(
        [
            [
                x + w * min(inner[0], inner[2]),
                y + h * min(inner[1], inner[3]),
                x + w * max(inner[0], inner[2]),
                y + h * max(inner[1], inner[3]),
                0.5,
            ]
        ],
        np.float32,
    )
    assert crop.to_frame(crop.from_frame(box))[0] == pytest.approx(box[0], abs=1)
    inside = crop.from_frame(np.array([[x, y, x + w, y + h, 1]], np.float32))[0]
    assert inside[:2].min() >= -1.0 / crop.zoom - 1
    assert inside[2] <= crop.picture.shape[1] + 1 / crop.zoom + 1


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_crop_shows_the_region(mirrored: bool) -> None:
    """The pixels of the crop are those its mapping says."""
    box = (300, 200, 380, 260)
    crop = cut(marked(704, 576, box), box, cell_px=128, margin=1.5, most_enlarged=2.0, mirrored=mirrored)
    found = np.array([[*bounds(crop.picture), 1.0]], np.float32)
    assert crop.to_frame(found)[0, :4] == pytest.approx(box, abs=1.5)


def test_a_turn_clockwise_brings_the_left_side_up() -> None:
    """Which end of a body is the head follows from it."""
    picture = marked(100, 60, (0, 20, 10, 40))
    assert bounds(turned(picture, Turn.RIGHT))[3] <= 10
    assert bounds(turned(picture, Turn.LEFT))[1] >= 90
    assert cv2.countNonZero(turned(picture, Turn.RIGHT)[:, :, 0]) == 200
