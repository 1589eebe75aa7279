"""The application: services in, a Flask app with its sockets out."""

from functools import partial
from pathlib import Path
from typing import NamedTuple

import gevent
import structlog
from flask import Flask, Response, request
from flask_socketio import SocketIO
from flask_talisman import Talisman
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from contracts.documents import FeedEntry
from contracts.errors import NuandengError
from contracts.runtime import WebListener
from stream.log_clock import LogClock
from web import metrics, problems
from web.api.every import ROUTES
from web.api.guard import view_of
from web.api.replies import problem
from web.fanout.handshake import host_name, page_told_port
from web.phones import Phones
from web.services import Services
from web.sockets import codec
from web.sockets.console import ConsoleFeed
from web.sockets.events import ConsoleEvents
from web.sockets.packets import TextPacket, let_go_of_strangers
from web.sockets.pulse import Pulse
from web.static_files import FrontEnds

log = structlog.get_logger()
CSP = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "worker-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' blob:",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
_PERMISSIONS = {"geolocation": "(self)", "camera": "(self)", "microphone": "()", "payment": "()", "usb": "()"}
_PING_S = 5


class Web(NamedTuple):
    """An application and its sockets, ready to be served. phones: those that this process serves beside the consoles."""

    app: Flask
    sockets: SocketIO
    services: Services
    pulse: Pulse
    phones: Phones


def create_app(services: Services) -> Web:
    """Put the application together. Nothing runs yet: `start` begins to follow the feed."""
    app = Flask("web", static_folder=None)
    # Registered before Talisman, so that it sees what Talisman wrote.
    app.after_request(partial(_let_phones_connect, services.runtime.web))
    app.config["MAX_FORM_PARTS"] = 10
    app.config["MAX_FORM_MEMORY_SIZE"] = 100_000
    tls = services.runtime.web.tls_certificate is not None
    Talisman(
        app,
        force_https=False,
        strict_transport_security=tls,
        session_cookie_secure=tls,
        content_security_policy=CSP,
        frame_options="DENY",
        referrer_policy="no-referrer",
        permissions_policy=_PERMISSIONS,
        x_xss_protection=False,
    )
    for route in ROUTES:
        app.add_url_rule(_flask_path(route.path), route.operation, view_of(route, services), methods=[route.method])
    FrontEnds(Path(services.dist)).register(app)
    _register_errors(app)
    app.after_request(_count)
    sockets = SocketIO(
        app,
        async_mode="gevent",
        transports=["websocket"],
        ping_interval=_PING_S,
        ping_timeout=_PING_S,
        json=codec,
        serializer=TextPacket,
        cors_allowed_origins=None,
        max_http_buffer_size=100_000,
        manage_session=False,
        always_connect=False,
    )
    let_go_of_strangers(sockets)
    console_feed = ConsoleFeed(services, sockets)
    services.follower.listeners += [Lag(services.clock), console_feed]
    desks = ConsoleEvents(services, console_feed)
    sockets.on_namespace(desks)
    pulse = Pulse(services, sockets, desks, console_feed.renewed)
    console_feed.joined = pulse.tell_joined
    return Web(app, sockets, services, pulse, Phones(services))


def start(web: Web) -> list[gevent.Greenlet]:
    """Begin to follow the feed, to send heartbeats and positions. Returns what must be killed in the end."""
    web.services.follower.start()
    return [*web.pulse.start(), *web.phones.start(), gevent.spawn(web.services.positions.run)]


def _flask_path(path: str) -> str:
    return path.replace("{", "<").replace("}", ">")


def _let_phones_connect(web: WebListener, response: Response) -> Response:
    """Name the phones' port in the policy of our pages, where they have one."""
    port, host = page_told_port(web), host_name(request.host)
    policy = response.headers.get("Content-Security-Policy")
    if port is not None and host is not None and policy is not None:
        scheme = "wss" if web.tls_certificate else "ws"
        response.headers["Content-Security-Policy"] = policy.replace("connect-src 'self'", f"connect-src 'self' {scheme}://{host}:{port}")
    return response


def _count(response: Response) -> Response:
    metrics.RESPONSES.labels(str(response.status_code)).inc()
    return response


def _register_errors(app: Flask) -> None:
    @app.errorhandler(NuandengError)
    def ours(error: NuandengError) -> Response:
        said = problems.at_the_edge(error)
        if said.status == problems.InternalError.status:
            log.error("a request failed", code=error.code, detail=str(error))
        return problem(said)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        match error:
            case NotFound():
                return problem(problems.NotFoundError("There is no such address."))
            case MethodNotAllowed():
                allowed = ", ".join(sorted(error.valid_methods or ()))
                return problem(problems.MethodNotAllowedError(f"Allowed: {allowed}.", headers={"Allow": allowed}))
            case RequestEntityTooLarge():
                return problem(problems.TooLargeError("The body is longer than is taken.", headers={"Connection": "close"}))
            case _ if error.code is not None and 300 <= error.code < 400:
                return Response(error.get_body(), error.code, dict(error.get_headers()))
            case _:
                return problem(problems.UnreadableBodyError(error.description or error.name))

    @app.errorhandler(Exception)
    def anything(error: Exception) -> Response:
        # The top of a request: it is logged whole, and the caller learns nothing of our insides.
        log.error("a request failed", exc_info=error)
        return problem(problems.InternalError("Something failed here; it was logged."))


class Lag:
    """Measures how long after its commit an entry reaches this process. A Listener of the follower."""

    def __init__(self, clock: LogClock) -> None:
        self._clock = clock

    def told(self, entry: FeedEntry) -> None:
        """Count and measure."""
        metrics.TOLD.labels(entry.jurisdiction).inc()
        metrics.FEED_LAG_S.observe(max(0, self._clock.now_ms() - entry.at_ms) / 1000)

    def begun_anew(self) -> None:
        """Nothing to measure."""
