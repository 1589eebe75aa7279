"""What happens to warnings and extreme-weather plans."""

from contracts.events.base import Fact
from contracts.observations import WeatherWarning
from contracts.registry_entries import PlanEntry
from contracts.terms import Hazard, WarningLevel
from contracts.values import PlanSettings


class PlansConfigured(Fact, frozen=True, kw_only=True):
    """The plans of this jurisdiction were replaced. everyday None: unchanged."""

    plans: tuple[PlanEntry, ...]
    everyday: PlanSettings | None = None


class WarningNoted(Fact, frozen=True, kw_only=True):
    """A warning that concerns this jurisdiction is live, or will be at its effective time."""

    warning: WeatherWarning


class WarningEnded(Fact, frozen=True, kw_only=True):
    """A warning is over. reason: expired, cancelled or updated."""

    identifier: str
    reason: str
    by: str | None = None


class WarningTookEffect(Fact, frozen=True, kw_only=True):
    """The effective time of a warning that was sent ahead has come."""

    identifier: str


class PlanActivated(Fact, frozen=True, kw_only=True):
    """启动. warning None: by hand. opened: points that the plan opened."""

    plan: str
    name: str
    hazard: Hazard
    level: WarningLevel
    settings: PlanSettings
    warning: str | None = None
    headline: str = ""
    reason: str = ""
    expires_at_ms: int | None = None
    opened: tuple[str, ...] = ()
    simulated: bool = False


class PlanChanged(Fact, frozen=True, kw_only=True):
    """Another level, warning or expiry of a hazard whose plan is already active."""

    plan: str
    before: str
    name: str
    hazard: Hazard
    level: WarningLevel
    settings: PlanSettings
    warning: str | None = None
    headline: str = ""
    reason: str = ""
    expires_at_ms: int | None = None
    opened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    simulated: bool = False


class PlanReverted(Fact, frozen=True, kw_only=True):
    """终止. closed: points that the plan had opened. Clocks that were set stay."""

    plan: str
    hazard: Hazard
    warning: str | None = None
    reason: str = ""
    closed: tuple[str, ...] = ()


class PlanOverridden(Fact, frozen=True, kw_only=True):
    """A supervisor activated or ended a plan by hand; holds until it expires or until the next warning of the hazard."""

    plan: str
    active: bool
    reason: str
    expires_at_ms: int | None = None


class OverrideEnded(Fact, frozen=True, kw_only=True):
    """What was done by hand is over. reason: expired, or warning (a newer warning of the hazard counts)."""

    plan: str
    reason: str
