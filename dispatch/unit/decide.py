"""What may be done with a unit: duty, danger, contact, and the register."""

from contracts import commands as cmd
from contracts import events as e
from contracts import terms
from dispatch import transitions
from dispatch.areas import prefix_of
from dispatch.assignment.decide import decline_for_duty
from dispatch.decision import Decision, Handler, Refused, handles
from dispatch.members import members
from dispatch.unit.entity import BY_HAND, ON_DUTY, Unit

HANDLERS: dict[type[cmd.Body], Handler] = {}
CHUNK_MOST = 500
Clock = members(terms.Clock)
Machine = members(transitions.Machine)
Role = members(terms.Role)
UnitState = members(terms.UnitState)


@handles(HANDLERS, cmd.RegisterUnits)
def _register(d: Decision, body: cmd.RegisterUnits) -> None:
    if len(body.units) > CHUNK_MOST:
        raise Refused("too_many", str(len(body.units)))
    home = prefix_of(d.state.jurisdiction)
    for entry in body.units:
        if not entry.area.startswith(home):
            raise Refused("place_wrong", f"{entry.unit}: {entry.area}")
    d.emit(e.UnitsRegistered(units=body.units))


def _own(d: Decision, identifier: str) -> Unit:
    unit = d.unit(identifier)
    if d.actor.role is Role.RESPONDER:
        if d.actor.unit != identifier:
            raise Refused("not_your_unit", identifier)
    else:
        d.in_area(unit.entry.area)
    return unit


@handles(HANDLERS, cmd.SetDuty)
def _duty(d: Decision, body: cmd.SetDuty) -> None:
    unit = _own(d, body.unit)
    if body.state not in BY_HAND:
        raise Refused("duty_wrong", body.state)
    if unit.sos_at_ms is not None and d.actor.role in (Role.SUPERVISOR, Role.OPERATOR):
        d.emit(e.SosEnded(unit=body.unit, reason=body.reason.strip()[:500] or "duty_set"))
    if unit.committed and unit.assignment is not None:
        raise Refused("unit_busy", unit.assignment)
    if unit.assignment is not None and body.state not in ON_DUTY:
        decline_for_duty(d, d.state.assignments[unit.assignment])
        unit = d.state.units[body.unit]
    before = unit.duty if unit.assignment is not None else unit.state
    if before is not body.state:
        d.may_move(Machine.UNIT, before, body.state)
    elif body.state is UnitState.ON_BREAK:
        raise Refused("wrong_state", body.state)
    ends_at_ms = d.now_ms + d.timers.break_s * 1000 if body.state is UnitState.ON_BREAK else None
    d.emit(e.DutyChanged(unit=body.unit, state=body.state, reason=body.reason.strip()[:500], break_ends_at_ms=ends_at_ms))


@handles(HANDLERS, cmd.RaiseSos)
def _sos(d: Decision, body: cmd.RaiseSos) -> None:
    unit = _own(d, body.unit)
    d.emit(e.SosRaised(unit=body.unit, place=body.place))
    if unit.incident is not None:
        d.emit(e.IncidentEscalated(incident=unit.incident, clock=Clock.CHECK_IN, assignment=unit.assignment))


@handles(HANDLERS, cmd.NoteContact)
def _contact(d: Decision, body: cmd.NoteContact) -> None:
    if d.unit(body.unit).stale is not body.stale:
        d.emit(e.ContactNoted(unit=body.unit, stale=body.stale))


def run_out(d: Decision, unit: Unit, clock: terms.Clock) -> None:
    """A clock of a unit ran out."""
    identifier = unit.entry.unit
    if clock is Clock.BREAK:
        d.may_move(Machine.UNIT, UnitState.ON_BREAK, UnitState.AVAILABLE, by_system=True)
        d.emit(e.DutyChanged(unit=identifier, state=UnitState.AVAILABLE, by_itself=True))
    else:
        d.may_move(Machine.UNIT, UnitState.RETURNING, UnitState.AVAILABLE, by_system=True)
        d.emit(e.ReturnEnded(unit=identifier))
