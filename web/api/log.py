"""For the auditor: the digest of what is live, and the log itself."""

from typing import Annotated

from flask import Response
from pydantic import Field, StringConstraints

from stream.readmodel.read import live_digest
from web.access.check import Target
from web.api.replies import reply
from web.api.routes import Call, route
from web.api.wire import Wire
from web.log_pages import LogPages
from web.problems import FieldError, InvalidError

# What was learned of the log stays with the process.
_PAGES = LogPages()


class LogQuery(Wire):
    """from: the first sequence."""

    jurisdiction: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
    start: Annotated[int, Field(ge=1, alias="from")] = 1
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


@route("digest", "GET", "/digest", "The digest of the live state", gives={200: "Digest"})
def read_digest(call: Call) -> Response:
    """Equal to that of a replay at the same offsets."""
    found = live_digest(call.services.redis)
    offsets = {str(partition): offset for partition, offset in sorted(found.offsets.items())}
    return reply({"offsets": offsets, "digest": found.digest, "epoch": found.epoch})


@route("log", "GET", "/log", "Commits as stored", query=LogQuery, gives={200: "Commits"})
def read_log(call: Call) -> Response:
    """Personal fields stay sealed."""
    query: LogQuery = call.query
    if query.jurisdiction not in call.services.jurisdictions:
        raise InvalidError("There is no such jurisdiction.", errors=(FieldError("jurisdiction", "unknown"),))
    call.access(Target(area=query.jurisdiction))
    items = _PAGES.page(query.jurisdiction, query.start, query.limit)
    return reply({"items": items, "next_from": query.start + len(items) if len(items) == query.limit else None})
