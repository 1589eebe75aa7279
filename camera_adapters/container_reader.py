"""Reading a stream through PyAV: what RTSP, MPEG-TS over HTTP and files have in common."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping

import av
import av.logging
from av.video.codeccontext import VideoCodecContext

from camera_adapters.adapter import Reason, SourceError
from camera_adapters.capture_clock import CaptureClock
from camera_adapters.encoded import EncodedPicture
from camera_adapters.substream import without_login

# FFmpeg's own lines would bypass our log, and its callback takes Python's lock from decoder threads.
av.logging.set_level(av.logging.PANIC)

# A coded picture larger than this is no picture of a street.
MAX_PICTURE_BYTES = 16 << 20

_REASONS: tuple[tuple[type[Exception], Reason], ...] = (
    (av.HTTPUnauthorizedError, Reason.REFUSED_LOGIN),
    (av.HTTPForbiddenError, Reason.REFUSED_LOGIN),
    (av.HTTPNotFoundError, Reason.NOT_FOUND),
    (av.FileNotFoundError, Reason.NOT_FOUND),
    (av.HTTPError, Reason.UNREACHABLE),
    (av.TimeoutError, Reason.SILENT),
    (av.BlockingIOError, Reason.SILENT),
    (av.EOFError, Reason.ENDED),
    (av.ProtocolNotFoundError, Reason.BAD_ADDRESS),
    (av.ArgumentError, Reason.BAD_ADDRESS),
    (av.InvalidDataError, Reason.GARBAGE),
    (av.OSError, Reason.UNREACHABLE),
)


def reason_of(err: Exception) -> Reason:
    """Return why FFmpeg failed, as we say it."""
    return next((reason for kind, reason in _REASONS if isinstance(err, kind)), Reason.UNREACHABLE)


def read_container(
    url: str,
    stop: threading.Event,
    *,
    format_name: str | None,
    options: Mapping[str, str],
    whole: Callable[[], bool],
    live: bool = True,
    silent_after_s: float | None = None,
) -> Iterator[EncodedPicture]:
    """Open a stream and yield its pictures until it ends or `stop` is set.

    Args:
        url: with its login.
        format_name: FFmpeg's demuxer; None lets it look.
        options: FFmpeg's. Time limits belong here: PyAV's own `timeout=` calls back into Python at every read.
        whole: asked at every picture; False: keyframes only.
        silent_after_s: the time limit in the options. FFmpeg's RTSP says "invalid data" when it passes, so it is measured here.
        live: pictures come when they are taken; else they are read as fast as asked for, and carry their times from now on.
    Raises:
        SourceError: with its reason.
    """
    asked_s = time.monotonic()
    try:
        with av.open(url, format=format_name, options=dict(options)) as container:
            for picture in _pictures(container, stop, whole, live=live):
                asked_s = time.monotonic()
                yield picture
    except (av.FFmpegError, UnicodeError, ValueError) as err:
        waited = silent_after_s is not None and time.monotonic() - asked_s >= 0.95 * silent_after_s
        reason = Reason.SILENT if waited and reason_of(err) is Reason.GARBAGE else reason_of(err)
        raise SourceError(reason, f"{without_login(url)}: {getattr(err, 'strerror', None) or type(err).__name__}") from err


def _pictures(
    container: av.container.InputContainer, stop: threading.Event, whole: Callable[[], bool], *, live: bool
) -> Iterator[EncodedPicture]:
    if not container.streams.video:
        raise SourceError(Reason.NO_VIDEO, "The stream holds no video.")
    stream = container.streams.video[0]
    context: VideoCodecContext | None = stream.codec_context  # none for a codec that FFmpeg does not know
    if context is None:
        raise SourceError(Reason.NO_VIDEO, "The stream's codec is unknown.")
    codec, setup = context.name, context.extradata or b""
    size = (context.width, context.height)
    clock, began_ms = CaptureClock(), round(time.time() * 1000)
    first_pts_s: float | None = None
    followed = False  # whether the pictures before this one, back to a keyframe, were yielded
    for packet in container.demux(stream):
        if stop.is_set():
            return
        if not packet.size:
            continue
        if packet.size > MAX_PICTURE_BYTES:
            raise SourceError(Reason.GARBAGE, f"A picture of {packet.size} bytes.")
        pts_s = None if packet.pts is None or not packet.time_base else float(packet.pts * packet.time_base)
        if live:
            captured_at_ms = clock.at(pts_s, round(time.time() * 1000))
        else:
            first_pts_s = pts_s if first_pts_s is None else first_pts_s
            captured_at_ms = began_ms + round(1000 * ((pts_s or 0.0) - (first_pts_s or 0.0)))
        followed = packet.is_keyframe or (followed and whole())
        if followed and not packet.is_corrupt:
            yield EncodedPicture(bytes(packet), codec, setup, packet.is_keyframe, captured_at_ms, size)
