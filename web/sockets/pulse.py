"""What goes to consoles by the clock: heartbeats, who is on duty, positions; and the end of log-ins that were ended."""

from collections import defaultdict
from typing import Any

import gevent
import msgspec
import redis
from flask_socketio import SocketIO
from gevent.event import Event

from contracts.errors import StoreAwayError
from dispatch.areas import covers
from web.access.caller import Caller, rooms_of
from web.api.health import parts_of
from web.board.board import Board
from web.board.masking import mask
from web.board.whereabouts import Whereabouts
from web.clock import now_ms
from web.ports import Fixes
from web.services import Services
from web.sockets import console
from web.sockets.events import ConsoleEvents
from web.sockets.periodic import every

HEARTBEAT_S = 2.0
_POSITIONS_S = 1.0
_DUTY_KEY = "duty"
_DUTY_KEPT_MS = 8_000


class DutyPerson(msgspec.Struct, frozen=True):
    """Who sits at a console. area: whose colleagues may see it."""

    account: str
    role: str
    masked_name: str
    area: str
    simulated: bool


class Pulse:
    """Two greenlets of one process."""

    def __init__(self, services: Services, sockets: SocketIO, desks: ConsoleEvents, renewed: Event) -> None:
        """renewed: set when the board is another one, which the next heartbeat tells."""
        self._renewed = renewed
        self._services, self._sockets, self._desks = services, sockets, desks
        self._duty: list[DutyPerson] = []
        self._whereabouts = Whereabouts(services.read_model)

    def start(self) -> list[gevent.Greenlet]:
        """Begin."""
        return [gevent.spawn(every, HEARTBEAT_S, self.beat, self._renewed), gevent.spawn(every, _POSITIONS_S, self.tell_positions)]

    # --- heartbeats

    def beat(self) -> None:
        """Send everybody where each room stands; end what was ended."""
        self._services.ended.refresh(now_ms())
        self._end_sessions()
        self._note_duty()
        parts = parts_of(self._services)
        board = self._services.board
        for area in {caller.area for caller in self._desks.desk.callers.values()}:
            payload = self._heartbeat(board, area, parts)
            self._sockets.emit("heartbeat", payload, namespace=console.NAMESPACE, to=console.area_room(area))

    def _heartbeat(self, board: Board, area: str, parts: dict[str, str]) -> dict[str, Any]:
        age_ms = self._services.follower.age_ms
        rooms = {
            name: {"sequence": board.rooms[name].sequence, "age_ms": age_ms}
            for name in rooms_of(area, self._services.runtime.jurisdictions)
            if name in board.rooms
        }
        duty = [
            {"role": one.role, "masked_name": one.masked_name, "account": one.account, "area": one.area, "simulated": one.simulated}
            for one in self._duty
            if covers(area, one.area) or covers(one.area, area)
        ]
        return {"at_ms": self._services.clock.now_ms(), "epoch": board.epoch or "", "rooms": rooms, "parts": parts, "duty": duty}

    def _note_duty(self) -> None:
        """Tell the other processes who is here, and hear who is there."""
        now = now_ms()
        here = {_duty_of(caller) for caller in self._desks.desk.callers.values()}
        try:
            pipeline = self._services.redis.pipeline()
            if here:
                pipeline.zadd(_DUTY_KEY, {msgspec.json.encode(person).decode(): now for person in here})
            pipeline.zremrangebyscore(_DUTY_KEY, "-inf", now - _DUTY_KEPT_MS)
            pipeline.zrange(_DUTY_KEY, 0, 499)
            everybody = pipeline.execute()[-1]
        except redis.RedisError:
            self._duty = sorted(here, key=lambda person: (person.role, person.account))
            return
        self._duty = sorted(
            (msgspec.json.decode(raw, type=DutyPerson) for raw in everybody), key=lambda person: (person.role, person.account)
        )

    def _end_sessions(self) -> None:
        for sid, caller in list(self._desks.desk.callers.items()):
            code = self._desks.desk.ended(caller)
            if code is not None:
                self._sockets.emit("session_ended", {"code": code}, namespace=console.NAMESPACE, to=sid)
                gevent.sleep(0)
                self._sockets.server.disconnect(sid, namespace=console.NAMESPACE)

    # --- positions

    def tell_positions(self) -> None:
        """Send consoles the fixes that are new since the last time."""
        watched: dict[str, set[str]] = defaultdict(set)
        for area in {caller.area for caller in self._desks.desk.callers.values()}:
            for room in rooms_of(area, self._services.runtime.jurisdictions):
                watched[room].add(area)
        try:
            fresh = self._whereabouts.fresh(watched, self._services.board.epoch)
        except StoreAwayError:
            return
        for room, fixes in fresh.items():
            for area in watched[room] if fixes else ():
                self._send_positions(room, area, fixes, console.room_name(room, area))

    def tell_joined(self, sid: str, area: str, rooms: tuple[str, ...]) -> None:
        """Send a console that has just joined what is known already."""
        for room in rooms:
            self._send_positions(room, area, self._whereabouts.known(room), sid)

    def _send_positions(self, room: str, area: str, fixes: Fixes, to: str) -> None:
        held = self._services.board.rooms.get(room)
        on_duty = held.of("unit") if held else {}
        shown = [
            {"unit": unit, "lat_wgs84": lat, "lon_wgs84": lon, "at_ms": at_ms}
            for unit, (at_ms, lat, lon) in fixes.items()
            if unit in on_duty and covers(area, on_duty[unit].area)
        ]
        if shown:
            self._sockets.emit("positions", {"jurisdiction": room, "fixes": shown}, namespace=console.NAMESPACE, to=to)


def _duty_of(caller: Caller) -> DutyPerson:
    account = caller.account
    name = account.display_name if account.simulated else mask(account.display_name or account.username)
    return DutyPerson(account.account, account.role.value, name, account.area, account.simulated)
