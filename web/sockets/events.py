"""The events that clients send, checked against the table of access, and what they are answered."""

from collections.abc import Callable
from typing import Annotated, Any

import structlog
from flask import request
from flask_socketio import ConnectionRefusedError as NotLetIn
from flask_socketio import Namespace
from pydantic import Field, StringConstraints, ValidationError

from contracts.errors import NuandengError
from web import metrics
from web.access.caller import Caller
from web.access.check import check_role
from web.access.sessions import COOKIE, caller_of_claims, caller_of_token
from web.access.tokens import Claims
from web.api.values import FixBody
from web.api.wire import Wire
from web.problems import InvalidError, NoSessionError, at_the_edge
from web.services import Services
from web.sockets.console import ConsoleFeed
from web.sockets.field import FieldFeed

log = structlog.get_logger()
# The connection's identifier, which the library puts first, and what the client says.
_ARGUMENTS = 2
Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
Codes = Annotated[tuple[Code, ...], Field(max_length=500)]
Sequence = Annotated[int, Field(ge=-1, le=10**15)]
Epoch = Annotated[str, StringConstraints(max_length=64)]


class JoinAsk(Wire):
    """rooms: None for all that are allowed."""

    rooms: Codes | None = None
    since: Annotated[dict[Code, Sequence], Field(max_length=500)] = Field(default_factory=dict)
    epoch: Epoch | None = None


class SinceAsk(Wire):
    """What a client has."""

    jurisdiction: Code
    sequence: Sequence
    epoch: Epoch | None = None


class LeaveAsk(Wire):
    """Which rooms."""

    rooms: Codes


class PositionAsk(Wire):
    """Fixes of the own unit."""

    fixes: Annotated[tuple[FixBody, ...], Field(min_length=1, max_length=100)]


class Desk:
    """Who is connected to a namespace of this process, and since which log-in."""

    def __init__(self) -> None:
        self.callers: dict[str, Caller] = {}


class Guarded(Namespace):  # type: ignore[misc]  # Flask-SocketIO has no types
    """Checks every connect and every event; an error becomes an ack with its code."""

    def __init__(self, namespace: str, operation: str, services: Services) -> None:
        super().__init__(namespace)
        self.operation, self.services = operation, services
        self.desk = Desk()

    def trigger_event(self, event: str, *args: Any) -> Any:
        """Hand an event to its method; one that there is none for, or with more than one argument, is answered too."""
        if event not in {"connect", "disconnect"}:
            if not hasattr(self, f"on_{event}"):
                return _refusal(InvalidError(f"There is no event {event!r:.40}."))
            if len(args) > _ARGUMENTS:
                return _refusal(InvalidError(f"{event}: one argument."))
        return super().trigger_event(event, *args)

    def on_connect(self, auth: Any = None) -> None:
        """Let in whom the table lets in."""
        try:
            token = auth.get("token") if isinstance(auth, dict) else None
            if isinstance(token, str) and token:
                caller = caller_of_token(self.services, token)
            elif cookie := request.cookies.get(COOKIE):
                caller = caller_of_token(self.services, cookie, by_cookie=True)
            else:
                raise NoSessionError("There is neither a token nor a cookie.")
            check_role(caller, self.operation)
        except NuandengError as error:
            said = at_the_edge(error)
            raise NotLetIn(str(said), {"code": said.code, "what_to_do": said.what_to_do}) from error
        self.desk.callers[request.sid] = caller  # type: ignore[attr-defined]
        metrics.SOCKETS.labels(self.namespace).inc()

    def on_disconnect(self, *_: Any) -> None:
        """Forget the connection."""
        if self.desk.callers.pop(request.sid, None) is not None:  # type: ignore[attr-defined]
            metrics.SOCKETS.labels(self.namespace).dec()

    def answer(self, event: str, ask: type[Wire], given: Any, act: Callable[[Caller, str, Any], dict[str, Any]]) -> dict[str, Any]:
        """Check and do one event; return its ack."""
        sid: str = request.sid  # type: ignore[attr-defined]
        try:
            known = self.desk.callers.get(sid)
            if known is None:
                raise NoSessionError("This connection is not logged in.")  # noqa: TRY301
            # The account as it is now, not as it was at the connect.
            claims = Claims(known.account.account, known.session, known.expires_at_ms)
            caller = caller_of_claims(self.services, claims, by_cookie=known.by_cookie)
            check_role(caller, f"{self.operation}.{event}")
            return act(caller, sid, ask.model_validate(given if given is not None else {}))
        except ValidationError as err:
            return _refusal(InvalidError(f"{event}: {err.errors(include_url=False, include_input=False)[0]['msg']}"))
        except NuandengError as error:
            return _refusal(error)
        except Exception:
            # The top of an event: the client gets an answer whatever happened.
            log.exception("a socket event failed", ask=event)
            return {"ok": False, "code": "internal", "what_to_do": NuandengError.what_to_do}


def _refusal(error: NuandengError) -> dict[str, Any]:
    said = at_the_edge(error)
    return {"ok": False, "code": said.code, "what_to_do": said.what_to_do, "detail": str(said)}


class ConsoleEvents(Guarded):
    """/console."""

    def __init__(self, services: Services, feed: ConsoleFeed) -> None:
        super().__init__("/console", "socket.console", services)
        self._feed = feed

    def on_join(self, given: Any = None) -> dict[str, Any]:
        """Rooms, each with a snapshot or with what is missing."""
        return self.answer("join", JoinAsk, given, lambda caller, sid, ask: self._feed.join(caller, sid, ask.rooms, ask.since, ask.epoch))

    def on_since(self, given: Any = None) -> dict[str, Any]:
        """One room's missing part."""
        return self.answer(
            "since", SinceAsk, given, lambda caller, _, ask: self._feed.since(caller, ask.jurisdiction, ask.sequence, ask.epoch)
        )

    def on_leave(self, given: Any = None) -> dict[str, Any]:
        """No more of these rooms."""

        def leave(caller: Caller, sid: str, ask: LeaveAsk) -> dict[str, Any]:
            self._feed.leave(caller, sid, ask.rooms)
            return {"ok": True}

        return self.answer("leave", LeaveAsk, given, leave)


class FieldEvents(Guarded):
    """/field."""

    def __init__(self, services: Services, feed: FieldFeed) -> None:
        super().__init__("/field", "socket.field", services)
        self._feed = feed

    def on_join(self, given: Any = None) -> dict[str, Any]:
        """The phone's snapshot."""
        return self.answer("join", JoinAsk, given, lambda caller, sid, _: self._feed.join(caller, sid))

    def on_since(self, given: Any = None) -> dict[str, Any]:
        """A phone's snapshot is small: it is always sent whole."""

        def since(caller: Caller, sid: str, _: SinceAsk) -> dict[str, Any]:
            joined = self._feed.join(caller, sid)
            return {"ok": True, "epoch": joined["epoch"], "now_ms": joined["now_ms"], **next(iter(joined["rooms"].values()))}

        return self.answer("since", SinceAsk, given, since)

    def on_position(self, given: Any = None) -> dict[str, Any]:
        """Taken and forgotten: the next one follows."""

        def take(caller: Caller, _: str, ask: PositionAsk) -> dict[str, Any]:
            self.services.positions.take(caller, ask.fixes)
            return {"ok": True}

        return self.answer("position", PositionAsk, given, take)

    def on_disconnect(self, *_: Any) -> None:
        """Forget the phone."""
        self._feed.gone(request.sid)  # type: ignore[attr-defined]
        super().on_disconnect()
