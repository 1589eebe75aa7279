"""For the auditor: the console as it was at a minute, and the steps from there. It asks the log alone and can change nothing."""

from typing import Annotated

from flask import Response
from pydantic import Field, model_validator

from web.access.check import Target
from web.api.reads import Code
from web.api.replies import reply
from web.api.routes import Call, route
from web.api.wire import Wire
from web.past_pages import PastPages, Question
from web.problems import AwayError, FieldError, InvalidError

# Until the year 5138; a longer number is a mistake in the unit.
_LATEST_MS = 10**14
_LATEST_SEQUENCE = 10**15
_PAGES = PastPages()

Sequence = Annotated[int, Field(ge=0, le=_LATEST_SEQUENCE)]


class MomentQuery(Wire):
    """at_ms: epoch ms; everything that had occurred by then. sequence: the moment right after this commit. Exactly one of the two."""

    jurisdiction: Code
    at_ms: Annotated[int, Field(ge=0, le=_LATEST_MS)] | None = None
    sequence: Sequence | None = None

    @model_validator(mode="after")
    def _one_moment(self) -> "MomentQuery":
        if (self.at_ms is None) == (self.sequence is None):
            raise ValueError("exactly one of at_ms and sequence")
        return self


class StepsQuery(Wire):
    """from_sequence, to_sequence: both are told. limit: at most as many; next_from_sequence leads on."""

    jurisdiction: Code
    from_sequence: Annotated[int, Field(ge=1, le=_LATEST_SEQUENCE)]
    to_sequence: Annotated[int, Field(ge=1, le=_LATEST_SEQUENCE)]
    limit: Annotated[int, Field(ge=1, le=500)] = 200


def _access(call: Call) -> int:
    """Check the place; return the last sequence of the jurisdiction's log that this process has heard of."""
    jurisdiction = call.query.jurisdiction
    if jurisdiction not in call.services.jurisdictions:
        raise InvalidError("There is no such jurisdiction.", errors=(FieldError("jurisdiction", "unknown"),))
    call.access(Target(area=jurisdiction))
    if call.services.board.epoch is None:
        raise AwayError("The read model is not loaded yet.")
    room = call.services.board.rooms.get(jurisdiction)
    return room.sequence if room else 0


@route("replay.read", "GET", "/replay", "The documents as they were", query=MomentQuery, gives={200: "Past"})
def read_moment(call: Call) -> Response:
    """Folded from the beginning of the log; names masked, sealed fields left out."""
    last = _access(call)
    query: MomentQuery = call.query
    past = _PAGES.ask(Question(jurisdiction=query.jurisdiction, area=call.who().area, until_ms=query.at_ms, to_sequence=query.sequence))
    return reply({"past": past, "last_sequence": last})


@route("replay.changes", "GET", "/replay/changes", "What each commit changed", query=StepsQuery, gives={200: "PastChanges"})
def read_changes(call: Call) -> Response:
    """In the order of the log; each entry as a live screen was told of it, and who caused it."""
    _access(call)
    query: StepsQuery = call.query
    if query.to_sequence < query.from_sequence:
        raise InvalidError("The range is empty.", errors=(FieldError("to_sequence", "not before from_sequence"),))
    asked = Question(
        jurisdiction=query.jurisdiction, area=call.who().area, from_sequence=query.from_sequence, to_sequence=query.to_sequence,
        limit=query.limit,
    )  # fmt: skip
    return reply(_PAGES.ask(asked))
