"""/console: a room per jurisdiction and area; snapshot, then changes."""

from collections.abc import Callable
from typing import Any

import gevent
import msgspec
from flask_socketio import SocketIO
from gevent.event import Event

from contracts.documents import Change, FeedEntry
from contracts.errors import StoreAwayError, UnreadableError
from web import metrics
from web.access.caller import Caller, rooms_of
from web.access.check import Target, check_target
from web.board.board import Board, within
from web.board.cards import SHOWN, card
from web.board.masking import MaskedNames
from web.problems import AwayError, NotYourAreaError
from web.services import Services

NAMESPACE = "/console"
# A gap longer than this costs more than a snapshot.
_LONGEST_CATCH_UP = 500


def room_name(jurisdiction: str, area: str) -> str:
    """Return the name of the room of those who see a jurisdiction from this area; they get the same bytes."""
    return f"{jurisdiction}@{area}"


def area_room(area: str) -> str:
    """Return the name of the room of all consoles whose account has this area, whatever they have joined."""
    return f"@{area}"


class ConsoleFeed:
    """Tells rooms of every entry, and answers joins from the board. A Listener of the follower."""

    def __init__(self, services: Services, sockets: SocketIO) -> None:
        self._services, self._sockets = services, sockets
        self._names = MaskedNames(services.sealer)
        self._areas: dict[str, set[str]] = {}
        self.renewed = Event()
        self.joined: Callable[[str, str, tuple[str, ...]], None] = lambda _sid, _area, _rooms: None

    @property
    def _board(self) -> Board:
        return self._services.board

    # --- listener

    def told(self, entry: FeedEntry) -> None:
        """Send an entry to every room of its jurisdiction, as each may see it."""
        for area in list(self._areas.get(entry.jurisdiction, ())):
            payload = self._payload(entry, area, fresh=True)
            self._sockets.emit("changes", payload, namespace=NAMESPACE, to=room_name(entry.jurisdiction, area))

    def begun_anew(self) -> None:
        """A heartbeat names the new epoch, and who sees it joins again: it comes now and not when it is due."""
        self.renewed.set()

    # --- rooms

    def join(self, caller: Caller, sid: str, rooms: tuple[str, ...] | None, since: dict[str, int], epoch: str | None) -> dict[str, Any]:
        """Enter rooms and return their state. Raises NotYourAreaError, AwayError."""
        allowed = rooms_of(caller.area, self._services.runtime.jurisdictions)
        wanted = allowed if rooms is None else rooms
        for room in wanted:
            if room not in allowed:
                raise NotYourAreaError(f"{room} is outside your area {caller.area}.")
            check_target(caller, "socket.console.join", Target(area=max(room, caller.area, key=len)))
        self._loaded()
        # Catching up asks Redis and lets others run; entering and snapshots don't: from here on nothing can come in between.
        catch_ups = {room: self._missed(room, since.get(room), epoch) for room in wanted}
        found = {}
        for room in wanted:
            found[room] = self._state(caller, room, catch_ups[room])
            self._enter(sid, room, caller.area)
        gevent.spawn(self.joined, sid, caller.area, tuple(wanted))
        return {"ok": True, "epoch": self._board.epoch, "now_ms": self._services.clock.now_ms(), "rooms": found}

    def since(self, caller: Caller, jurisdiction: str, sequence: int, epoch: str | None) -> dict[str, Any]:
        """Return what a client missed. Raises NotYourAreaError, AwayError."""
        if jurisdiction not in rooms_of(caller.area, self._services.runtime.jurisdictions):
            raise NotYourAreaError(f"{jurisdiction} is outside your area {caller.area}.")
        self._loaded()
        state = self._state(caller, jurisdiction, self._missed(jurisdiction, sequence, epoch))
        return {"ok": True, "epoch": self._board.epoch, "now_ms": self._services.clock.now_ms(), **state}

    def leave(self, caller: Caller, sid: str, rooms: tuple[str, ...]) -> None:
        """Hear no more of these."""
        for room in rooms:
            self._sockets.server.leave_room(sid, room_name(room, caller.area), namespace=NAMESPACE)

    def _loaded(self) -> None:
        if self._board.epoch is None:
            raise AwayError("The read model is not loaded yet.")

    def _enter(self, sid: str, room: str, area: str) -> None:
        self._areas.setdefault(room, set()).add(area)
        self._sockets.server.enter_room(sid, room_name(room, area), namespace=NAMESPACE)

    def _state(self, caller: Caller, jurisdiction: str, changes: list[FeedEntry] | None) -> dict[str, Any]:
        held = self._board.rooms.get(jurisdiction)
        sequence = held.sequence if held else 0
        if changes is not None and (changes[-1].sequence if changes else sequence) == sequence:
            return {"sequence": sequence, "changes": [self._payload(entry, caller.area, fresh=False) for entry in changes]}
        return {"sequence": sequence, "snapshot": {kind: self._board.shown(jurisdiction, kind, caller.area) for kind in SHOWN}}

    def _missed(self, jurisdiction: str, since: int | None, epoch: str | None) -> list[FeedEntry] | None:
        entries = self._catch_up(jurisdiction, since, epoch)
        if since is not None and entries is None:
            metrics.GAPS.labels(self._why(jurisdiction, since, epoch)).inc()
        return entries

    def _why(self, jurisdiction: str, since: int, epoch: str | None) -> str:
        """Name why a client that came back gets a snapshot."""
        held = self._board.rooms.get(jurisdiction)
        if epoch != self._board.epoch:
            return "other_epoch"
        if held is None or since > held.sequence:
            return "ahead_of_us"
        return "too_long" if held.sequence - since > _LONGEST_CATCH_UP else "feed_cut"

    def _catch_up(self, jurisdiction: str, since: int | None, epoch: str | None) -> list[FeedEntry] | None:
        """Return the entries a client lacks, None when a snapshot is due."""
        held = self._board.rooms.get(jurisdiction)
        if since is None or epoch != self._board.epoch or held is None or not 0 <= held.sequence - since <= _LONGEST_CATCH_UP:
            return None
        entries: list[FeedEntry] = []
        # While Redis was asked the board may have moved on: ask for the rest, without letting anybody in once there is none.
        for _ in range(5):
            reached = entries[-1].sequence if entries else since
            if reached == held.sequence:
                return entries
            try:
                more = self._services.read_model.since(jurisdiction, reached, upto=held.sequence)
            except (StoreAwayError, UnreadableError):
                return None
            if not more:
                return None
            entries += more
        return None

    # --- what a room may see of an entry

    def _payload(self, entry: FeedEntry, area: str, *, fresh: bool) -> dict[str, Any]:
        changes = [
            {"kind": change.kind, "id": change.id, "document": self._shown(entry.jurisdiction, change, area, fresh=fresh)}
            for change in entry.changes
            if change.kind in SHOWN
        ]
        return {
            "jurisdiction": entry.jurisdiction, "sequence": entry.sequence, "at_ms": entry.at_ms, "command_id": entry.command_id,
            "events": entry.events, "changes": changes, "epoch": self._board.epoch,
        }  # fmt: skip

    def _shown(self, jurisdiction: str, change: Change, area: str, *, fresh: bool) -> msgspec.Raw | None:
        if change.document is None:
            return None
        # A fresh entry was just taken into the board: its card is ready.
        found = self._board.find(change.kind, change.id, jurisdiction) if fresh else card(change.kind, change.document, self._names)
        if found is None or not within(found.area, area, jurisdiction):
            return None
        return found.shown
