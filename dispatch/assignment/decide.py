"""What may be done with a task: answer, move, check in, recall, and the records of messages."""

from contracts import commands as cmd
from contracts import events as e
from contracts import terms
from contracts.terms import Channel, DeliveryStatus
from dispatch import transitions
from dispatch.assignment.entity import CHECKED, GOING, Assignment
from dispatch.decision import Decision, Handler, Refused, handles
from dispatch.incident.calls import abort, accept, notify, open_slots, recall, started_back, withdraw
from dispatch.members import members

HANDLERS: dict[type[cmd.Body], Handler] = {}
A = members(terms.AssignmentState)
Clock = members(terms.Clock)
IncidentState = members(terms.IncidentState)
Machine = members(transitions.Machine)
Role = members(terms.Role)
_BEFORE_SCENE = frozenset({A.OFFERED, A.STANDBY, A.PLANNED})


@handles(HANDLERS, cmd.AnswerOffer)
def _answer(d: Decision, body: cmd.AnswerOffer) -> None:
    task = d.own_assignment(body.assignment)
    if task.state in GOING or task.state in (A.STANDBY, A.DECLINED):
        raise Refused("already_answered", task.state)
    if not body.accept:
        if task.state is not A.OFFERED:
            raise Refused("offer_gone", task.state)
        d.may_move(Machine.ASSIGNMENT, task.state, A.DECLINED)
        # A volunteer owes nobody a reason; a vehicle's crew does.
        reason = d.reason(body.reason) if task.mandatory else body.reason.strip()[:500]
        withdraw(d, f"{task.id}:offer", "answered")
        d.emit(e.OfferDeclined(assignment=task.id, by=d.actor.account, channel=body.channel, reason=reason))
        return
    incident = d.state.incidents[task.incident]
    if task.state is A.OFFERED and open_slots(d, incident) > 0:
        d.may_move(Machine.ASSIGNMENT, task.state, A.ACCEPTED)
        withdraw(d, f"{task.id}:offer", "answered")
        accept(d, task, by=d.actor.account, channel=body.channel)
    elif _may_stand_by(d, task):
        d.may_move(Machine.ASSIGNMENT, task.state, A.STANDBY)
        withdraw(d, f"{task.id}:offer", "answered")
        d.emit(e.StandbyTaken(assignment=task.id, by=d.actor.account, channel=body.channel, until_ms=task.window_ends_at_ms))
    else:
        raise Refused("offer_gone", task.state)


def _may_stand_by(d: Decision, task: Assignment) -> bool:
    """An acceptance that crossed the recall of a filled quota is welcome until the window ends."""
    incident = d.state.incidents[task.incident]
    if incident.state not in (IncidentState.DISPATCHED, IncidentState.IN_PROGRESS) or d.now_ms >= task.window_ends_at_ms:
        return False
    crossed = task.state is A.RECALLED and task.reason == "quota_filled" and d.state.units[task.unit].free
    return crossed or task.state is A.OFFERED


@handles(HANDLERS, cmd.MoveAssignment)
def _move(d: Decision, body: cmd.MoveAssignment) -> None:
    task = d.own_assignment(body.assignment)
    system = d.actor.role is Role.SYSTEM
    if body.to not in cmd.RESPONDER_MOVES:
        raise Refused("wrong_state", body.to)
    if system and body.to is not A.ON_SCENE:
        raise Refused("not_your_role", body.to)
    d.may_move(Machine.ASSIGNMENT, task.state, body.to)
    if body.to is A.ABORTED:
        abort(d, task, d.reason(body.reason))
        return
    eta_s = None if body.eta_s is None else max(1, min(body.eta_s, 86_400))
    d.emit(_moved(d, task, body.to, body.point, eta_s, by_itself=system))
    incident = d.state.incidents[task.incident]
    if body.to is A.ON_SCENE and incident.state is IncidentState.DISPATCHED:
        d.may_move(Machine.INCIDENT, incident.state, IncidentState.IN_PROGRESS, by_system=True)
        d.emit(e.IncidentStarted(incident=incident.id))
    elif body.to is A.CLEARED:
        started_back(d, task, departed=True)


def _moved(
    d: Decision, task: Assignment, to: terms.AssignmentState, point: str | None, eta_s: int | None, *, by_itself: bool
) -> e.AssignmentMoved:
    due_at_ms = clear_due_at_ms = bed_until_ms = None
    timers = d.timers
    eta_or_default_s = eta_s or task.eta_s or timers.eta_unknown_s
    if to is A.EN_ROUTE:
        due_at_ms = d.now_ms + max(timers.arrive_least_s * 1000, int(eta_or_default_s * timers.arrive_factor * 1000))
    elif to in CHECKED:
        due_at_ms = d.now_ms + timers.check_in_s * 1000
    if to in (A.CONTACTED, A.NOT_FOUND, A.AT_FACILITY):
        clear_due_at_ms = d.now_ms + timers.clear_s * 1000
    # A hospital, or a station that another jurisdiction keeps, is a place to go to as well; only a bed of ours is held by us.
    kept = None if point is None else d.state.points.get(point)
    if to is A.TRANSPORTING and kept is not None and kept.beds_free > 0:
        bed_until_ms = d.now_ms + eta_or_default_s * 1000 + timers.bed_hold_s * 1000
    return e.AssignmentMoved(
        assignment=task.id, to=to, due_at_ms=due_at_ms, clear_due_at_ms=clear_due_at_ms, bed_until_ms=bed_until_ms, point=point,
        eta_s=eta_s,
        by_itself=by_itself,
    )


@handles(HANDLERS, cmd.CheckIn)
def _check_in(d: Decision, body: cmd.CheckIn) -> None:
    task = d.own_assignment(body.assignment)
    if task.state not in GOING:
        raise Refused("wrong_state", task.state)
    d.emit(e.CheckedIn(assignment=task.id, next_due_at_ms=d.now_ms + d.timers.check_in_s * 1000 if task.state in CHECKED else None))
    if d.state.units[task.unit].sos_at_ms is not None:
        d.emit(e.SosEnded(unit=task.unit, reason="checked_in"))


@handles(HANDLERS, cmd.RecallAssignment)
def _recall(d: Decision, body: cmd.RecallAssignment) -> None:
    task = d.own_assignment(body.assignment)
    reason = d.reason(body.reason)
    if task.state in _BEFORE_SCENE:
        d.may_move(Machine.ASSIGNMENT, task.state, A.RECALLED)
        recall(d, task, reason)
        return
    d.may_move(Machine.ASSIGNMENT, task.state, A.ABORTED)
    abort(d, task, reason)
    notify(d, task, "recall", once=False)


@handles(HANDLERS, cmd.ConfirmBed)
def _confirm_bed(d: Decision, body: cmd.ConfirmBed) -> None:
    task = d.assignment(body.assignment)
    point = d.state.points.get(body.point)
    if point is None:
        raise Refused("unknown_point", body.point)
    d.in_area(point.entry.place.area)
    if task.state is not A.TRANSPORTING or task.point != body.point:
        raise Refused("wrong_state", task.state)
    d.emit(e.BedConfirmed(assignment=task.id, point=body.point, accepted=body.accepted))


@handles(HANDLERS, cmd.RecordDelivery)
def _delivery(d: Decision, body: cmd.RecordDelivery) -> None:
    task = d.state.assignments.get(body.assignment)
    if d.actor.role is Role.RESPONDER:
        if task is None:
            raise Refused("unknown_assignment", body.assignment)
        if d.actor.unit != task.unit:
            raise Refused("not_your_unit", task.unit)
        if body.status is not DeliveryStatus.SEEN or body.effect is not None:
            raise Refused("not_your_role", body.status)
    elif body.effect is None and task is None:
        raise Refused("unknown_assignment", body.assignment)
    elif body.effect is not None and body.effect not in d.state.owed:
        raise Refused("not_owed", body.effect)
    d.emit(
        e.DeliveryRecorded(
            assignment=body.assignment, channel=body.channel, status=body.status, effect=body.effect, detail=body.detail[:500]
        )
    )


@handles(HANDLERS, cmd.RecordEffect)
def _effect(d: Decision, body: cmd.RecordEffect) -> None:
    if body.effect not in d.state.owed:
        raise Refused("not_owed", body.effect)
    d.emit(e.EffectRecorded(effect=body.effect, done=body.done, detail=body.detail[:500]))


def run_out(d: Decision, task: Assignment, clock: terms.Clock) -> None:
    """A clock of a task ran out."""
    if clock is Clock.OFFER_WINDOW:
        _window_over(d, task)
    elif clock is Clock.DEPART:
        abort(d, task, "not_departed")
        notify(d, task, "recall", once=False)
    elif clock is Clock.CHECK_IN:
        missed = task.missed + 1
        lost = missed >= d.timers.check_in_misses
        d.emit(e.CheckInMissed(assignment=task.id, missed=missed, next_due_at_ms=d.now_ms + d.timers.check_in_s * 1000, lost=lost))
        notify(d, task, "check_in", once=False)
        if missed == d.timers.check_in_misses:
            d.emit(e.IncidentEscalated(incident=task.incident, clock=clock, assignment=task.id))
    elif clock is Clock.BED_HOLD:
        d.emit(e.BedReleased(assignment=task.id, point=task.point or ""))
    else:
        d.emit(e.AssignmentChased(assignment=task.id, clock=clock))
        if clock is not Clock.ARRIVE:
            notify(d, task, "clear_nudge" if clock is Clock.CLEAR else "depart_nudge", once=False)


def _window_over(d: Decision, task: Assignment) -> None:
    if task.state is A.STANDBY:
        d.may_move(Machine.ASSIGNMENT, task.state, A.NOT_NEEDED, by_system=True)
        d.emit(e.OfferNotNeeded(assignment=task.id))
        notify(d, task, "not_needed")
        return
    d.may_move(Machine.ASSIGNMENT, task.state, A.EXPIRED, by_system=True)
    withdraw(d, f"{task.id}:offer", "expired")
    d.emit(e.OfferExpired(assignment=task.id))
    if task.mandatory:
        d.emit(e.IncidentEscalated(incident=task.incident, clock=Clock.OFFER_WINDOW, assignment=task.id))


def decline_for_duty(d: Decision, task: Assignment, channel: Channel = Channel.APP) -> None:
    """Somebody who goes off duty cannot take what they were asked."""
    withdraw(d, f"{task.id}:offer", "off_duty")
    if task.state is A.OFFERED:
        d.emit(e.OfferDeclined(assignment=task.id, by=d.actor.account, channel=channel, reason="off_duty"))
    else:
        recall(d, task, "off_duty")
