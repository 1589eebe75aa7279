"""How each event changes warnings and plans."""

import msgspec

from contracts import events as e
from contracts.documents import ActivePlan
from contracts.terms import Clock
from dispatch import clocks as c
from dispatch.folds import Fold, fold_for
from dispatch.tables import Header, Tables
from dispatch.weather.entity import InForce, LiveWarning, Override

EVOLVE: dict[type[e.Fact], Fold] = {}
replace = msgspec.structs.replace


@fold_for(EVOLVE, e.PlansConfigured)
def _configured(state: Tables, event: e.PlansConfigured, header: Header) -> None:
    told = {entry.plan for entry in event.plans}
    for plan in [plan for plan in state.plans if plan not in told]:
        del state.plans[plan]
    for entry in event.plans:
        state.plans[entry.plan] = entry
    if event.everyday is not None:
        state.everyday = event.everyday
    state.plan_changed(header)


@fold_for(EVOLVE, e.WarningNoted)
def _noted(state: Tables, event: e.WarningNoted, header: Header) -> None:
    warning = event.warning
    in_force = warning.effective_at_ms <= header.at_ms
    running: tuple[c.Running, ...] = ()
    if not in_force:
        running = c.start(running, Clock.WARNING_START, header.at_ms, warning.effective_at_ms)
    if warning.expires_at_ms is not None:
        running = c.start(running, Clock.WARNING_EXPIRY, header.at_ms, warning.expires_at_ms)
    state.warnings[warning.identifier] = LiveWarning(warning=warning, in_force=in_force, clocks=running)
    state.plan_changed(header)


@fold_for(EVOLVE, e.WarningTookEffect)
def _took_effect(state: Tables, event: e.WarningTookEffect, header: Header) -> None:
    live = state.warnings[event.identifier]
    state.warnings[event.identifier] = replace(live, in_force=True, clocks=c.stop(live.clocks, Clock.WARNING_START))
    state.plan_changed(header)


@fold_for(EVOLVE, e.WarningEnded)
def _warning_ended(state: Tables, event: e.WarningEnded, header: Header) -> None:
    state.warnings.pop(event.identifier, None)
    state.plan_changed(header)


def _open(state: Tables, points: tuple[str, ...], plan: str, header: Header) -> None:
    for identifier in points:
        point = state.points[identifier]
        state.put_point(replace(point, version=header.sequence, open=True, opened_by=plan))


def _close(state: Tables, points: tuple[str, ...], header: Header) -> None:
    for identifier in points:
        point = state.points[identifier]
        state.put_point(replace(point, version=header.sequence, open=False, opened_by=None))


def _put(state: Tables, event: e.PlanActivated | e.PlanChanged, header: Header, since_ms: int) -> None:
    active = ActivePlan(
        plan=event.plan, name=event.name, hazard=event.hazard, level=event.level, warning=event.warning, headline=event.headline,
        since_ms=since_ms, expires_at_ms=event.expires_at_ms, simulated=event.simulated,
    )
    state.in_force[event.hazard] = InForce(active=active, settings=event.settings)
    state.plan_changed(header)


@fold_for(EVOLVE, e.PlanActivated)
def _activated(state: Tables, event: e.PlanActivated, header: Header) -> None:
    _put(state, event, header, header.at_ms)
    _open(state, event.opened, event.plan, header)


@fold_for(EVOLVE, e.PlanChanged)
def _changed(state: Tables, event: e.PlanChanged, header: Header) -> None:
    _put(state, event, header, state.in_force[event.hazard].active.since_ms)
    _close(state, event.closed, header)
    _open(state, event.opened, event.plan, header)


@fold_for(EVOLVE, e.PlanReverted)
def _reverted(state: Tables, event: e.PlanReverted, header: Header) -> None:
    state.in_force.pop(event.hazard, None)
    _close(state, event.closed, header)
    state.plan_changed(header)


@fold_for(EVOLVE, e.PlanOverridden)
def _overridden(state: Tables, event: e.PlanOverridden, header: Header) -> None:
    running: tuple[c.Running, ...] = ()
    if event.expires_at_ms is not None:
        running = c.start(running, Clock.WARNING_EXPIRY, header.at_ms, event.expires_at_ms)
    state.overrides[event.plan] = Override(
        plan=event.plan, active=event.active, reason=event.reason, since_ms=header.at_ms, clocks=running, expires_at_ms=event.expires_at_ms
    )
    state.plan_changed(header)


@fold_for(EVOLVE, e.OverrideEnded)
def _override_ended(state: Tables, event: e.OverrideEnded, header: Header) -> None:
    state.overrides.pop(event.plan, None)
    state.plan_changed(header)
