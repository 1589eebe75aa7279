"""Pictures that phones send."""

from collections.abc import Iterator
from contextlib import nullcontext

import cv2
import numpy as np

from contracts.errors import UnreadableError
from fuzz.target import Target
from web.api import picture_bytes
from web.problems import TooLargeError, UnreadableBodyError


def _taken(raw: bytes) -> str:
    width, height = picture_bytes.check_size(raw)
    cleaned = picture_bytes._clean(raw)  # noqa: SLF001 - what take_in does, without its threads
    image = picture_bytes._decode(raw)  # noqa: SLF001
    if image.shape[0] * image.shape[1] != width * height:
        raise AssertionError(f"the header said {width} × {height}, decoded were {image.shape[1]} × {image.shape[0]}")
    return f"{len(picture_bytes._mosaic(cleaned)) > 0}"  # noqa: SLF001


def _samples() -> Iterator[bytes]:
    image = np.zeros((48, 64, 3), np.uint8)
    cv2.circle(image, (30, 20), 12, (30, 60, 220), -1)
    for suffix, options in ((".jpg", []), (".jpg", [cv2.IMWRITE_JPEG_PROGRESSIVE, 1]), (".png", [])):
        yield bytes(cv2.imencode(suffix, image, options)[1])
    jpeg = bytes(cv2.imencode(".jpg", image)[1])
    # A marker without a length, which a reader that expects one skips too far.
    yield jpeg[:2] + b"\xff\x01" + jpeg[2:]
    yield smuggled(jpeg)
    yield jpeg[:2] + b"\xff\xfe\x00\x06ABCD" + jpeg[2:]


def smuggled(jpeg: bytes) -> bytes:
    """Return a JPEG that says a small size to who takes the marker FF 01 for one with a length, and its own to every decoder."""
    said = b"\xff\xc0\x00\x11\x08\x00\x10\x00\x10" + bytes(10)
    # For the wrong reader FF 01 is as long as the two octets behind it say, 0xFFFE: it goes on at 4 + 0xFFFE, in the second comment.
    first = b"\xff\xfe" + (60_000).to_bytes(2, "big") + bytes(59_998)
    hidden = bytes(4 + 0xFFFE - (2 + 2 + len(first) + 4)) + said
    second = b"\xff\xfe" + (len(hidden) + 2).to_bytes(2, "big") + hidden
    return jpeg[:2] + b"\xff\x01" + first + second + jpeg[2:]


TARGETS = {
    "picture": Target(
        name="picture", about="JPEG and PNG uploads", form="octets", samples=_samples, attack=lambda: nullcontext(_taken),
        refuses=(UnreadableBodyError, TooLargeError, UnreadableError),
        longest=200_000, words=(b"\xff\xc0\x00\x11\x08\xff\xdc\xff\xdc", b"\xff\x01", b"\xff\xd8", b"\xff\xd0", b"\x89PNG\r\n\x1a\n",
               b"IHDR\x7f\xff\xff\xff",
               b"\xff\xe1\x00\x22Exif\0\0", b"IDAT", b"acTL", b"\xff\xda"),
    )
}  # fmt: skip
