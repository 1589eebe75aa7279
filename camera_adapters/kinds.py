"""All adapters, and what each can do: the one table that says which source an address needs."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from camera_adapters.adapter import Capability, Reason, SourceError
from camera_adapters.encoded import EncodedPicture, VideoAdapter
from camera_adapters.file.source import FileSource
from camera_adapters.mpegts_http.source import MpegtsHttpSource
from camera_adapters.rtsp.source import RtspSource
from camera_adapters.snapshot.source import SnapshotSource
from contracts.observations import DeadLetter, IntakeReport, WeatherWarning

_PICTURES = (EncodedPicture,)

KINDS = MappingProxyType({
    "rtsp": Capability(
        facts=_PICTURES, schemes=("rtsp", "rtsps"), live=True, pulls=True, video=True, keyframes_only=True, sub_streams=True
    ),
    "mpegts_http": Capability(facts=_PICTURES, schemes=("http", "https"), live=True, pulls=True, video=True, keyframes_only=True),
    "snapshot": Capability(facts=_PICTURES, schemes=("http", "https"), live=True, pulls=True, video=True, keyframes_only=True),
    "file": Capability(facts=_PICTURES, schemes=("file", ""), live=False, pulls=True, video=True),
    "case_feed": Capability(facts=(IntakeReport, DeadLetter), schemes=(), live=True, pulls=False),
    "weather": Capability(facts=(WeatherWarning, DeadLetter), schemes=("http", "https", "file", ""), live=True, pulls=True),
})  # fmt: skip

_VIDEO: Mapping[str, Callable[[str], VideoAdapter]] = MappingProxyType({
    "rtsp": RtspSource, "mpegts_http": MpegtsHttpSource, "snapshot": SnapshotSource, "file": FileSource,
})  # fmt: skip
_STILLS = (".jpg", ".jpeg")


def protocol_of(url: str) -> str:
    """Return the adapter that an address needs when nobody said. Raises SourceError."""
    parts = urlsplit(url)
    if parts.scheme in {"http", "https"}:
        return "snapshot" if parts.path.lower().endswith(_STILLS) else "mpegts_http"
    for kind, capability in KINDS.items():
        if capability.video and parts.scheme in capability.schemes:
            return kind
    raise SourceError(Reason.BAD_ADDRESS, f"No adapter reads {parts.scheme}: addresses.")


def video_adapter(url: str, protocol: str | None = None) -> VideoAdapter:
    """Return the adapter of a camera's address. Raises SourceError."""
    chosen = protocol or protocol_of(url)
    if chosen not in _VIDEO:
        raise SourceError(Reason.BAD_ADDRESS, f"There is no video adapter {chosen!r}.")
    return _VIDEO[chosen](url)
