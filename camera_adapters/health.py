"""Whether a camera is watched, and if not, why. Pure: times come in. Only a watched camera counts as inspected."""

from dataclasses import dataclass

from contracts.terms import CameraStatus

# Told again so often even when nothing changed, so that silence of an adapter is noticed.
REPEAT_MS = 60_000
# No picture for so long, or three times the usual distance between pictures if that is longer.
NO_PICTURES_MS = 10_000
GARBAGE_LIMIT = 3

OK = "ok"
CONNECTING = "connecting"
NO_PICTURES = "no_pictures"


@dataclass(frozen=True, slots=True)
class HealthChange:
    """What to tell: status and its stable reason."""

    status: CameraStatus
    reason: str
    at_ms: int


class HealthWatch:
    """Of one camera. Report what happens; tell() says what the world should hear, None when nothing is new."""

    def __init__(self, started_at_ms: int) -> None:
        self._status = CameraStatus.UNKNOWN
        self._reason = CONNECTING
        self._last_picture_ms = started_at_ms
        self._usual_gap_ms = 0.0
        self._unreadable = 0
        self._told: tuple[CameraStatus, str] | None = None
        self._told_at_ms = 0

    def pictured(self, at_ms: int, blind: str | None) -> None:
        """A picture was decoded. blind: why it cannot be used (too_dark, frozen …), None when it can."""
        gap = at_ms - self._last_picture_ms
        if self._status in {CameraStatus.WATCHED, CameraStatus.UNWATCHED} and gap < REPEAT_MS:
            self._usual_gap_ms += (gap - self._usual_gap_ms) * 0.2
        self._last_picture_ms, self._unreadable = at_ms, 0
        self._status, self._reason = (CameraStatus.WATCHED, OK) if blind is None else (CameraStatus.UNWATCHED, blind)

    def unreadable(self) -> None:
        """A picture came that does not decode. One is a glitch, several in a row are a fault."""
        self._unreadable += 1
        if self._unreadable >= GARBAGE_LIMIT:
            self._status, self._reason = CameraStatus.UNWATCHED, "garbage"

    def lost(self, reason: str) -> None:
        """The source ended or failed."""
        self._status, self._reason = CameraStatus.OFFLINE, reason

    @property
    def watched(self) -> bool:
        """Whether it counts as inspected now, as far as was told."""
        return self._status is CameraStatus.WATCHED

    def tell(self, now_ms: int) -> HealthChange | None:
        """Return what changed, or the same again after a minute."""
        silent_ms = now_ms - self._last_picture_ms
        if self._status is not CameraStatus.OFFLINE and silent_ms > max(NO_PICTURES_MS, 3 * self._usual_gap_ms):
            self._status, self._reason = CameraStatus.UNWATCHED, NO_PICTURES
        current = (self._status, self._reason)
        if current == self._told and now_ms - self._told_at_ms < REPEAT_MS:
            return None
        self._told, self._told_at_ms = current, now_ms
        return HealthChange(self._status, self._reason, now_ms)
