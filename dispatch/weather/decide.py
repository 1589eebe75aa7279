"""Warnings and plans: per hazard at most one plan is active, the one of the highest level; a reversal changes only what starts later."""

from typing import Final

from contracts import commands as cmd
from contracts import events as e
from contracts.documents import ActivePlan
from contracts.effects import CallUp
from contracts.observations import WeatherWarning
from contracts.registry_entries import PlanEntry
from contracts.terms import Clock, Hazard, IncidentState, Urgency, WarningKind, WarningLevel
from contracts.values import PlanSettings
from dispatch.decision import Decision, Handler, Refused, handles
from dispatch.incident.decide import dispatch_by_plan
from dispatch.weather.entity import InForce
from dispatch.weather.settings import settings_in_force

HANDLERS: dict[type[cmd.Body], Handler] = {}
_AHEAD_MOST_MS: Final = 400 * 86_400_000
# A commit holds no more than 900 KiB, and each takes about one of them.
DISPATCHED_AT_ONCE: Final = 500
_URGENCIES: Final = (Urgency.VERY_URGENT, Urgency.URGENT, Urgency.ROUTINE)
_LEVELS: Final = (WarningLevel.BLUE, WarningLevel.YELLOW, WarningLevel.ORANGE, WarningLevel.RED)


def _rank(level: WarningLevel) -> int:
    return _LEVELS.index(level)


_RANGES: Final = {
    "patrol_cadence_min": (1, 1_440), "dwell_threshold_s": (10, 86_400), "urgency_uplift": (0, 2), "call_up": (0, 100_000),
    "revisit_h": (1, 168),
}


def _check_settings(settings: PlanSettings) -> None:
    for name, (least, most) in _RANGES.items():
        if not least <= getattr(settings, name) <= most:
            raise Refused("settings_wrong", f"{name} from {least} to {most}")
    if not 1 <= settings.offer_radii_m[0] <= settings.offer_radii_m[1] <= 200_000:
        raise Refused("settings_wrong", "offer_radii_m grow, from 1 to 200000")


@handles(HANDLERS, cmd.ConfigurePlans)
def _configure(d: Decision, body: cmd.ConfigurePlans) -> None:
    if len(body.plans) > 200:
        raise Refused("too_many", str(len(body.plans)))
    for settings in (*(plan.settings for plan in body.plans), *([] if body.everyday is None else [body.everyday])):
        _check_settings(settings)
    d.emit(e.PlansConfigured(plans=body.plans, everyday=body.everyday))
    for plan in sorted(d.state.overrides):
        if plan not in d.state.plans:
            d.emit(e.OverrideEnded(plan=plan, reason="configured"))
    recompute(d, "configured")


@handles(HANDLERS, cmd.ApplyWarning)
def _apply(d: Decision, body: cmd.ApplyWarning) -> None:
    warning = body.warning
    if warning.kind is WarningKind.CANCEL:
        meant = [identifier for identifier in (warning.identifier, *warning.references) if identifier in d.state.warnings]
        if not meant:
            raise Refused("unknown_warning", warning.identifier)
        for identifier in dict.fromkeys(meant):
            d.emit(e.WarningEnded(identifier=identifier, reason="cancelled", by=warning.identifier))
        recompute(d, "cancelled")
        return
    live = d.state.warnings.get(warning.identifier)
    if live is not None and live.warning == warning:
        return  # told again, nothing new
    if warning.expires_at_ms is not None and warning.expires_at_ms <= d.now_ms:
        raise Refused("warning_over", warning.identifier)
    ends_at_ms = warning.effective_at_ms if warning.expires_at_ms is None else warning.expires_at_ms
    latest_ms = d.now_ms + _AHEAD_MOST_MS
    if not 0 <= warning.effective_at_ms <= ends_at_ms <= latest_ms or not 0 <= warning.sent_at_ms <= latest_ms:
        raise Refused("times_wrong", warning.identifier)
    for identifier in dict.fromkeys((*warning.references, warning.identifier)):
        if identifier in d.state.warnings:
            d.emit(e.WarningEnded(identifier=identifier, reason="updated", by=warning.identifier))
    d.emit(e.WarningNoted(warning=warning))
    for plan, override in sorted(d.state.overrides.items()):
        if not override.active and d.state.plans[plan].hazard is warning.hazard:
            d.emit(e.OverrideEnded(plan=plan, reason="warning"))
    recompute(d, "warning")


@handles(HANDLERS, cmd.OverridePlan)
def _override(d: Decision, body: cmd.OverridePlan) -> None:
    if body.plan not in d.state.plans:
        raise Refused("unknown_plan", body.plan)
    if body.expires_at_ms is not None and not d.now_ms < body.expires_at_ms <= d.now_ms + _AHEAD_MOST_MS:
        raise Refused("times_wrong", str(body.expires_at_ms))
    reason = d.reason(body.reason)
    d.emit(e.PlanOverridden(plan=body.plan, active=body.active, reason=reason, expires_at_ms=body.expires_at_ms))
    recompute(d, reason)


def run_out(d: Decision, subject: str, clock: Clock) -> None:
    """A warning takes effect or expires, or what was done by hand is over."""
    kind, _, identifier = subject.partition("/")
    if kind == "plan":
        d.emit(e.OverrideEnded(plan=identifier, reason="expired"))
    elif clock is Clock.WARNING_START:
        d.emit(e.WarningTookEffect(identifier=identifier))
    else:
        d.emit(e.WarningEnded(identifier=identifier, reason="expired"))
    recompute(d, "expired" if clock is Clock.WARNING_EXPIRY else "warning")


def recompute(d: Decision, reason: str) -> None:
    """Bring the active plans in line with the live warnings and with what was done by hand."""
    hazards = {live.warning.hazard for live in d.state.warnings.values()} | {Hazard(hazard) for hazard in d.state.in_force}
    hazards |= {d.state.plans[plan].hazard for plan in d.state.overrides}
    wanted = {hazard: _wanted(d, hazard) for hazard in sorted(hazards)}
    keep_open = _points_of(d, [found for found in wanted.values() if found is not None])
    by_itself_before = settings_in_force(d.state).auto_dispatch
    for hazard, found in wanted.items():
        _bring(d, hazard, found, keep_open, reason)
    if settings_in_force(d.state).auto_dispatch and not by_itself_before:
        _dispatch_waiting(d)


def _dispatch_waiting(d: Decision) -> None:
    """Call for help for all that was filed and waits, the most urgent and oldest first; deadlines.py takes those beyond one commit."""
    waiting = [incident for incident in d.state.incidents.values() if incident.state is IncidentState.FILED]
    waiting.sort(key=lambda incident: (_URGENCIES.index(incident.urgency), incident.reported_at_ms, incident.id))
    for incident in waiting[:DISPATCHED_AT_ONCE]:
        dispatch_by_plan(d, incident.id)


def _wanted(d: Decision, hazard: Hazard) -> InForce | None:
    """Return the plan that should be in force for a hazard: the highest of the live warnings and of what was activated by hand."""
    found: list[tuple[int, int, str, InForce]] = []
    live = [kept.warning for kept in d.state.warnings.values() if kept.in_force and kept.warning.hazard is hazard]
    if live:
        warning = max(live, key=lambda one: (_rank(one.level), one.sent_at_ms, one.identifier))
        plan = _plan_for(d, hazard, warning.level)
        if plan is not None:
            override = d.state.overrides.get(plan.plan)
            if override is None or override.active:
                found.append((_rank(plan.level), 1, plan.plan, InForce(active=_by_warning(d, plan, warning), settings=plan.settings)))
    for override in d.state.overrides.values():
        plan = d.state.plans[override.plan]
        if override.active and plan.hazard is hazard:
            active = ActivePlan(
                plan=plan.plan, name=plan.name, hazard=hazard, level=plan.level, warning=None, headline="", since_ms=d.now_ms,
                expires_at_ms=override.expires_at_ms, simulated=False,
            )
            found.append((_rank(plan.level), 0, plan.plan, InForce(active=active, settings=plan.settings)))
    return max(found, key=lambda one: one[:3])[3] if found else None


def _by_warning(d: Decision, plan: PlanEntry, warning: WeatherWarning) -> ActivePlan:
    return ActivePlan(
        plan=plan.plan, name=plan.name, hazard=plan.hazard, level=plan.level, warning=warning.identifier, headline=warning.headline,
        since_ms=d.now_ms, expires_at_ms=warning.expires_at_ms, simulated=warning.simulated,
    )


def _plan_for(d: Decision, hazard: Hazard, level: WarningLevel) -> PlanEntry | None:
    """Return the plan of this level, or of the nearest lower one: a red warning is at least an orange one."""
    fitting = [plan for plan in d.state.plans.values() if plan.hazard is hazard and _rank(plan.level) <= _rank(level)]
    return max(fitting, key=lambda plan: (_rank(plan.level), plan.plan)) if fitting else None


def _points_of(d: Decision, plans: list[InForce]) -> set[str]:
    if any(found.settings.open_all_points for found in plans):
        return set(d.state.points)
    return {point for found in plans for point in found.settings.open_points if point in d.state.points}


def _bring(d: Decision, hazard: Hazard, wanted: InForce | None, keep_open: set[str], reason: str) -> None:
    present = d.state.in_force.get(hazard)
    closed = tuple(sorted(key for key, point in d.state.points.items() if point.opened_by is not None and key not in keep_open))
    if wanted is None:
        if present is not None:
            d.emit(
                e.PlanReverted(plan=present.active.plan, hazard=hazard, warning=present.active.warning, reason=reason, closed=closed)
            )
        return
    active, settings = wanted.active, wanted.settings
    opened = tuple(sorted(key for key in _points_of(d, [wanted]) if not d.state.points[key].open))
    if present is None:
        d.emit(
            e.PlanActivated(
                plan=active.plan, name=active.name, hazard=hazard, level=active.level, settings=settings, warning=active.warning,
                headline=active.headline, reason=reason, expires_at_ms=active.expires_at_ms, opened=opened, simulated=active.simulated,
            )
        )
        _call_up(d, wanted, 0)
        return
    if _same(present, wanted):
        return
    d.emit(
        e.PlanChanged(
            plan=active.plan, before=present.active.plan, name=active.name, hazard=hazard, level=active.level, settings=settings,
            warning=active.warning, headline=active.headline, reason=reason, expires_at_ms=active.expires_at_ms, opened=opened,
            closed=closed,
            simulated=active.simulated,
        )
    )
    _call_up(d, wanted, present.settings.call_up)


def _same(present: InForce, wanted: InForce) -> bool:
    one, other = present.active, wanted.active
    return present.settings == wanted.settings and (one.plan, one.warning, one.expires_at_ms, one.headline, one.level) == (
        other.plan, other.warning, other.expires_at_ms, other.headline, other.level,
    )


def _call_up(d: Decision, plan: InForce, before: int) -> None:
    if plan.settings.call_up > before:
        d.owe(
            CallUp(
                effect=f"plan/{plan.active.plan}:call_up:{d.header.sequence}", plan=plan.active.plan, wanted=plan.settings.call_up - before,
                message=plan.settings.message,
            )
        )
