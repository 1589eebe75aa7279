"""What happens to units, points, cameras, accounts."""

from contracts.events.base import Fact
from contracts.registry_entries import AccountEntry, CameraEntry, PointEntry, UnitEntry
from contracts.terms import CameraStatus, UnitState
from contracts.values import Place


class UnitsRegistered(Fact, frozen=True, kw_only=True):
    """Units were added or changed."""

    units: tuple[UnitEntry, ...]


class CamerasRegistered(Fact, frozen=True, kw_only=True):
    """Cameras were added or changed."""

    cameras: tuple[CameraEntry, ...]


class PointsRegistered(Fact, frozen=True, kw_only=True):
    """Rescue points were added or changed."""

    points: tuple[PointEntry, ...]


class AccountsRegistered(Fact, frozen=True, kw_only=True):
    """Accounts were added or changed."""

    accounts: tuple[AccountEntry, ...]


class DutyChanged(Fact, frozen=True, kw_only=True):
    """A unit's own state, apart from its tasks. break_ends_at_ms: when ON_BREAK ends by itself."""

    unit: str
    state: UnitState
    reason: str = ""
    break_ends_at_ms: int | None = None
    by_itself: bool = False


class ReturnStarted(Fact, frozen=True, kw_only=True):
    """The unit's last task ended; it is on its way back and free again at the time given. rest_until_ms: it has done enough."""

    unit: str
    until_ms: int
    rest_until_ms: int | None = None


class ReturnEnded(Fact, frozen=True, kw_only=True):
    """The unit is back."""

    unit: str


class SosRaised(Fact, frozen=True, kw_only=True):
    """A responder is in danger."""

    unit: str
    place: Place | None = None


class SosEnded(Fact, frozen=True, kw_only=True):
    """The supervisor has dealt with it."""

    unit: str
    reason: str = ""


class ContactNoted(Fact, frozen=True, kw_only=True):
    """The unit's location became stale, or was heard again."""

    unit: str
    stale: bool


class BedsSet(Fact, frozen=True, kw_only=True):
    """The station says how many beds are free, and whether it is open."""

    point: str
    beds_free: int
    open: bool | None = None


class CheckpointRecorded(Fact, frozen=True, kw_only=True):
    """A signed checkpoint over the first tree_size commits of this jurisdiction, as a signed note (C2SP tlog-checkpoint)."""

    tree_size: int
    note: str


class PersonErased(Fact, frozen=True, kw_only=True):
    """What is sealed with these keys is unreadable from now on, and leaves the state. by: who ordered it, at the command line."""

    keys: tuple[str, ...]
    by: str
    reason: str


class CameraHealthChanged(Fact, frozen=True, kw_only=True):
    """A camera became watched or unwatched."""

    camera: str
    status: CameraStatus
    reason: str
    since_ms: int
