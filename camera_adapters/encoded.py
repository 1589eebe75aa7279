"""What video adapters yield."""

from dataclasses import dataclass
from typing import Protocol

from camera_adapters.adapter import Adapter


@dataclass(frozen=True, slots=True)
class EncodedPicture:
    """One coded picture. octets: one packet of the codec; setup: the decoder's extradata, b"" if none; size: width and height that the
    container states, for codecs that don't say it themselves.

    captured_at_ms: UTC, the capture clock of its source (capture_clock.py). keyframe: decodes without the ones before it.
    """

    octets: bytes
    codec: str
    setup: bytes
    keyframe: bool
    captured_at_ms: int
    size: tuple[int, int] = (0, 0)


class VideoAdapter(Adapter[EncodedPicture], Protocol):
    """Yields keyframes. While `whole` is set it yields the pictures between them too: something appeared and keyframes are rare."""

    whole: bool
