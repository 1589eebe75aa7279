"""What a volunteer's phone asks for besides commands: its snapshot, and Web Push."""

from typing import Annotated

from flask import Response
from pydantic import Field, StringConstraints

from web import push_subscriptions
from web.api.replies import reply
from web.api.routes import Call, route
from web.api.wire import Wire
from web.board.phone import phone_snapshot
from web.clock import now_ms
from web.problems import AwayError, NotFoundError


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
    """The own tasks and the own unit."""
    board = call.services.board
    if board.epoch is None:
        raise AwayError("The read model is not loaded yet.")
    unit = call.who().account.unit
    home = board.unit(unit) if unit else None
    if home is None:
        raise NotFoundError("This account has no unit.")
    return reply({"epoch": board.epoch, "jurisdiction": home.jurisdiction, **phone_snapshot(board, home.id, call.services.sealer)})


@route("push.key", "GET", "/push/key", "The key that this installation's pushes are signed with", gives={200: "PushKey"})
def read_push_key(call: Call) -> Response:
    """VAPID public key, base64url."""
    key = push_subscriptions.public_key(call.services.secrets)
    if key is None:
        raise NotFoundError("This installation has no VAPID keys yet; set-up makes them.")
    return reply({"key": key})


@route("push.subscribe", "POST", "/push/subscription", "Let this phone be rung", body=SubscriptionBody, gives={204: None})
def subscribe(call: Call) -> Response:
    """Kept in the secrets store; the same phone again replaces its old one."""
    body: SubscriptionBody = call.body
    account = call.who().account
    if account.unit is None:
        raise NotFoundError("This account has no unit.")
    push_subscriptions.store(
        call.services.secrets,
        push_subscriptions.Subscription(
            account=account.account,
            unit=account.unit,
            endpoint=body.endpoint,
            p256dh=body.keys.p256dh,
            auth=body.keys.auth,
            since_ms=now_ms(),
        ),
    )
    return Response(status=204)
