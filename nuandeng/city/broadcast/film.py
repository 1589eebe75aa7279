"""A film in memory: H.264 access units with their times, ready to be sent again and again."""

from dataclasses import dataclass
from pathlib import Path

import av
import cv2

TICKS_PER_S = 90_000
_SPS, _PPS = 7, 8


class FilmError(ValueError):
    """A file that cannot be broadcast; the message says why."""


@dataclass(frozen=True, slots=True)
class AccessUnit:
    """One coded picture. nals: without start codes. dts, pts: ticks of 1/90000 s from the film's first dts."""

    nals: tuple[bytes, ...]
    dts: int
    pts: int
    keyframe: bool

    def annex_b(self) -> bytes:
        """With start codes, as MPEG-TS wants it."""
        return b"".join(b"\0\0\0\1" + nal for nal in self.nals)


@dataclass(frozen=True, slots=True)
class Film:
    """units begin with a keyframe, in decoding order. duration: ticks until the first unit is due again."""

    name: str
    units: tuple[AccessUnit, ...]
    duration: int
    sps: bytes
    pps: bytes

    def still(self, index: int, quality: int = 85) -> bytes:
        """Decode the keyframe units[index] and return it as JPEG. Raises FilmError."""
        decoder = av.CodecContext.create("h264", "r")
        try:
            frames = [*decoder.decode(av.Packet(self.units[index].annex_b())), *decoder.decode(None)]
        except av.FFmpegError as err:
            raise FilmError(f"{self.name}: unit {index} does not decode: {err}") from err
        if not frames:
            raise FilmError(f"{self.name}: unit {index} is no picture of its own")
        return cv2.imencode(".jpg", frames[0].to_ndarray(format="bgr24"), [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def split_nals(annex_b: bytes) -> list[bytes]:
    """Split at start codes (00 00 01, with or without a leading zero). Source: ITU-T H.264 Annex B."""
    nals = []
    start = annex_b.find(b"\0\0\1")
    while start >= 0:
        end = annex_b.find(b"\0\0\1", start + 3)
        # Zeros before a start code belong to the code, never to the NAL unit before it.
        nal = (annex_b[start + 3 :] if end < 0 else annex_b[start + 3 : end]).rstrip(b"\0")
        if nal:
            nals.append(nal)
        start = end
    return nals


def load_film(path: Path) -> Film:
    """Read a film.

    Raises:
        FilmError: not a film, not H.264, or without a keyframe at the start.
    """
    try:
        with av.open(str(path)) as container:
            return _load(path.stem, container)
    except (av.FFmpegError, OSError) as err:
        raise FilmError(f"{path} cannot be read: {err}") from err


def _load(name: str, container: av.container.InputContainer) -> Film:
    if not container.streams.video or container.streams.video[0].codec_context.name != "h264":
        raise FilmError(f"{name} is not H.264")
    stream = container.streams.video[0]
    rate = float(stream.average_rate or 25)
    to_annex_b = av.bitstream.BitStreamFilterContext("h264_mp4toannexb", stream)
    units: list[AccessUnit] = []
    for packet in container.demux(stream):
        for coded in to_annex_b.filter(packet) if packet.size else to_annex_b.filter(None):
            if not coded.size:
                continue
            counted = round(len(units) * TICKS_PER_S / rate)
            dts = counted if coded.dts is None or not coded.time_base else round(coded.dts * coded.time_base * TICKS_PER_S)
            pts = dts if coded.pts is None or not coded.time_base else round(coded.pts * coded.time_base * TICKS_PER_S)
            units.append(AccessUnit(tuple(split_nals(bytes(coded))), dts, pts, coded.is_keyframe))
    if not units or not units[0].keyframe:
        raise FilmError(f"{name} does not begin with a keyframe")
    sets = {nal[0] & 31: nal for nal in units[0].nals if nal[0] & 31 in (_SPS, _PPS)}
    if len(sets) < 2:
        raise FilmError(f"{name} has no parameter sets")
    first = units[0].dts
    moved = tuple(AccessUnit(u.nals, u.dts - first, u.pts - first, u.keyframe) for u in units)
    return Film(name, moved, moved[-1].dts + round(TICKS_PER_S / rate), sets[_SPS], sets[_PPS])
