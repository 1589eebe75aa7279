"""Log-ins: by cookie or bearer token, ended by log-out or when the account is disabled."""

from flask import Request, Response

from contracts.terms import Role
from web.access.caller import Caller
from web.access.passwords import LONGEST, verify
from web.access.tokens import LIFETIME_MS, Claims
from web.clock import now_ms
from web.problems import AwayError, BadCredentialsError, NoSessionError
from web.services import Services

COOKIE = "nd_session"
CSRF_COOKIE = "nd_csrf"
CSRF_HEADER = "X-CSRF-Token"


def log_in(services: Services, username: str, password: str, address: str) -> tuple[str, Caller]:
    """Return a token and who it is for. Raises ThrottledError, BadCredentialsError, AwayError, StoreAwayError."""
    if services.board.epoch is None:
        raise AwayError("The register of accounts is not loaded yet.")
    services.throttle.check(username, address)
    account = services.board.account_by_username(username)
    if account is not None and account.role in {Role.SYSTEM, Role.PUBLIC}:
        account = None
    right = len(password) <= LONGEST and verify(services.secrets, account.account if account else None, password)
    if not right or account is None:
        services.throttle.failed(username, address)
        raise BadCredentialsError("There is no account with this name and password.")
    services.throttle.succeeded(username)
    token, claims = services.tokens.issue(account.account, now_ms())
    return token, Caller(account=account, session=claims.session, expires_at_ms=claims.expires_at_ms)


def log_out(services: Services, caller: Caller) -> None:
    """End a session everywhere. Raises StoreAwayError."""
    services.ended.end(caller.session, caller.expires_at_ms)


def caller_of(services: Services, asked: Request) -> Caller:
    """Return who asks. Raises NoSessionError, AwayError."""
    scheme, _, bearer = asked.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and bearer:
        return caller_of_token(services, bearer.strip())
    cookie = asked.cookies.get(COOKIE)
    if not cookie:
        raise NoSessionError("There is neither a token nor a cookie.")
    return caller_of_token(services, cookie, by_cookie=True)


def caller_of_token(services: Services, token: str, *, by_cookie: bool = False) -> Caller:
    """Return who a token is for, with the account as it is now. Raises NoSessionError, AwayError."""
    claims = services.tokens.read(token, now_ms())
    if not services.board.accounts:
        raise AwayError("The register of accounts is not loaded yet.")
    return caller_of_claims(services, claims, by_cookie=by_cookie)


def caller_of_claims(services: Services, claims: Claims, *, by_cookie: bool = False) -> Caller:
    """Return who these claims stand for now. Raises NoSessionError."""
    account = services.board.account(claims.account)
    if account is None:
        raise NoSessionError("This account does not exist any more, or was disabled.")
    if claims.session in services.ended:
        raise NoSessionError("This log-in was ended.")
    return Caller(account=account, session=claims.session, expires_at_ms=claims.expires_at_ms, by_cookie=by_cookie)


def set_cookies(services: Services, response: Response, token: str, session: str) -> None:
    """Give the browser both halves."""
    secure = services.runtime.web.tls_certificate is not None or (services.runtime.web.public_url or "").startswith("https:")
    seconds = LIFETIME_MS // 1000
    response.set_cookie(COOKIE, token, max_age=seconds, secure=secure, httponly=True, samesite="Strict", path="/")
    response.set_cookie(
        CSRF_COOKIE, services.tokens.csrf(session), max_age=seconds, secure=secure, httponly=False, samesite="Strict", path="/"
    )


def clear_cookies(response: Response) -> None:
    """Take both back."""
    for name in (COOKIE, CSRF_COOKIE):
        response.delete_cookie(name, path="/", samesite="Strict")
