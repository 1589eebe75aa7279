"""The events that consoles send, checked against the table of access, and what they are answered."""

from typing import Any

from flask import request
from flask_socketio import ConnectionRefusedError as NotLetIn
from flask_socketio import Namespace, join_room

from contracts.errors import NuandengError
from web.access.caller import Caller
from web.access.sessions import COOKIE
from web.problems import at_the_edge
from web.services import Services
from web.sockets.asks import JoinAsk, LeaveAsk, SinceAsk
from web.sockets.console import ConsoleFeed, area_room
from web.sockets.desk import Desk, not_an_event, too_many_arguments

# The connection's identifier, which the library puts first, and what the client says.
_ARGUMENTS = 2


class ConsoleEvents(Namespace):  # type: ignore[misc]  # Flask-SocketIO has no types
    """/console: every connect and every event is checked; an error becomes an ack with its code."""

    def __init__(self, services: Services, feed: ConsoleFeed) -> None:
        super().__init__("/console")
        self.desk = Desk(services, "socket.console")
        self._feed = feed

    def trigger_event(self, event: str, *args: Any) -> Any:
        """Hand an event to its method; one that there is none for, or with more than one argument, is answered too."""
        if event not in {"connect", "disconnect"}:
            if not hasattr(self, f"on_{event}"):
                return not_an_event(event)
            if len(args) > _ARGUMENTS:
                return too_many_arguments(event)
        return super().trigger_event(event, *args)

    def on_connect(self, auth: Any = None) -> None:
        """Let in whom the table lets in."""
        try:
            caller = self.desk.come(request.sid, auth, request.cookies.get(COOKIE))  # type: ignore[attr-defined]
        except NuandengError as error:
            said = at_the_edge(error)
            raise NotLetIn(str(said), {"code": said.code, "what_to_do": said.what_to_do}) from error
        join_room(area_room(caller.area))

    def on_disconnect(self, *_: Any) -> None:
        """Forget the connection."""
        self.desk.leave(request.sid)  # type: ignore[attr-defined]

    def on_join(self, given: Any = None) -> dict[str, Any]:
        """Rooms, each with a snapshot or with what is missing."""

        def join(caller: Caller, sid: str, ask: JoinAsk) -> dict[str, Any]:
            return self._feed.join(caller, sid, ask.rooms, ask.since, ask.epoch)

        return self.desk.answer(request.sid, "join", JoinAsk, given, join)  # type: ignore[attr-defined]

    def on_since(self, given: Any = None) -> dict[str, Any]:
        """One room's missing part."""

        def since(caller: Caller, _: str, ask: SinceAsk) -> dict[str, Any]:
            return self._feed.since(caller, ask.jurisdiction, ask.sequence, ask.epoch)

        return self.desk.answer(request.sid, "since", SinceAsk, given, since)  # type: ignore[attr-defined]

    def on_leave(self, given: Any = None) -> dict[str, Any]:
        """No more of these rooms."""

        def leave(caller: Caller, sid: str, ask: LeaveAsk) -> dict[str, Any]:
            self._feed.leave(caller, sid, ask.rooms)
            return {"ok": True}

        return self.desk.answer(request.sid, "leave", LeaveAsk, given, leave)  # type: ignore[attr-defined]
