"""What a camera or a file says it sends is not believed."""

import contextlib
import threading
from pathlib import Path

import pytest

from camera_adapters.adapter import Reason, SourceError
from camera_adapters.container_reader import read_container
from camera_adapters.decoder import MAX_PIXELS, PictureDecoder
from fuzz.targets.video import film, huge_h264

FILE = {"protocol_whitelist": "file"}


def reading(path: Path, form: str | None = None) -> list[int]:
    decoder, seen = PictureDecoder(), []
    for picture in read_container(str(path), threading.Event(), format_name=form, options=FILE, whole=lambda: True, live=False):
        seen += [frame.width * frame.height for frame in decoder.decode(picture, whole=True)]
    return seen


def test_a_codec_that_nobody_knows_is_no_video(tmp_path: Path) -> None:
    """FFmpeg gives a stream without a codec; its name was asked for, and the camera was shown as our own failure."""
    path = tmp_path / "film.avi"
    path.write_bytes(film("avi", "mjpeg").replace(b"MJPG", b"ZZZZ"))
    with pytest.raises(SourceError) as caught:
        reading(path)
    assert caught.value.reason is Reason.NO_VIDEO


@pytest.mark.parametrize("size", [(7680, 4320), (16_384, 16_384), (1 << 20, 16), (65_520, 65_520)])
def test_a_size_bomb_is_refused_before_it_takes_memory(tmp_path: Path, size: tuple[int, int]) -> None:
    """A few hundred octets that claim a picture beyond 4K give no frame."""
    path = tmp_path / "film.h264"
    path.write_bytes(huge_h264(*size))
    pixels: list[int] = []
    with contextlib.suppress(SourceError):
        pixels = reading(path)
    assert all(one <= MAX_PIXELS for one in pixels)


def test_an_8k_stream_is_named_too_large(tmp_path: Path) -> None:
    """The camera is shown as such, so that somebody gives the address of its sub-stream."""
    path = tmp_path / "film.h264"
    path.write_bytes(huge_h264(7680, 4320))
    with pytest.raises(SourceError) as caught:
        reading(path)
    assert caught.value.reason is Reason.TOO_LARGE


@pytest.mark.parametrize("name", ["secret.avi", "secret.ts"])
@pytest.mark.parametrize("where", ["http://127.0.0.1:9/{}", "file://{}", "concat:{}"])
def test_a_playlist_from_a_camera_is_no_film(tmp_path: Path, name: str, where: str) -> None:
    """What comes over the network is demuxed as what the address says, so that it cannot lead to files or to other hosts."""
    (tmp_path / name).write_bytes(film("mpegts", "libx264"))
    path = tmp_path / "list.m3u8"
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{where.format(tmp_path / name)}\n")
    with pytest.raises(SourceError):
        reading(path, "mpegts")
