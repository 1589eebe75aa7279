"""The size that is read from a header is the size that a decoder will make."""

import cv2
import numpy as np
import pytest

from fuzz.targets.pictures import smuggled
from web.api.picture_bytes import check_size, size_of
from web.problems import UnreadableBodyError

JPEG = bytes(cv2.imencode(".jpg", np.zeros((48, 64, 3), np.uint8))[1])


def test_a_marker_without_a_length_hides_no_frame() -> None:
    """67 kB said 16 × 16 to us and could have been a thousand million pixels to the decoder."""
    assert size_of(smuggled(JPEG)) == (64, 48)


@pytest.mark.parametrize("alone", [b"\xff\x01", b"\xff\xd0", b"\xff\xd7", b"\xff\xff\xff\x01"])
def test_markers_alone_are_passed_over(alone: bytes) -> None:
    """As decoders do."""
    assert size_of(JPEG[:2] + alone + JPEG[2:]) == (64, 48)


@pytest.mark.parametrize("misplaced", [b"\xff\xd8", b"\xff\xd9", b"\xff\x00", b"\xff\xda\x00\x0c", b"x"])
def test_what_cannot_stand_before_a_frame_is_refused(misplaced: bytes) -> None:
    """Rather than guess what a decoder makes of it."""
    with pytest.raises(UnreadableBodyError):
        size_of(JPEG[:2] + misplaced + JPEG[2:])


def test_a_few_bytes_are_no_large_photograph() -> None:
    """257 bytes of PNG cost more than a second and the memory of their 64 million pixels."""
    png = bytes(cv2.imencode(".png", np.zeros((48, 64, 3), np.uint8))[1])
    with pytest.raises(UnreadableBodyError):
        check_size(png[:16] + (7000).to_bytes(4, "big") * 2 + png[24:])
    black = bytes(cv2.imencode(".jpg", np.zeros((3000, 4000, 3), np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 40])[1])
    assert check_size(black) == (4000, 3000)


@pytest.mark.parametrize("claimed", [0xD400_0106, 0x7FFF_FFFF, 60_000])
def test_a_part_that_claims_more_than_there_is_takes_no_memory(claimed: int) -> None:
    """263 bytes took gigabytes, and seconds, in the decoder."""
    png = bytes(cv2.imencode(".png", np.zeros((48, 64, 3), np.uint8))[1])
    at = png.index(b"IDAT") - 4
    assert check_size(png) == (64, 48)
    with pytest.raises(UnreadableBodyError):
        check_size(png[:at] + claimed.to_bytes(4, "big") + png[at + 4 :])
    with pytest.raises(UnreadableBodyError):
        check_size(png[:-3])
