"""The events that phones send, checked against the table of access, and what they are answered. web.fanout's guests."""

from collections.abc import Callable
from typing import Any

from werkzeug.http import parse_cookie

from contracts.errors import NuandengError
from web.access.caller import Caller
from web.access.sessions import COOKIE
from web.fanout.engine import NotLetInError
from web.problems import at_the_edge
from web.services import Services
from web.sockets.asks import PhoneJoinAsk, PhoneSinceAsk, PositionAsk
from web.sockets.desk import Desk, not_an_event, too_many_arguments
from web.sockets.field import FieldFeed


class PhoneEvents:
    """/field. A web.fanout.engine.Guests."""

    def __init__(self, services: Services, feed: FieldFeed) -> None:
        self.desk = Desk(services, "socket.field")
        self._services, self._feed = services, feed
        self._events: dict[str, Callable[[str, Any], dict[str, Any]]] = {
            "join": self._join,
            "since": self._since,
            "position": self._position,
        }

    def come(self, name: str, auth: Any, cookie: str | None) -> None:
        """Let in whom the table lets in. Raises NotLetInError."""
        try:
            self.desk.come(name, auth, parse_cookie(cookie).get(COOKIE) if cookie else None)
        except NuandengError as error:
            said = at_the_edge(error)
            raise NotLetInError(str(said), {"code": said.code, "what_to_do": said.what_to_do}) from error

    def asks(self, name: str, event: str, arguments: list[Any]) -> dict[str, Any]:
        """Answer an event."""
        act = self._events.get(event)
        if act is None:
            return not_an_event(event)
        if len(arguments) > 1:
            return too_many_arguments(event)
        return act(name, arguments[0] if arguments else None)

    def gone(self, name: str) -> None:
        """Forget the phone."""
        self._feed.gone(name)
        self.desk.leave(name)

    def _join(self, name: str, given: Any) -> dict[str, Any]:
        """The phone's snapshots."""

        def join(caller: Caller, sid: str, _: PhoneJoinAsk) -> dict[str, Any]:
            return self._feed.join(caller, sid)

        return self.desk.answer(name, "join", PhoneJoinAsk, given, join)

    def _since(self, name: str, given: Any) -> dict[str, Any]:
        """A phone's snapshot is small: it is always sent whole."""

        def since(caller: Caller, sid: str, ask: PhoneSinceAsk) -> dict[str, Any]:
            joined = self._feed.join(caller, sid)
            rooms = joined["rooms"]
            room = rooms.get(ask.jurisdiction, next(iter(rooms.values())))
            return {"ok": True, "epoch": joined["epoch"], "now_ms": joined["now_ms"], **room}

        return self.desk.answer(name, "since", PhoneSinceAsk, given, since)

    def _position(self, name: str, given: Any) -> dict[str, Any]:
        """Taken and forgotten: the next one follows."""

        def take(caller: Caller, _: str, ask: PositionAsk) -> dict[str, Any]:
            self._services.positions.take(caller, ask.fixes)
            return {"ok": True}

        return self.desk.answer(name, "position", PositionAsk, given, take)
