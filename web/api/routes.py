"""The list of routes: method, path, operation (a row of the table of access), what goes in and what comes out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flask import Response

from contracts.trace_context import TraceParent
from web.access.caller import Caller
from web.access.check import Target, check_target
from web.api.wire import Wire
from web.services import Services

PREFIX = "/api/v1"
JSON_LIMIT_BYTES = 1_000_000
PICTURE_LIMIT_BYTES = 8_000_000


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request. caller None: the operation needs no account. key: Idempotency-Key, None when absent.
    trace: the step of the caller's own trace, None when it named none.

    parse: reads the body. It is not read before somebody looks at it: who may not act here is not told what is wrong with it.
    """

    services: Services
    operation: str
    caller: Caller | None
    path: dict[str, str]
    parse: Callable[[], Any]
    query: Any
    raw: bytes
    key: str | None
    trace: TraceParent | None

    @cached_property
    def body(self) -> Any:
        """The body as the route's model, None when it takes none. Raises UnreadableBodyError, InvalidError."""
        return self.parse()

    def checked_raw(self) -> bytes:
        """Return the body as it came, once it was read as the route's model. Raises as `body`."""
        self.parse()
        return self.raw

    def who(self) -> Caller:
        """Return the caller of an operation that needs one."""
        if self.caller is None:
            raise LookupError(f"{self.operation} is open and has no caller")
        return self.caller

    def access(self, target: Target) -> None:
        """Check the caller against what the operation concerns. Raises NotYourRoleError, NotYourAreaError."""
        check_target(self.who(), self.operation, target)


@dataclass(frozen=True, kw_only=True)
class Route:
    """body, query: models of what goes in. gives: status → msgspec type, model, or media type of what comes out."""

    operation: str
    method: str
    path: str
    summary: str
    handler: Callable[[Call], Response]
    body: type[Wire] | None = None
    query: type[Wire] | None = None
    takes: str | None = None
    gives: dict[int, Any] = field(default_factory=dict)
    limit_bytes: int = JSON_LIMIT_BYTES
    command: bool = False


ROUTES: list[Route] = []


def route(
    operation: str, method: str, path: str, summary: str, *, body: type[Wire] | None = None, query: type[Wire] | None = None,
    takes: str | None = None, gives: dict[int, Any] | None = None, limit_bytes: int = JSON_LIMIT_BYTES, command: bool = False,
) -> Callable[[Callable[[Call], Response]], Callable[[Call], Response]]:  # fmt: skip
    """Add a route. path is below /api/v1 unless it begins with a double slash, e.g. '//healthz'."""

    def add(handler: Callable[[Call], Response]) -> Callable[[Call], Response]:
        full = path[1:] if path.startswith("//") else PREFIX + path
        ROUTES.append(Route(
            operation=operation, method=method, path=full, summary=summary, handler=handler, body=body, query=query, takes=takes,
            gives=gives or {}, limit_bytes=limit_bytes, command=command,
        ))  # fmt: skip
        return handler

    return add
