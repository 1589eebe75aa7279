"""What may be set for a camera that gives single pictures."""

from contracts.values import Value


class SnapshotSettings(Value, frozen=True, kw_only=True):
    """every_s: between two pictures. patience_s: for one whole picture, however it trickles. A larger picture is refused."""

    every_s: float = 2.0
    patience_s: float = 5.0
    max_bytes: int = 8 << 20
