"""What became of a command."""

from flask import Response

from contracts.documents import Answer
from web.access.caller import rooms_of
from web.access.table import DESKS
from web.api.replies import reply
from web.api.routes import PREFIX, Call, route
from web.api.submit import asked_by
from web.problems import NotFoundError


@route("commands.read", "GET", "/commands/{command}", "What became of a command", gives={200: Answer, 202: "Pending"})
def read_command(call: Call) -> Response:
    """The answer, or 202 while it is unknown. For who asked it, and for desks of where it was decided; the platform's own are nobody's."""
    name = call.path["command"]
    if name.startswith("sys:"):
        raise NotFoundError(f"There is no command {name} of yours.")
    answer = call.services.read_model.answer(name)
    if answer is None:
        return reply({"command_id": name, "href": f"{PREFIX}/commands/{name}"}, 202)
    caller = call.who()
    of_the_desk = caller.role in DESKS and answer.jurisdiction in rooms_of(caller.area, call.services.runtime.jurisdictions)
    if not of_the_desk and not asked_by(call, name):
        raise NotFoundError(f"There is no command {name} of yours.")
    return reply(answer)
