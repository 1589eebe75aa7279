"""Looks of one camera, packed: what it saw within a second goes out as one record. Pure: times come in."""

from contracts.observations import Detections, Look
from contracts.values import Picture

PACK_MS = 1000
PICTURE_EVERY_MS = 30_000


class LookPacker:
    """Of one camera."""

    def __init__(self, *, camera: str, jurisdiction: str, adapter: str) -> None:
        self._camera = camera
        self._jurisdiction = jurisdiction
        self._adapter = adapter
        self._looks: list[Look] = []
        self._since_ms = 0

    def add(self, look: Look, now_ms: int) -> None:
        """Take a look."""
        if not self._looks:
            self._since_ms = now_ms
        self._looks.append(look)

    def due(self, now_ms: int, *, at_once: bool = False) -> Detections | None:
        """Return the record to send, None while there is nothing or it may wait."""
        if not self._looks or not (at_once or now_ms - self._since_ms >= PACK_MS):
            return None
        looks, self._looks = tuple(self._looks), []
        return Detections(camera=self._camera, jurisdiction=self._jurisdiction, looks=looks, adapter=self._adapter)


class PictureSchedule:
    """When a picture is worth keeping: at the first sight of somebody, and every half minute while somebody stays."""

    def __init__(self) -> None:
        self._last_ms: int | None = None

    def due(self, captured_at_ms: int, people: int) -> bool:
        """Say whether this look needs a picture; a yes counts as taken."""
        if not people or (self._last_ms is not None and 0 <= captured_at_ms - self._last_ms < PICTURE_EVERY_MS):
            return False
        self._last_ms = captured_at_ms
        return True

    def missed(self) -> None:
        """The picture could not be kept: the next look with somebody tries again."""
        self._last_ms = None


def with_picture(look: Look, picture: Picture) -> Look:
    """Return the look with its picture."""
    return Look(captured_at_ms=look.captured_at_ms, boxes=look.boxes, picture=picture)
