"""What every request passes: size, log-in, second half of the cookie, role, form. The one way from a Route to a view of Flask."""

import re
import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from flask import Request, Response, request
from pydantic import ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from contracts.trace_context import parse_traceparent
from web import metrics
from web.access.caller import Caller
from web.access.check import check_role
from web.access.sessions import CSRF_COOKIE, CSRF_HEADER, caller_of
from web.access.table import UNGUARDED
from web.api.routes import Call, Route
from web.api.wire import Wire
from web.problems import CsrfError, FieldError, InvalidError, TooLargeError, UnreadableBodyError
from web.services import Services

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_MOST_DEPTH = 32
M = TypeVar("M", bound=Wire)


def view_of(route: Route, services: Services) -> Callable[..., Response]:
    """Return Flask's view function of a route."""

    def view(**path: str) -> Response:
        started_s = time.perf_counter()
        try:
            return _answer(route, services, path)
        finally:
            metrics.REQUEST_S.labels(route.operation).observe(time.perf_counter() - started_s)

    view.__name__ = route.operation.replace(".", "_")
    return view


def _answer(route: Route, services: Services, path: dict[str, str]) -> Response:
    request.max_content_length = route.limit_bytes
    if (request.content_length or 0) > route.limit_bytes:
        raise TooLargeError(
            f"The body has {request.content_length} bytes; at most {route.limit_bytes} are taken.", headers={"Connection": "close"}
        )
    caller = None
    if route.operation not in UNGUARDED:
        caller = caller_of(services, request)
        _check_csrf(services, request, caller)
        check_role(caller, route.operation)
    raw = b"" if route.method in _SAFE or route.takes == "multipart/form-data" else _read(request)
    call = Call(
        services=services, operation=route.operation, caller=caller, path=path, raw=raw, key=_key(request),
        trace=parse_traceparent(request.headers.get("traceparent")),
        parse=partial(_body, route, raw),
        query=None if route.query is None else _parse_query(route.query, request),
    )  # fmt: skip
    return route.handler(call)


def _body(route: Route, raw: bytes) -> Wire | None:
    return None if route.body is None else parse(route.body, raw)


def _check_csrf(services: Services, asked: Request, caller: Caller) -> None:
    if not caller.by_cookie or asked.method in _SAFE:
        return
    if not services.tokens.check_csrf(caller.session, asked.cookies.get(CSRF_COOKIE), asked.headers.get(CSRF_HEADER)):
        raise CsrfError("The request came with the cookie alone.")


def _read(asked: Request) -> bytes:
    try:
        return asked.get_data(cache=False)
    except RequestEntityTooLarge as err:
        raise TooLargeError("The body is longer than is taken.", headers={"Connection": "close"}) from err


def _key(asked: Request) -> str | None:
    key = asked.headers.get("Idempotency-Key")
    if key is not None and not _KEY.fullmatch(key):
        raise InvalidError("Idempotency-Key", errors=(FieldError("Idempotency-Key", "1 to 200 visible ASCII characters"),))
    return key


def parse(model: type[M], raw: bytes) -> M:
    """Read a JSON body. Raises UnreadableBodyError, InvalidError."""
    if nests_deeper(raw, _MOST_DEPTH):
        raise UnreadableBodyError(f"The body is nested deeper than {_MOST_DEPTH}.")
    try:
        return model.model_validate_json(raw or b"{}")
    except ValidationError as err:
        faults = err.errors(include_url=False, include_input=False, include_context=False)
        if any(fault["type"] == "json_invalid" for fault in faults):
            raise UnreadableBodyError(faults[0]["msg"]) from err
        raise InvalidError("Some fields are not what they should be.", errors=_faults(faults)) from err


def _parse_query(model: type[Wire], asked: Request) -> Wire:
    try:
        return model.model_validate(asked.args.to_dict(), strict=False)
    except ValidationError as err:
        raise InvalidError(
            "Some parameters are not what they should be.", errors=_faults(err.errors(include_url=False, include_input=False))
        ) from err


def _faults(faults: list[Any]) -> tuple[FieldError, ...]:
    return tuple(FieldError(".".join(str(step) for step in fault["loc"]), fault["msg"]) for fault in faults[:20])


def nests_deeper(raw: bytes, most: int) -> bool:
    """Say whether brackets outside strings nest deeper than `most`; one pass, no growth."""
    depth = 0
    for found in _BRACKETS.finditer(raw):
        match found[0]:
            case b"{" | b"[":
                depth += 1
                if depth > most:
                    return True
            case b"}" | b"]":
                depth -= 1
            case _:
                pass
    return False


# Possessive: a string of a megabyte leaves nothing to go back to.
_BRACKETS = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{}]', re.DOTALL)
