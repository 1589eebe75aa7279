"""Log in, log out, who am I."""

from typing import Any

from flask import Response, request

from web import metrics
from web.access.caller import Caller, rooms_of
from web.access.sessions import clear_cookies, log_in, log_out, set_cookies
from web.api.bodies import LoginBody
from web.api.replies import reply
from web.api.routes import Call, route
from web.fanout.handshake import page_told_port
from web.problems import WebError
from web.services import Services


def me(services: Services, caller: Caller) -> dict[str, Any]:
    """Return what a front-end needs to know of its own account."""
    account = caller.account
    known = {one.code: one for one in services.runtime.jurisdictions}
    # The longest code that the area begins with names it; a city may be listed with four digits or six.
    near = max((code for code in known if account.area.startswith(code.rstrip("0"))), key=len, default=None)
    name = {"zh": known[near].name_zh, "en": known[near].name_en} if near else {"zh": account.area, "en": account.area}
    return {
        "account": account.account, "username": account.username, "role": account.role, "area": account.area, "area_name": name,
        "unit": account.unit, "point": account.point, "display_name": account.display_name,
        "jurisdictions": rooms_of(account.area, services.runtime.jurisdictions), "simulated": account.simulated,
        "phones_port": page_told_port(services.runtime.web),
    }  # fmt: skip


@route("session.open", "POST", "/session", "Log in", body=LoginBody, gives={200: "Session"})
def open_session(call: Call) -> Response:
    """Set the cookies and return the bearer token."""
    try:
        token, caller = log_in(call.services, call.body.username, call.body.password, request.remote_addr or "")
    except WebError as err:
        metrics.LOGINS.labels(err.code).inc()
        raise
    metrics.LOGINS.labels("ok").inc()
    response = reply({"access_token": token, "expires_at_ms": caller.expires_at_ms, "me": me(call.services, caller)})
    set_cookies(call.services, response, token, caller.session)
    return response


@route("session.close", "DELETE", "/session", "Log out", gives={204: None})
def close_session(call: Call) -> Response:
    """End this log-in on every device that has its token."""
    log_out(call.services, call.who())
    response = Response(status=204, headers={"Cache-Control": "no-store"})
    clear_cookies(response)
    return response


@route("me", "GET", "/me", "Who am I", gives={200: "Me"})
def read_me(call: Call) -> Response:
    """The own account."""
    return reply(me(call.services, call.who()))
