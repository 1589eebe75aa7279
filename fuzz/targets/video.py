"""Films: opened, demuxed and decoded as the adapters do it, in this process, which the parent watches."""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.stream import VideoStream

from camera_adapters.adapter import SourceError
from camera_adapters.container_reader import read_container
from camera_adapters.decoder import PictureDecoder
from camera_adapters.encoded import EncodedPicture
from camera_adapters.file.settings import FileSettings
from camera_adapters.mpegts_http.settings import MpegtsHttpSettings
from fuzz.target import Attempt, Target
from fuzz.targets.places import scratch

_PICTURES = 3
# A picture of 8K with what a codec keeps beside it; more is a bomb that went off.
_MOST_MIB = 512


@contextmanager
def _attack() -> Iterator[Attempt]:
    with scratch() as folder:
        path = folder / "film"

        def attempt(raw: bytes) -> str:
            path.write_bytes(raw[1:])
            began_kib = _forget_peak()
            try:
                return _watched(path, None if raw[:1] < b"\x80" else "mpegts")
            finally:
                grew_mib = (_status("VmHWM") - began_kib) // 1024
                if grew_mib > _MOST_MIB:
                    raise MemoryError(f"{grew_mib} MiB for a film of {len(raw)} octets")

        yield attempt


def _watched(path: Path, format_name: str | None) -> str:
    settings = FileSettings() if format_name is None else MpegtsHttpSettings()
    options = {**settings.options(), "protocol_whitelist": "file"}
    decoder, told, wrong = PictureDecoder(), 0, 0
    for number, picture in enumerate(
        read_container(str(path), threading.Event(), format_name=format_name, options=options, whole=lambda: True, live=False)
    ):
        told, wrong = _decoded(decoder, picture, told, wrong)
        if number + 1 >= _PICTURES:
            break
    return f"{min(told, 3)} {min(wrong, 2)}"


def _decoded(decoder: PictureDecoder, picture: EncodedPicture, told: int, wrong: int) -> tuple[int, int]:
    try:
        for frame in decoder.decode(picture, whole=True):
            if frame.luma.shape != (144, 176) or frame.bgr().shape != (frame.height, frame.width, 3):
                raise AssertionError("a frame of another shape")
            told += 1
    except SourceError:
        wrong += 1
    return told, wrong


def _forget_peak() -> int:
    Path("/proc/self/clear_refs").write_text("5")
    return _status("VmHWM")


def _status(name: str) -> int:
    return next(int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))


def film(container: str, codec: str, frames: int = 5, size: tuple[int, int] = (64, 48)) -> bytes:
    """Return a small film with something that moves."""
    file = io.BytesIO()
    with av.open(file, "w", format=container) as output:
        stream = output.add_stream(codec, rate=Fraction(25))
        if not isinstance(stream, VideoStream):
            raise TypeError(f"{codec} is not video")
        stream.width, stream.height, stream.pix_fmt = *size, "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for number in range(frames):
            image = np.full((size[1], size[0], 3), 40, np.uint8)
            image[10:30, 4 * number : 4 * number + 10] = 220
            for packet in stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")):
                output.mux(packet)
        for packet in stream.encode(None):
            output.mux(packet)
    return file.getvalue()


def _bits(*values: tuple[int, int] | int) -> bytes:
    """(value, width) as it is, an integer alone as Exp-Golomb; ended as an RBSP is."""
    text = ""
    for value in values:
        text += f"{value[0]:0{value[1]}b}" if isinstance(value, tuple) else f"{value + 1:b}".zfill(2 * (value + 1).bit_length() - 1)
    text += "1"
    text = text.ljust(-(-len(text) // 8) * 8, "0")
    return int(text, 2).to_bytes(len(text) // 8, "big")


def huge_h264(width: int, height: int) -> bytes:
    """Return an H.264 stream of a few octets that claims pictures of this size: ITU-T H.264, 7.3.2.1.1, baseline."""
    sps = b"\x67\x42\x00\x3e" + _bits(0, 0, 2, 1, (0, 1), width // 16 - 1, height // 16 - 1, (1, 1), (1, 1), (0, 1), (0, 1))
    pps = b"\x68" + _bits(0, 0, (0, 1), (0, 1), 0, 0, 0, (0, 1), (0, 2), 0, 0, 0, (0, 1), (0, 1), (0, 1))
    idr = b"\x65" + _bits(0, 7, 0, (0, 4), 0, (0, 1), (0, 1), 0) + b"\x55" * 60
    return b"".join(b"\0\0\0\1" + unit.replace(b"\0\0\1", b"\0\0\3\1") for unit in (sps, pps, idr) * 3)


def _samples() -> Iterator[bytes]:
    kinds = (("mpegts", "libx264"), ("matroska", "libx264"), ("avi", "mjpeg"), ("mpegts", "mpeg2video"), ("flv", "libx264"))
    for container, codec in kinds:
        made = film(container, codec)
        yield b"\0" + made
        if container == "mpegts":
            yield b"\xff" + made
    yield b"\0" + film("mjpeg", "mjpeg")
    yield b"\0" + film("mjpeg", "mjpeg").replace(b"\x08\x00\x30\x00\x40", b"\x08\xff\xdc\xff\xdc")
    yield b"\0" + film("avi", "mjpeg").replace(b"\x08\x00\x30\x00\x40", b"\x08\xff\xdc\xff\xdc")
    for width, height in ((16_384, 16_384), (3_840, 2_160), (1 << 20, 16)):
        yield b"\0" + huge_h264(width, height)


TARGETS = {
    "video": Target(
        name="video", about="films and streams through PyAV", form="octets", samples=_samples, attack=_attack, refuses=(SourceError,),
        words=(b"\0\0\0\1\x67", b"\0\0\0\1\x65", b"\x47\x40\x00\x10", b"\x08\xff\xdc\xff\xdc", b"#EXTM3U\nfile:///etc/passwd\n",
               b"ffconcat version 1.0\n"),
        longest=120_000,
    )
}  # fmt: skip
