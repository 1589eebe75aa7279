"""How each event changes a unit."""

import msgspec

from contracts import events as e
from contracts import terms
from dispatch import clocks as c
from dispatch.folds import Fold, fold_for
from dispatch.members import members
from dispatch.tables import Header, Tables
from dispatch.unit.entity import ON_DUTY, Unit

EVOLVE: dict[type[e.Fact], Fold] = {}
replace = msgspec.structs.replace
Clock = members(terms.Clock)
UnitState = members(terms.UnitState)


@fold_for(EVOLVE, e.UnitsRegistered)
def _registered(state: Tables, event: e.UnitsRegistered, header: Header) -> None:
    for entry in event.units:
        known = state.units.get(entry.unit)
        if known is None:
            state.put_unit(Unit(entry=entry, version=header.sequence))
        else:
            state.put_unit(replace(known, entry=entry, version=header.sequence))


@fold_for(EVOLVE, e.DutyChanged)
def _duty_changed(state: Tables, event: e.DutyChanged, header: Header) -> None:
    unit = state.units[event.unit]
    running = c.stop(unit.clocks, Clock.BREAK)
    if event.break_ends_at_ms is not None:
        running = c.start(running, Clock.BREAK, header.at_ms, event.break_ends_at_ms)
    was_on = unit.duty in ON_DUTY or unit.duty is UnitState.ON_BREAK
    is_on = event.state in ON_DUTY or event.state is UnitState.ON_BREAK
    since_ms = unit.duty_since_ms if was_on and is_on else header.at_ms if is_on else None
    returning = unit.returning and event.state in ON_DUTY and event.by_itself
    if not returning:
        running = c.stop(running, Clock.RETURN)
    resting = unit.rest_until_ms if event.by_itself or event.break_ends_at_ms is None else event.break_ends_at_ms
    state.put_unit(
        replace(
            unit, version=header.sequence, duty=event.state, clocks=running, duty_since_ms=since_ms, returning=returning,
            rest_until_ms=resting,
        )
    )


@fold_for(EVOLVE, e.ReturnStarted)
def _return_started(state: Tables, event: e.ReturnStarted, header: Header) -> None:
    unit = state.units[event.unit]
    state.put_unit(
        replace(
            unit, version=header.sequence, returning=True, clocks=c.start(unit.clocks, Clock.RETURN, header.at_ms, event.until_ms),
            rest_until_ms=event.rest_until_ms if event.rest_until_ms is not None else unit.rest_until_ms,
        )
    )


@fold_for(EVOLVE, e.ReturnEnded)
def _return_ended(state: Tables, event: e.ReturnEnded, header: Header) -> None:
    unit = state.units[event.unit]
    state.put_unit(replace(unit, version=header.sequence, returning=False, clocks=c.stop(unit.clocks, Clock.RETURN)))


@fold_for(EVOLVE, e.SosRaised)
def _sos_raised(state: Tables, event: e.SosRaised, header: Header) -> None:
    state.put_unit(replace(state.units[event.unit], version=header.sequence, sos_at_ms=header.at_ms))


@fold_for(EVOLVE, e.SosEnded)
def _sos_ended(state: Tables, event: e.SosEnded, header: Header) -> None:
    state.put_unit(replace(state.units[event.unit], version=header.sequence, sos_at_ms=None))


@fold_for(EVOLVE, e.ContactNoted)
def _contact_noted(state: Tables, event: e.ContactNoted, header: Header) -> None:
    unit = state.units[event.unit]
    state.put_unit(replace(unit, version=header.sequence, stale=event.stale))
