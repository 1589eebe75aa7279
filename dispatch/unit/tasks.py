"""What tasks do to their unit: RESERVED, COMMITTED and the queue follow from them and are never set by hand."""

from typing import Final

import msgspec

from contracts.terms import AssignmentState
from dispatch.assignment.entity import GOING, Assignment
from dispatch.tables import Header, Tables

_DAY_MS: Final = 86_400_000
_ANSWERS_KEPT: Final = 20
_UNANSWERED = frozenset({AssignmentState.DECLINED, AssignmentState.EXPIRED})
_ACCEPTED: Final = AssignmentState.ACCEPTED.value
replace = msgspec.structs.replace


def take_unit(state: Tables, task: Assignment, header: Header, *, committed: bool, answer: bool | None = None) -> None:
    """The task holds its unit: reserved, or committed once it was accepted."""
    unit = state.units[task.unit]
    answers = unit.answers if answer is None else (*unit.answers, answer)[-_ANSWERS_KEPT:]
    queued = _without(unit.queued, task.id)
    state.put_unit(
        replace(
            unit, version=header.sequence, assignment=task.id, incident=task.incident, committed=committed, queued=queued, answers=answers,
            returning=False, clocks=() if unit.returning else unit.clocks,
        )
    )


def queue_unit(state: Tables, task: Assignment, header: Header) -> None:
    """The task waits for its unit."""
    unit = state.units[task.unit]
    state.put_unit(replace(unit, version=header.sequence, queued=(*unit.queued, task.id)))


def release_unit(state: Tables, task: Assignment, before: AssignmentState, header: Header) -> None:
    """The task ended; its unit is free of it, and remembers how long it took and whether it answered."""
    unit = state.units[task.unit]
    answers = (*unit.answers, False)[-_ANSWERS_KEPT:] if task.state in _UNANSWERED else unit.answers
    spans = unit.spans
    load_h = unit.load_h
    if before in GOING:
        accepted_at_ms = task.times_ms.get(_ACCEPTED, header.at_ms)
        since_ms = header.at_ms - _DAY_MS
        kept = [(max(start, since_ms), end) for start, end in spans if end > since_ms]
        spans = (*kept, (max(accepted_at_ms, since_ms), header.at_ms))
        load_h = round(sum([end - start for start, end in spans]) / 3_600_000, 2)
    changes = {"assignment": None, "incident": None, "committed": False} if unit.assignment == task.id else {}
    state.put_unit(
        replace(
            unit, version=header.sequence, queued=_without(unit.queued, task.id), answers=answers, spans=spans, load_h=load_h,
            **changes,
        )
    )


def _without(queued: tuple[str, ...], task: str) -> tuple[str, ...]:
    return tuple([waiting for waiting in queued if waiting != task]) if queued else ()
