"""Who may be asked in which wave."""

from contracts.effects import FindWave
from contracts.terms import UnitKind


def kinds_of(search: FindWave) -> frozenset[UnitKind]:
    """Return who may be asked in a wave."""
    if search.vehicles:
        return frozenset({UnitKind.VEHICLE})
    on_foot = frozenset({UnitKind.VOLUNTEER, UnitKind.PATROL})
    return on_foot | {UnitKind.POINT} if search.with_point else on_foot
