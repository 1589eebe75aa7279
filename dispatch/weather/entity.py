"""Live warnings, active plans and what was done by hand, as the fold knows them."""

import msgspec

from contracts.documents import ActivePlan
from contracts.observations import WeatherWarning
from contracts.values import PlanSettings
from dispatch.clocks import Running


class LiveWarning(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """in_force: its effective time has come."""

    warning: WeatherWarning
    in_force: bool
    clocks: tuple[Running, ...]


class InForce(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The plan that is active for one hazard, with the settings it was activated with."""

    active: ActivePlan
    settings: PlanSettings


class Override(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A plan activated (active) or ended by hand."""

    plan: str
    active: bool
    reason: str
    since_ms: int
    clocks: tuple[Running, ...]
    expires_at_ms: int | None = None
