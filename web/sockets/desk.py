"""Who is connected to a namespace of this process, and what each may ask: checked at the connect and at every event."""

from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from pydantic import ValidationError

from contracts.errors import NuandengError
from web import metrics
from web.access.caller import Caller
from web.access.check import check_role
from web.access.sessions import caller_of_claims, caller_of_token
from web.access.tokens import Claims
from web.api.wire import Wire
from web.clock import now_ms
from web.problems import InvalidError, NoSessionError, at_the_edge
from web.services import Services

log = structlog.get_logger()
Ask = TypeVar("Ask", bound=Wire)


class Desk:
    """callers: connection → who it is, as at the connect. operation: of the table of access, such as socket.field."""

    def __init__(self, services: Services, operation: str) -> None:
        self.services, self.operation = services, operation
        self._count = metrics.SOCKETS.labels("/" + operation.partition(".")[2])
        self.callers: dict[str, Caller] = {}

    def come(self, sid: str, auth: Any, cookie: str | None) -> Caller:
        """Let in whom the table lets in, by token or else by cookie, and return who it is. Raises NuandengError."""
        token = auth.get("token") if isinstance(auth, dict) else None
        if isinstance(token, str) and token:
            caller = caller_of_token(self.services, token)
        elif cookie:
            caller = caller_of_token(self.services, cookie, by_cookie=True)
        else:
            raise NoSessionError("There is neither a token nor a cookie.")
        check_role(caller, self.operation)
        self.callers[sid] = caller
        self._count.inc()
        return caller

    def leave(self, sid: str) -> None:
        """Forget a connection."""
        if self.callers.pop(sid, None) is not None:
            self._count.dec()

    def answer(
        self, sid: str, event: str, ask: type[Ask], given: Any, act: Callable[[Caller, str, Ask], dict[str, Any]]
    ) -> dict[str, Any]:
        """Check and do one event; return its ack."""
        try:
            known = self.callers.get(sid)
            if known is None:
                raise NoSessionError("This connection is not logged in.")  # noqa: TRY301
            # The account as it is now, not as it was at the connect.
            claims = Claims(known.account.account, known.session, known.expires_at_ms)
            caller = caller_of_claims(self.services, claims, by_cookie=known.by_cookie)
            check_role(caller, f"{self.operation}.{event}")
            return act(caller, sid, ask.model_validate(given if given is not None else {}))
        except ValidationError as err:
            return refusal(InvalidError(f"{event}: {err.errors(include_url=False, include_input=False)[0]['msg']}"))
        except NuandengError as error:
            return refusal(error)
        except Exception:
            # The top of an event: the client gets an answer whatever happened.
            log.exception("a socket event failed", ask=event)
            return {"ok": False, "code": "internal", "what_to_do": NuandengError.what_to_do}

    def ended(self, caller: Caller) -> str | None:
        """Return the code of why a log-in does not hold any more, None while it does."""
        if not self.services.board.accounts:
            return None
        if caller.expires_at_ms <= now_ms():
            return NoSessionError.code
        try:
            caller_of_claims(self.services, Claims(caller.account.account, caller.session, caller.expires_at_ms))
        except NoSessionError as ended:
            return ended.code
        return None


def refusal(error: NuandengError) -> dict[str, Any]:
    """Return the ack that says no."""
    said = at_the_edge(error)
    return {"ok": False, "code": said.code, "what_to_do": said.what_to_do, "detail": str(said)}


def not_an_event(name: str) -> dict[str, Any]:
    """Return the ack to an event that there is none of."""
    return refusal(InvalidError(f"There is no event {name!r:.40}."))


def too_many_arguments(name: str) -> dict[str, Any]:
    """Return the ack to an event that says more than one thing."""
    return refusal(InvalidError(f"{name}: one argument."))
