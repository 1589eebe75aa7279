"""One unit as the fold knows it."""

import msgspec

from contracts.registry_entries import UnitEntry
from contracts.terms import UnitState
from dispatch.clocks import Running

ON_DUTY = frozenset({UnitState.AVAILABLE, UnitState.ON_PATROL})
BY_HAND = ON_DUTY | {UnitState.OFF_DUTY, UnitState.ON_BREAK, UnitState.OUT_OF_SERVICE}


class Unit(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """duty: what the responder or the shift said. assignment, incident: the one task that holds the unit; committed: it was accepted.

    spans: (from, to) in ms of the tasks of the last 24 h. answers: of the last 20 offers, whether accepted.
    """

    entry: UnitEntry
    version: int
    duty: UnitState = UnitState.OFF_DUTY
    assignment: str | None = None
    incident: str | None = None
    committed: bool = False
    returning: bool = False
    queued: tuple[str, ...] = ()
    duty_since_ms: int | None = None
    rest_until_ms: int | None = None
    spans: tuple[tuple[int, int], ...] = ()
    load_h: float = 0.0
    answers: tuple[bool, ...] = ()
    stale: bool = False
    lost: bool = False
    sos_at_ms: int | None = None
    clocks: tuple[Running, ...] = ()

    @property
    def state(self) -> UnitState:
        """What the unit is doing, its tasks first."""
        if self.assignment is not None:
            return UnitState.COMMITTED if self.committed else UnitState.RESERVED
        return UnitState.RETURNING if self.returning else self.duty

    @property
    def free(self) -> bool:
        """Whether it may be asked now."""
        return self.assignment is None and self.duty in ON_DUTY
