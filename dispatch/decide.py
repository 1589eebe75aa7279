"""Deciding: routing of commands to the rooms that know their rules, and what holds for every command."""

from enum import Enum
from typing import Final, NamedTuple

import msgspec

from contracts import commands as cmd
from contracts.events import CommandRejected, Event
from dispatch.assignment.decide import HANDLERS as ASSIGNMENT
from dispatch.deadlines import HANDLERS as DEADLINES
from dispatch.decision import Decision, Handler, Refused
from dispatch.incident.calls import settle
from dispatch.incident.decide import HANDLERS as INCIDENT
from dispatch.incident.offers import HANDLERS as OFFERS
from dispatch.incident.reports import HANDLERS as REPORTS
from dispatch.register.decide import HANDLERS as REGISTER
from dispatch.roles import SENDERS
from dispatch.state import State, drafted
from dispatch.tables import Writes
from dispatch.unit.decide import HANDLERS as UNIT
from dispatch.weather.decide import HANDLERS as WEATHER

_encode: Final = msgspec.msgpack.Encoder().encode

HANDLERS: Final[dict[type[cmd.Body], Handler]] = {**REPORTS, **INCIDENT, **OFFERS, **ASSIGNMENT, **UNIT, **REGISTER, **WEATHER, **DEADLINES}


class Known(Enum):
    """Whether a command's identifier is remembered."""

    NEW = "new"
    SAME = "same"
    OTHER_BODY = "other_body"


def known(state: State, command: cmd.Command) -> Known:
    """Say whether this command was decided already, or its identifier was used for another request."""
    remembered = state.remembered.get(command.id)
    if remembered is None:
        return Known.NEW
    return Known.SAME if remembered[1] == command.body_sha256 else Known.OTHER_BODY


class Ruling(NamedTuple):
    """What a command comes to. writes: what its events do to the state, None when they change nothing but the log."""

    events: tuple[Event, ...]
    writes: Writes | None = None


def decide(state: State, command: cmd.Command, now_ms: int) -> Ruling:
    """Rule on a command: its events, `CommandRejected` alone when the rules say no, nothing when there is nothing to write.

    Nothing to write: the identifier is known (see `known`), a deadline came too early or its clock stopped, a fact told again that changes
    nothing. now_ms: the command's append time at the broker. The state is not changed.
    """
    if command.id in state.remembered:
        return Ruling(())
    decision = Decision(state.draft.begin(state), command, max(now_ms, state.last_at_ms), state.sequence + 1, state.timers)
    try:
        _open_door(state, command)
        HANDLERS[type(command.body)](decision, command.body)
        settle(decision)
    except Refused as refused:
        return Ruling((CommandRejected(code=refused.code, detail=refused.detail),))
    return Ruling(tuple(decision.events), drafted(state))


def _open_door(state: State, command: cmd.Command) -> None:
    """Refuse what does not concern this jurisdiction, this role, or lies too far back."""
    if command.jurisdiction != state.jurisdiction:
        raise Refused("wrong_jurisdiction", command.jurisdiction)
    body = type(command.body)
    if command.actor.role not in SENDERS[body]:
        raise Refused("not_your_role", command.actor.role)
    if body is not cmd.DeadlineReached and command.sent_at_ms < state.forgotten_before_ms:
        raise Refused("too_old", str(command.sent_at_ms))
    try:
        _encode(command.body)
    except OverflowError as reason:
        # JSON knows no bounds; a snapshot does. What it could not hold must not enter the state.
        raise Refused("out_of_range") from reason
