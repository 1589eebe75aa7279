"""What a volunteer's phone asks for besides commands: its snapshot, and Web Push."""

from typing import Annotated

from flask import Response
from pydantic import Field, StringConstraints

from contracts.errors import UnreadableError
from stream.push import add_subscription, vapid_public_key
from web.api.replies import reply
from web.api.routes import Call, route
from web.api.wire import Wire
from web.board.phone import phone_snapshot, plans_in_force
from web.problems import AwayError, FieldError, InvalidError, NotFoundError


class PushKeys(Wire):
    """As the browser gives them."""

    p256dh: Annotated[str, StringConstraints(min_length=80, max_length=100)]
    auth: Annotated[str, StringConstraints(min_length=20, max_length=40)]


class SubscriptionBody(Wire):
    """PushSubscription.toJSON() of the browser."""

    endpoint: Annotated[str, StringConstraints(pattern=r"^https?://", max_length=2000)]
    keys: PushKeys
    expiration_time: float | None = Field(default=None, alias="expirationTime")


@route("field.read", "GET", "/field", "The phone's snapshot", gives={200: "FieldSnapshot"})
def read_field(call: Call) -> Response:
    """The own tasks, the own unit, and the plans in force there."""
    board = call.services.board
    if board.epoch is None:
        raise AwayError("The read model is not loaded yet.")
    unit = call.who().account.unit
    home = board.unit(unit) if unit else None
    if home is None:
        raise NotFoundError("This account has no unit.")
    plans = plans_in_force(board, home.jurisdiction)
    return reply(
        {"epoch": board.epoch, "jurisdiction": home.jurisdiction, **phone_snapshot(board, home.id, call.services.sealer), "plan": plans}
    )


@route("push.key", "GET", "/push/key", "The key that this installation's pushes are signed with", gives={200: "PushKey"})
def read_push_key(call: Call) -> Response:
    """VAPID public key, base64url."""
    return reply({"key": vapid_public_key(call.services.secrets)})


@route("push.subscribe", "POST", "/push/subscription", "Let this phone be rung", body=SubscriptionBody, gives={204: None})
def subscribe(call: Call) -> Response:
    """Kept in the secrets store; the same phone again replaces its old one."""
    unit = call.who().account.unit
    if unit is None:
        raise NotFoundError("This account has no unit.")
    try:
        add_subscription(call.services.secrets, unit, call.checked_raw())
    except UnreadableError as err:
        raise InvalidError(str(err), errors=(FieldError("endpoint", str(err)),)) from err
    return Response(status=204)
