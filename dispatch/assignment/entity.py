"""One task as the fold knows it."""

import msgspec

from contracts.documents import DeliveryDocument
from contracts.terms import AssignmentState, Channel, Clock, Disposition, UnitKind
from contracts.values import Candidate
from dispatch.clocks import Running

A = AssignmentState

WAITING = frozenset({A.PLANNED, A.OFFERED, A.STANDBY})
GOING = frozenset({A.ACCEPTED, A.EN_ROUTE, A.ON_SCENE, A.CONTACTED, A.NOT_FOUND, A.TRANSPORTING, A.AT_FACILITY})
SERVED = GOING | {A.CLEARED}
HOLDS_UNIT = GOING | {A.OFFERED, A.STANDBY}
DEPARTED = GOING - {A.ACCEPTED}
AT_WORK = DEPARTED - {A.EN_ROUTE}
CHECKED = frozenset({A.ON_SCENE, A.CONTACTED, A.TRANSPORTING})
ENDED = frozenset({A.CLEARED, A.DECLINED, A.EXPIRED, A.RECALLED, A.NOT_NEEDED, A.ABORTED})


class Assignment(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """times_ms: state → when it was entered; replaced, never changed in place. chased: the clock somebody is being chased for."""

    id: str
    incident: str
    unit: str
    unit_kind: UnitKind
    state: AssignmentState
    candidate: Candidate
    mandatory: bool
    times_ms: dict[str, int]
    clocks: tuple[Running, ...] = ()
    eta_s: int | None = None
    reason: str = ""
    answered_by: str = ""
    channel: Channel | None = None
    window_ends_at_ms: int = 0
    point: str | None = None
    bed_held: bool = False
    bed_confirmed: bool = False
    missed: int = 0
    lost: bool = False
    chased: Clock | None = None
    deliveries: tuple[DeliveryDocument, ...] = ()
    disposition: Disposition | None = None
