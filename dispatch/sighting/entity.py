"""One sighting as the fold knows it."""

import msgspec

from contracts.values import Box, Place
from dispatch.clocks import Running


class Sighting(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Somebody seen to stay at one place. tracks: camera/track of every report."""

    id: str
    incident: str
    place: Place
    cameras: tuple[str, ...]
    tracks: tuple[str, ...]
    first_seen_ms: int
    last_seen_ms: int
    dwell_threshold_s: int
    boxes: tuple[Box, ...]
    reports: int
    clocks: tuple[Running, ...]
