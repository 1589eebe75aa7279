"""What goes wrong at the edge, each with a stable code and an HTTP status; problem+json says it."""

from typing import Any, ClassVar

import msgspec

from contracts.codes import REFUSALS
from contracts.errors import NuandengError, StoreAwayError

CONTENT_TYPE = "application/problem+json"
TRY_AGAIN_S = 2


class WebError(NuandengError):
    """Base. status: of HTTP; sockets use the code alone."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Internal error"

    def __init__(
        self,
        detail: str = "",
        *,
        errors: tuple["FieldError", ...] = (),
        retry_after_s: int | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.errors = errors
        self.retry_after_s = retry_after_s
        self.headers = headers or {}


class FieldError(msgspec.Struct, frozen=True):
    """One fault of a body or query. path: dotted, from the root."""

    path: str
    message: str


class UnreadableBodyError(WebError):
    """The body is not what its Content-Type says."""

    code, status, title = "unreadable", 400, "Unreadable"
    what_to_do = "Correct the body's form; /api/v1/openapi.json describes it."


class NoSessionError(WebError):
    """No token, a wrong one, an old one, or an account that was disabled."""

    code, status, title = "no_session", 401, "Not logged in"
    what_to_do = "Log in at POST /api/v1/session."


class BadCredentialsError(WebError):
    """Wrong name or password; which of the two is not told."""

    code, status, title = "bad_credentials", 401, "Wrong name or password"
    what_to_do = "Check both and try again; after a few failures there is a pause."


class BadSignatureError(WebError):
    """A webhook's signature is missing, wrong or old."""

    code, status, title = "bad_signature", 401, "Bad signature"
    what_to_do = "Sign time and body with the secret of this vendor, with a clock that is right to five minutes."


class CsrfError(WebError):
    """A write with the cookie but without its second half."""

    code, status, title = "csrf", 403, "Cross-site request refused"
    what_to_do = "Send the cookie nd_csrf back as the header X-CSRF-Token."


class NotYourRoleError(WebError):
    """The role may not do this anywhere."""

    code, status, title = "not_your_role", 403, "Not your role"
    what_to_do = "Ask somebody whose role may do this; your supervisor knows whom."


class NotYourAreaError(WebError):
    """The role may, but not here, or not for others."""

    code, status, title = "not_your_area", 403, "Not your area"
    what_to_do = "Ask whoever is responsible for this area, or for this task."


class NotFoundError(WebError):
    """No such route, document or picture."""

    code, status, title = "not_found", 404, "Not found"
    what_to_do = "Check the address; it may have been archived."


class MethodNotAllowedError(WebError):
    """The route exists, the method does not."""

    code, status, title = "method_not_allowed", 405, "Method not allowed"
    what_to_do = "Use a method named in the Allow header."


class RefusedError(WebError):
    """The rules said no; code and detail come from the commit."""

    code, status, title = "refused", 409, "Refused by the rules"
    what_to_do = "Look at the present state and decide again."


class TooLargeError(WebError):
    """A body over its limit."""

    code, status, title = "too_large", 413, "Too large"
    what_to_do = "Send at most 1 MB of JSON or XML, or a picture of at most 8 MB."


class InvalidError(WebError):
    """Unknown field, wrong type or value."""

    code, status, title = "invalid", 422, "Invalid"
    what_to_do = "Correct the fields named in errors."


class KeyReusedError(WebError):
    """One Idempotency-Key, two bodies."""

    code, status, title = "idempotency_key_reused", 422, "Idempotency-Key used before for something else"
    what_to_do = "Take a new key for a new request."


class ThrottledError(WebError):
    """Too many failed log-ins."""

    code, status, title = "throttled", 429, "Too many attempts"
    what_to_do = "Wait as long as Retry-After says."
    retry_helps = True


class AwayError(WebError):
    """Kafka or Redis does not answer."""

    code, status, title = "store_away", 503, "Try again in a moment"
    what_to_do = StoreAwayError.what_to_do
    retry_helps = True


class NotYetError(WebError):
    """The read model has not reached what was asked for."""

    code, status, title = "not_yet", 503, "Not there yet"
    what_to_do = "Ask again in a second."
    retry_helps = True


class InternalError(WebError):
    """Ours."""

    code, status, title = "internal", 500, "Internal error"


ALL: tuple[type[WebError], ...] = (
    UnreadableBodyError,
    NoSessionError,
    BadCredentialsError,
    BadSignatureError,
    CsrfError,
    NotYourRoleError,
    NotYourAreaError,
    NotFoundError,
    MethodNotAllowedError,
    RefusedError,
    TooLargeError,
    InvalidError,
    KeyReusedError,
    ThrottledError,
    AwayError,
    NotYetError,
    InternalError,
)


def from_rules(code: str, detail: str) -> WebError:
    """Return the refusal that a commit holds, in the words of the register of refusals."""
    if code == "key_reused":
        return KeyReusedError("This Idempotency-Key was used for another request.")
    known = REFUSALS.get(code)
    refused = RefusedError(detail or (known.title if known else ""))
    # The one problem whose code is data.
    members = {"code": code} | ({"title": known.title, "what_to_do": known.what_to_do, "retry_helps": known.retry} if known else {})
    for name, value in members.items():
        setattr(refused, name, value)
    return refused


def document(error: NuandengError) -> dict[str, Any]:
    """Return the members of problem+json."""
    known = error if isinstance(error, WebError) else None
    body: dict[str, Any] = {
        "type": f"/problems/{error.code}",
        "title": known.title if known else "Internal error",
        "status": known.status if known else 500,
        "detail": str(error),
        "code": error.code,
        "what_to_do": error.what_to_do,
        "retry": error.retry_helps,
    }
    if known and known.errors:
        body["errors"] = [msgspec.to_builtins(fault) for fault in known.errors]
    return body


def at_the_edge(error: NuandengError) -> WebError:
    """Return what a caller is told of an error from further in."""
    if isinstance(error, WebError):
        return error
    if isinstance(error, StoreAwayError):
        return AwayError(str(error))
    return InternalError(str(error))
