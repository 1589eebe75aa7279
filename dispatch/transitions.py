"""The life cycles as data: every move there is, who may make it by which command, and which clock runs from there.

decide() checks each move against it.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

import msgspec

from contracts import commands as cmd
from contracts.terms import AssignmentState, IncidentState, Role, UnitState


class Machine(StrEnum):
    """What has a life cycle here."""

    INCIDENT = "incident"
    ASSIGNMENT = "assignment"
    UNIT = "unit"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line: from any of these states (none: it begins) to one, by any of these roles. `to` None: it leaves the state.

    by: the commands that ask for exactly this move; none: it only follows from something else.
    """

    machine: Machine
    before: tuple[str, ...]
    to: str | None
    who: tuple[Role, ...]
    by: tuple[type[cmd.Body], ...] = ()
    clock: str = ""
    note: str = ""


_I, _A, _U = IncidentState, AssignmentState, UnitState
PUB, OP, SUP, R, ST, AG, V, SYS = (
    Role.PUBLIC, Role.OPERATOR, Role.SUPERVISOR, Role.RESPONDER, Role.STATION, Role.AGENCY, Role.VERIFIER, Role.SYSTEM,
)
_DESK = (OP, SUP)
_MOVE = (cmd.MoveAssignment,)


def _row(  # noqa: PLR0917 - the columns of the table, in their order
    machine: Machine, before: Iterable[str], to: str | None, who: tuple[Role, ...], by: tuple[type[cmd.Body], ...] = (), clock: str = "",
    note: str = "",
) -> Row:
    return Row(machine=machine, before=tuple(before), to=to, who=who, by=by, clock=clock, note=note)


INCIDENT: Final = (
    _row(
        Machine.INCIDENT, (), _I.REPORTED, (PUB, OP, SUP, R, ST, SYS), (cmd.ReportIncident, cmd.ReportSighting),
        "limit 2 h / 24 h / 72 h from here on", "camera, case feed, hotline, person",
    ),
    _row(Machine.INCIDENT, (_I.REPORTED,), _I.RECEIVED, _DESK, (cmd.ReceiveIncident,), "60 s very urgent, 5 min urgent; then SUP"),
    _row(Machine.INCIDENT, (_I.RECEIVED,), _I.FILED, _DESK, (cmd.FileIncident,), "5 / 15 min; then SUP"),
    _row(Machine.INCIDENT, (_I.RECEIVED,), _I.REJECTED, _DESK, (cmd.RejectIncident,), "", "with a reason"),
    _row(
        Machine.INCIDENT, (_I.RECEIVED, _I.FILED, _I.DISPATCHED), _I.MERGED, _DESK, (cmd.MergeIncident,), "",
        "into an open incident, with a reason; its offers are recalled",
    ),
    _row(
        Machine.INCIDENT, (_I.FILED,), _I.DISPATCHED, (*_DESK, SYS), (cmd.DispatchIncident,), "3 / 15 min; then SUP",
        "SYS under a plan with automatic dispatch",
    ),
    _row(Machine.INCIDENT, (_I.FILED,), _I.ON_HOLD, (SUP,), (cmd.HoldIncident,), "the wake time", "with a reason; the limit goes on"),
    _row(Machine.INCIDENT, (_I.ON_HOLD,), _I.FILED, (SUP, SYS), (cmd.WakeIncident,), "3 / 15 min", "wakes by itself"),
    _row(
        Machine.INCIDENT, (_I.DISPATCHED,), _I.IN_PROGRESS, (SYS,), (), "alerts at 50 / 80 / 100 % of the limit",
        "the first is on the scene",
    ),
    _row(
        Machine.INCIDENT, (_I.DISPATCHED, _I.IN_PROGRESS), _I.FILED, (SYS,), (), "SUP at once",
        "everybody sent or asked fell away, all waves are over",
    ),
    _row(
        Machine.INCIDENT, (_I.IN_PROGRESS,), _I.FEEDBACK, (R, ST, AG, OP, SUP), (cmd.ReportDisposition,), "by the limit",
        "with a disposition; OP and SUP on behalf",
    ),
    _row(Machine.INCIDENT, (_I.FEEDBACK,), _I.VERIFIED, (V,), (cmd.VerifyIncident,), "24 h", "never somebody who handled it"),
    _row(Machine.INCIDENT, (_I.FEEDBACK,), _I.FILED, (V,), (cmd.VerifyIncident,), "24 h", "did not pass"),
    _row(Machine.INCIDENT, (_I.VERIFIED,), _I.CLOSED, _DESK, (cmd.CloseIncident,), "24 h", "SYS tells the reporter"),
    _row(Machine.INCIDENT, (_I.CLOSED,), _I.FILED, (SUP,), (cmd.ReopenIncident,), "3 / 15 min", "with a reason; a new limit"),
    _row(
        Machine.INCIDENT, (_I.REPORTED, _I.RECEIVED, _I.FILED, _I.ON_HOLD, _I.DISPATCHED), _I.CANCELLED, _DESK, (cmd.CancelIncident,), "",
        "with a reason; recalls everybody",
    ),
    _row(
        Machine.INCIDENT, (_I.CLOSED, _I.REJECTED, _I.MERGED, _I.CANCELLED), None, (SYS,), (), "30 days",
        "archived: stays in the log and in search",
    ),
)

ASSIGNMENT: Final = (
    _row(Machine.ASSIGNMENT, (), _A.PLANNED, (*_DESK, SYS), (), "", "the unit has another task"),
    _row(Machine.ASSIGNMENT, (), _A.OFFERED, (*_DESK, SYS), (), "60 s very urgent, 3 min urgent"),
    _row(Machine.ASSIGNMENT, (_A.PLANNED,), _A.OFFERED, (SYS,), (), "when the unit's task ends"),
    _row(
        Machine.ASSIGNMENT, (_A.OFFERED,), _A.ACCEPTED, (R, *_DESK), (cmd.AnswerOffer,),
        "nudge after 3 min, given to somebody else after 5 min", "OP on behalf, the channel noted",
    ),
    _row(Machine.ASSIGNMENT, (_A.OFFERED,), _A.DECLINED, (R, *_DESK), (cmd.AnswerOffer,), "", "costs nothing"),
    _row(
        Machine.ASSIGNMENT, (_A.OFFERED, _A.RECALLED), _A.STANDBY, (R, *_DESK), (cmd.AnswerOffer,), "the window's end",
        "an acceptance beyond the quota, or one that crossed the recall",
    ),
    _row(Machine.ASSIGNMENT, (_A.STANDBY,), _A.ACCEPTED, (SYS,), (), "as accepted", "somebody fell away"),
    _row(Machine.ASSIGNMENT, (_A.STANDBY,), _A.NOT_NEEDED, (SYS,), (), "the window's end"),
    _row(Machine.ASSIGNMENT, (_A.OFFERED,), _A.EXPIRED, (SYS,), (), "the window's end", "a vehicle that does not answer is told to SUP"),
    _row(
        Machine.ASSIGNMENT, (_A.PLANNED, _A.OFFERED, _A.STANDBY), _A.RECALLED, (*_DESK, SYS), (cmd.RecallAssignment,), "",
        "quota filled: all others in the same commit",
    ),
    _row(
        Machine.ASSIGNMENT, (_A.ACCEPTED, _A.EN_ROUTE), _A.RECALLED, (*_DESK, SYS), (), "",
        "the incident was cancelled or merged, or another ended it",
    ),
    _row(Machine.ASSIGNMENT, (_A.ACCEPTED,), _A.EN_ROUTE, (R, *_DESK), _MOVE, "1.5 × ETA; then OP"),
    _row(
        Machine.ASSIGNMENT, (_A.ACCEPTED, _A.EN_ROUTE), _A.ON_SCENE, (R, *_DESK, SYS), _MOVE, "check-in every 15 min, two misses tell SUP",
        "SYS after 30 s inside the geofence",
    ),
    _row(Machine.ASSIGNMENT, (_A.ON_SCENE,), _A.CONTACTED, (R, *_DESK), _MOVE, "check-in every 15 min; asked to clear after 30 min"),
    _row(Machine.ASSIGNMENT, (_A.ON_SCENE,), _A.NOT_FOUND, (R, *_DESK), _MOVE, "asked to clear after 30 min"),
    _row(
        Machine.ASSIGNMENT, (_A.CONTACTED,), _A.TRANSPORTING, (R, *_DESK), _MOVE,
        "the bed is held until ETA + 30 min; check-in every 15 min", "ST confirms the bed",
    ),
    _row(Machine.ASSIGNMENT, (_A.TRANSPORTING,), _A.AT_FACILITY, (R, ST, *_DESK), _MOVE, "asked to clear after 30 min"),
    _row(Machine.ASSIGNMENT, (_A.CONTACTED, _A.NOT_FOUND, _A.AT_FACILITY), _A.CLEARED, (R, *_DESK), _MOVE, ""),
    _row(
        Machine.ASSIGNMENT, (_A.ACCEPTED, _A.EN_ROUTE, _A.ON_SCENE, _A.CONTACTED), _A.ABORTED, (R, *_DESK, SYS),
        (*_MOVE, cmd.RecallAssignment), "", "with a reason; offered again at once. SYS when nobody departed",
    ),
)

_FIELD = (R, ST, *_DESK)
_SHIFT = (*_FIELD, SYS)
_BACK = (_U.AVAILABLE, _U.ON_PATROL)
_DUTY = (cmd.SetDuty,)

UNIT: Final = (
    _row(Machine.UNIT, (_U.OFF_DUTY,), _U.AVAILABLE, _SHIFT, _DUTY, "", "SYS: the shift begins"),
    _row(Machine.UNIT, (*_BACK, _U.ON_BREAK, _U.RETURNING), _U.OFF_DUTY, _SHIFT, _DUTY, "", "SYS: the shift ends"),
    _row(Machine.UNIT, (_U.AVAILABLE, _U.OFF_DUTY, _U.ON_BREAK, _U.RETURNING), _U.ON_PATROL, _SHIFT, _DUTY),
    _row(
        Machine.UNIT, (_U.ON_PATROL, _U.ON_BREAK, _U.RETURNING), _U.AVAILABLE, _SHIFT, _DUTY, "", "a break and a return end by themselves"
    ),
    _row(Machine.UNIT, (*_BACK, _U.RETURNING), _U.ON_BREAK, (R, *_DESK), _DUTY, "ends after 30 min"),
    _row(Machine.UNIT, (_U.OFF_DUTY, *_BACK, _U.ON_BREAK, _U.RETURNING), _U.OUT_OF_SERVICE, (ST, SUP), _DUTY),
    _row(Machine.UNIT, (_U.OUT_OF_SERVICE,), _U.AVAILABLE, (ST, SUP), _DUTY),
    _row(Machine.UNIT, (_U.OUT_OF_SERVICE,), _U.OFF_DUTY, (ST, SUP), _DUTY),
    _row(Machine.UNIT, (*_BACK, _U.RETURNING), _U.RESERVED, (SYS,), (), "", "an offer is out"),
    _row(Machine.UNIT, (_U.RESERVED,), _U.COMMITTED, (SYS,), (), "", "accepted"),
    _row(Machine.UNIT, (_U.RESERVED,), _U.AVAILABLE, (SYS,), (), "", "as before the offer: it is over"),
    _row(Machine.UNIT, (_U.RESERVED,), _U.ON_PATROL, (SYS,), (), "", "as before the offer: it is over"),
    _row(Machine.UNIT, (_U.COMMITTED,), _U.AVAILABLE, (SYS,), (), "", "as before; RETURNING follows if it had departed"),
    _row(Machine.UNIT, (_U.COMMITTED,), _U.ON_PATROL, (SYS,), (), "", "as before; RETURNING follows if it had departed"),
    _row(
        Machine.UNIT, (_U.AVAILABLE, _U.ON_PATROL), _U.RETURNING, (SYS,), (), "10 min",
        "in the commit that ended the task of a unit that had departed",
    ),
)

ROWS: Final = (*INCIDENT, *ASSIGNMENT, *UNIT)


def _index(rows: tuple[Row, ...]) -> dict[tuple[Machine, str | None, str | None], frozenset[Role]]:
    moves: dict[tuple[Machine, str | None, str | None], frozenset[Role]] = {}
    for row in rows:
        for before in row.before or (None,):
            key = (row.machine, before, row.to)
            moves[key] = moves.get(key, frozenset()) | frozenset(row.who)
    return moves


_By = dict[tuple[Machine, str | None, type[cmd.Body]], dict[str | None, frozenset[Role]]]


def _index_by_command(rows: tuple[Row, ...]) -> _By:
    asked: _By = {}
    for row in rows:
        for command in row.by:
            befores = asked.setdefault((row.machine, row.to, command), {})
            for before in row.before or (None,):
                befores[before] = befores.get(before, frozenset()) | frozenset(row.who)
    return asked


MOVES: Final = _index(ROWS)
_BY_COMMAND: Final = _index_by_command(ROWS)


def who_may(machine: Machine, before: str | None, to: str | None) -> frozenset[Role] | None:
    """Return the roles that may make this move, None when there is no such move."""
    return MOVES.get((machine, before, to))


def refusal(machine: Machine, before: str | None, to: str | None, command: type[cmd.Body], role: Role) -> str | None:
    """Say why a role may not make this move by this command, None when it may.

    not_your_role: asking somebody else helps, because this role never makes the move, or another one could make it now.
    wrong_state: the role makes it from other states, and nobody from this one.
    """
    befores = _BY_COMMAND.get((machine, to, command), {})
    now = befores.get(before)
    if now is not None:
        return None if role in now else "not_your_role"
    return "wrong_state" if not befores or any(role in who for who in befores.values()) else "not_your_role"
