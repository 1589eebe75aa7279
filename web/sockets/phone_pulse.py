"""What goes to phones by the clock: where they stand, and the end of log-ins that were ended."""

from typing import Any

import gevent

from web.api.health import parts_of
from web.clock import now_ms
from web.fanout.engine import Engine, Turn
from web.services import Services
from web.sockets.field import FieldFeed, shared_room
from web.sockets.periodic import every
from web.sockets.phones import PhoneEvents

HEARTBEAT_S = 2.0


class PhonePulse:
    """One greenlet of a process that serves phones."""

    def __init__(self, services: Services, engine: Engine, phones: PhoneEvents, feed: FieldFeed) -> None:
        self._services, self._engine, self._phones, self._feed = services, engine, phones, feed

    def start(self) -> list[gevent.Greenlet]:
        """Begin."""
        return [gevent.spawn(every, HEARTBEAT_S, self.beat, self._feed.renewed)]

    def beat(self) -> None:
        """Tell every phone where it stands; end what was ended. Others run meanwhile."""
        self._services.ended.refresh(now_ms())
        self._end_sessions()
        said: dict[str, Any] = {
            "at_ms": self._services.clock.now_ms(),
            "epoch": self._services.board.epoch or "",
            "parts": parts_of(self._services),
            "duty": [],
        }
        age_ms = self._services.follower.age_ms
        # Most phones stand where others of their county stand: they get the same bytes.
        frames: dict[tuple[str, int, int], bytes] = {}
        turn = Turn()
        for phone in self._feed.phones():
            stands = phone.home, phone.sequence, phone.shared
            frame = frames.get(stands)
            if frame is None:
                own, shared = ({"sequence": sequence, "age_ms": age_ms} for sequence in stands[1:])
                rooms = {phone.home: own, shared_room(phone.home): shared}
                frame = frames[stands] = self._engine.frame("heartbeat", said | {"rooms": rooms})
            self._engine.tell(phone.sid, frame)
            turn.next()

    def _end_sessions(self) -> None:
        turn = Turn()
        for name, caller in list(self._phones.desk.callers.items()):
            code = self._phones.desk.ended(caller)
            if code is not None:
                self._engine.tell(name, self._engine.frame("session_ended", {"code": code}))
                self._engine.show_out(name)
            turn.next()
