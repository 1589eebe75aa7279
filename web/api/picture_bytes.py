"""From what a phone sends to two clean JPEGs. Sizes are read from the header first: a small file can hold a huge picture."""

import struct

import cv2
import gevent
import numpy as np
from numpy.typing import NDArray

from contracts.errors import UnreadableError
from web.ports import HeadBlur
from web.problems import TooLargeError, UnreadableBodyError

MOST_PIXELS = 64_000_000
# So many are held as an array, 3 bytes each. A baseline JPEG of more is decoded at half or a quarter of its size, which costs its decoder
# nothing; of any other file the decoder holds all of it, and more of it is refused.
_HELD_PIXELS = 16_000_000
# No camera writes less than a byte for so many pixels; a file of a few bytes must not cost a server a second and 200 MB.
_PIXELS_A_BYTE = 500
_SMALL_PIXELS = 4_000_000
_LONGEST_PX = 2560
_SHOWN_PX = 1280
_MOSAIC_CELLS = 24
Image = NDArray[np.uint8]
_PNG = b"\x89PNG\r\n\x1a\n"
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
# Baseline and extended sequential: decoded row by row. A progressive one is held whole.
_ONE_PASS = frozenset({0xC0, 0xC1})
# Markers without a length. Taken for one with a length, whoever reads the size skips to where the sender wants, and a decoder does not.
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
# Nothing that stands before a frame: zero after FF, start, end, scan.
_MISPLACED = frozenset({0x00, 0xD8, 0xD9, 0xDA})


def take_in(raw: bytes, blur: HeadBlur | None) -> tuple[bytes, bytes, str]:
    """Return the original and the copy people see, as JPEG without metadata, and how the copy was made: 'heads' or 'mosaic'.

    Raises:
        UnreadableBodyError: neither JPEG nor PNG, or damaged.
        TooLargeError: more than MOST_PIXELS, or than is held at once of a file that cannot be decoded smaller.
    """
    check_size(raw)
    # OpenCV lets other greenlets run only from another thread.
    original: bytes = gevent.get_hub().threadpool.apply(_clean, (raw,))
    if blur is not None:
        try:
            return original, blur(original), "heads"
        except UnreadableError as err:
            raise UnreadableBodyError(str(err)) from err
    # Nothing that finds heads runs here: then nothing is shown but colours.
    return original, gevent.get_hub().threadpool.apply(_mosaic, (original,)), "mosaic"


def check_size(raw: bytes) -> tuple[int, int]:
    """Return width and height when they may be decoded. Raises UnreadableBodyError, TooLargeError."""
    width, height, baseline = _header(raw)
    if width * height > MOST_PIXELS:
        raise TooLargeError(f"The picture has {width}×{height} pixels.")
    if width * height > max(_SMALL_PIXELS, _PIXELS_A_BYTE * len(raw)):
        raise UnreadableBodyError(f"{len(raw)} bytes are no photograph of {width}×{height} pixels.")
    if not baseline and width * height > _HELD_PIXELS:
        raise TooLargeError(f"The picture has {width}×{height} pixels, and is no JPEG in one pass.")
    if raw.startswith(_PNG):
        _check_chunks(raw)
    return width, height


def size_of(raw: bytes) -> tuple[int, int]:
    """Return width and height in pixels from the header alone. Raises UnreadableBodyError."""
    return _header(raw)[:2]


def _header(raw: bytes) -> tuple[int, int, bool]:
    """Return width, height, and whether it is a JPEG that is decoded in one pass."""
    if raw.startswith(_PNG) and len(raw) >= 24 and raw[12:16] == b"IHDR":
        width, height = struct.unpack(">II", raw[16:24])
        return int(width), int(height), False
    if raw.startswith(b"\xff\xd8"):
        at = 2
        while at + 9 <= len(raw) and raw[at] == 0xFF:
            marker, length = raw[at + 1], int.from_bytes(raw[at + 2 : at + 4], "big")
            if marker == 0xFF:
                at += 1
            elif marker in _ALONE:
                at += 2
            elif marker in _MISPLACED:
                break
            elif marker in _FRAMES:
                height, width = struct.unpack(">HH", raw[at + 5 : at + 9])
                return int(width), int(height), marker in _ONE_PASS
            else:
                at += 2 + max(2, length)
    raise UnreadableBodyError("The file is neither a JPEG nor a PNG.")


def _check_chunks(raw: bytes) -> None:
    """Refuse a PNG one of whose chunks is longer than the file: OpenCV takes the memory that a chunk claims before it reads it."""
    at = len(_PNG)
    while at < len(raw):
        at += 12 + int.from_bytes(raw[at : at + 4], "big")
    if at != len(raw):
        raise UnreadableBodyError("The PNG is cut off, or its parts claim more than there is.")


def _clean(raw: bytes) -> bytes:
    image = _decode(raw)
    return _encode(_fit(image, _LONGEST_PX), 88)


def _mosaic(raw: bytes) -> bytes:
    image = _fit(_decode(raw), _SHOWN_PX)
    height, width = image.shape[:2]
    cells = (
        (_MOSAIC_CELLS, max(1, round(_MOSAIC_CELLS * height / width)))
        if width >= height
        else (max(1, round(_MOSAIC_CELLS * width / height)), _MOSAIC_CELLS)
    )
    small = cv2.resize(image, cells, interpolation=cv2.INTER_AREA)
    return _encode(np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST), dtype=np.uint8), 80)


def _decode(raw: bytes) -> Image:
    width, height = size_of(raw)
    how = cv2.IMREAD_COLOR
    if width * height > _HELD_PIXELS:
        how = cv2.IMREAD_REDUCED_COLOR_2
    try:
        image = cv2.imdecode(np.frombuffer(raw, np.uint8), how)
    except cv2.error as err:
        raise UnreadableBodyError("The picture is damaged.") from err
    if image is None or image.size == 0:
        raise UnreadableBodyError("The picture is damaged.")
    return np.asarray(image, dtype=np.uint8)


def _fit(image: Image, longest_px: int) -> Image:
    height, width = image.shape[:2]
    factor = longest_px / max(height, width)
    if factor >= 1:
        return image
    return np.asarray(
        cv2.resize(image, (max(1, round(width * factor)), max(1, round(height * factor))), interpolation=cv2.INTER_AREA), dtype=np.uint8
    )


def _encode(image: Image, quality: int) -> bytes:
    done, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise UnreadableBodyError("The picture cannot be written as JPEG.")
    return bytes(encoded)
