"""What became of a command."""

from flask import Response

from contracts.documents import Answer
from web.api.replies import reply
from web.api.routes import PREFIX, Call, route


@route("commands.read", "GET", "/commands/{command}", "What became of a command", gives={200: Answer, 202: "Pending"})
def read_command(call: Call) -> Response:
    """The answer, or 202 while it is unknown."""
    name = call.path["command"]
    answer = call.services.read_model.answer(name)
    if answer is None:
        return reply({"command_id": name, "href": f"{PREFIX}/commands/{name}"}, 202)
    return reply(answer)
