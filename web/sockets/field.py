"""/field: a phone hears of its own tasks and unit, with all phones of its jurisdiction of the plans in force, and of nothing else."""

from collections.abc import Iterable
from typing import Any, Protocol

import msgspec
from gevent.event import Event

from contracts.documents import FeedEntry, IncidentDocument
from web.access.caller import Caller
from web.board.phone import phone_snapshot, plans_in_force
from web.fanout.engine import Turn
from web.problems import AwayError, NotFoundError
from web.services import Services

NAMESPACE = "/field"
_encoder = msgspec.json.Encoder()


class Wire(Protocol):
    """What carries frames to phones; web.fanout.engine.Engine is it."""

    def frame(self, event: str, body: Any) -> bytes:
        """Encode an event once."""

    def tell(self, name: str, frame: bytes) -> None:
        """Send a frame to one connection; nothing happens when it has ended."""


class Phone:
    """One connection that has joined.

    home: jurisdiction of its unit. sequence: counts what it alone was told; shared: what it was told with the others of its home.
    told: (kind, id) → hash of the JSON that it has.
    """

    __slots__ = ("home", "sequence", "shared", "sid", "told", "unit")

    def __init__(self, sid: str, unit: str) -> None:
        self.sid, self.unit = sid, unit
        self.home = ""
        self.sequence = self.shared = 0
        self.told: dict[tuple[str, str], int] = {}


class Shared:
    """What all phones of one jurisdiction see. sequence: counts its changes in this process."""

    def __init__(self, documents: bytes) -> None:
        self.sequence = 1
        self.documents = documents


def shared_room(jurisdiction: str) -> str:
    """Return the name of the room that all phones of a jurisdiction are in."""
    return f"{jurisdiction}.all"


class FieldFeed:
    """Composes what phones see from the board and tells each the difference. A Listener of the follower."""

    def __init__(self, services: Services, wire: Wire) -> None:
        self._services, self._wire = services, wire
        self._phones: dict[str, Phone] = {}
        self._by_unit: dict[str, tuple[str, ...]] = {}
        self._shared: dict[str, Shared] = {}
        self._epoch = services.board.epoch
        self.renewed = Event()

    # --- listener

    def told(self, entry: FeedEntry) -> None:
        """Look which phones an entry concerns, and tell them."""
        if not self._phones:
            return
        if any(change.kind == "plan" for change in entry.changes):
            self._tell_shared(entry.jurisdiction, entry)
        turn = Turn()
        for sid in self._concerned(entry):
            phone = self._phones.get(sid)
            if phone is not None:
                self._tell(phone, entry)
                turn.next()

    def begun_anew(self) -> None:
        """After a gap the same epoch goes on: tell what lies between. Another one is named by a heartbeat at once: phones join again."""
        board = self._services.board
        if board.epoch == self._epoch:
            at_ms = self._services.clock.now_ms()
            entries = {
                room.jurisdiction: FeedEntry(
                    jurisdiction=room.jurisdiction, sequence=room.sequence, at_ms=at_ms, command_id="", events=(), changes=()
                )
                for room in board.rooms.values()
            }
            for jurisdiction, entry in entries.items():
                self._tell_shared(jurisdiction, entry)
            turn = Turn()
            for phone in self.phones():
                if phone.home in entries:
                    self._tell(phone, entries[phone.home])
                    turn.next()
        else:
            self.renewed.set()
        self._epoch = board.epoch

    # --- phones

    def join(self, caller: Caller, sid: str) -> dict[str, Any]:
        """Return the phone's snapshots; from here on it hears of every difference. Raises AwayError, NotFoundError."""
        board = self._services.board
        if board.epoch is None:
            raise AwayError("The read model is not loaded yet.")
        unit = board.unit(caller.account.unit) if caller.account.unit else None
        if unit is None:
            raise NotFoundError("This account has no unit.")
        phone = self._phones.get(sid)
        if phone is None:
            phone = self._phones[sid] = Phone(sid, unit.id)
            self._by_unit[unit.id] = (*self._by_unit.get(unit.id, ()), sid)
        snapshot = phone_snapshot(board, unit.id, self._services.sealer)
        shared = self._shared_of(unit.jurisdiction)
        phone.home = unit.jurisdiction
        phone.sequence += 1
        phone.shared = shared.sequence
        phone.told = {key: hash(raw) for key, raw in _flat(snapshot)}
        return {
            "ok": True,
            "epoch": board.epoch,
            "now_ms": self._services.clock.now_ms(),
            "rooms": {
                phone.home: {"sequence": phone.sequence, "snapshot": snapshot},
                shared_room(phone.home): {"sequence": phone.shared, "snapshot": {"plan": msgspec.Raw(shared.documents)}},
            },
        }

    def gone(self, sid: str) -> None:
        """A connection ended."""
        phone = self._phones.pop(sid, None)
        if phone is not None:
            left = tuple(other for other in self._by_unit[phone.unit] if other != sid)
            if left:
                self._by_unit[phone.unit] = left
            else:
                del self._by_unit[phone.unit]

    def phones(self) -> list[Phone]:
        """Return every phone that has joined."""
        return list(self._phones.values())

    def _concerned(self, entry: FeedEntry) -> set[str]:
        found: set[str] = set()
        everybody_here = False
        for change in entry.changes:
            match change.kind:
                case "unit" | "roster":
                    found.update(self._by_unit.get(change.id, ()))
                case "incident":
                    card = self._services.board.find("incident", change.id, entry.jurisdiction)
                    if card is not None and isinstance(card.document, IncidentDocument):
                        for assignment in card.document.assignments:
                            found.update(self._by_unit.get(assignment.unit, ()))
                case "point" | "plan":
                    everybody_here = True
                case _:
                    pass
        if everybody_here:
            # Beds and headlines stand in tasks, wherever the unit's home is.
            found |= {phone.sid for phone in self._phones.values() if any(kind == "task" for kind, _ in phone.told)}
        return found

    # --- telling

    def _tell(self, phone: Phone, entry: FeedEntry) -> None:
        snapshot = phone_snapshot(self._services.board, phone.unit, self._services.sealer)
        now = dict(_flat(snapshot))
        changes: list[dict[str, Any]] = [
            {"kind": kind, "id": name, "document": msgspec.Raw(raw)}
            for (kind, name), raw in now.items()
            if phone.told.get((kind, name)) != hash(raw)
        ]
        changes += [{"kind": kind, "id": name, "document": None} for kind, name in phone.told if (kind, name) not in now]
        if not changes:
            return
        phone.told = {key: hash(raw) for key, raw in now.items()}
        phone.sequence += 1
        self._wire.tell(phone.sid, self._frame(phone.home, phone.sequence, entry, changes))

    def _shared_of(self, jurisdiction: str) -> Shared:
        known = self._shared.get(jurisdiction)
        if known is None:
            known = self._shared[jurisdiction] = Shared(_encoder.encode(plans_in_force(self._services.board, jurisdiction)))
        return known

    def _tell_shared(self, jurisdiction: str, entry: FeedEntry) -> None:
        shared = self._shared_of(jurisdiction)
        documents = plans_in_force(self._services.board, jurisdiction)
        raw = _encoder.encode(documents)
        if raw == shared.documents:
            return
        before = {one["id"] for one in msgspec.json.decode(shared.documents)}
        shared.documents = raw
        shared.sequence += 1
        sequence = shared.sequence
        changes = [{"kind": "plan", "id": one["id"], "document": one} for one in documents]
        changes += [{"kind": "plan", "id": name, "document": None} for name in before - {one["id"] for one in documents}]
        frame = self._frame(shared_room(jurisdiction), sequence, entry, changes)
        turn = Turn()
        for phone in self.phones():
            # Who joins while others are being told has it in its snapshot.
            if phone.home == jurisdiction and phone.shared == sequence - 1:
                phone.shared = sequence
                self._wire.tell(phone.sid, frame)
                turn.next()

    def _frame(self, room: str, sequence: int, entry: FeedEntry, changes: list[dict[str, Any]]) -> bytes:
        return self._wire.frame(
            "changes",
            {
                "jurisdiction": room,
                "sequence": sequence,
                "at_ms": entry.at_ms,
                "command_id": entry.command_id,
                "events": entry.events,
                "changes": changes,
                "epoch": self._services.board.epoch,
            },
        )


def _flat(snapshot: dict[str, list[dict[str, Any]]]) -> Iterable[tuple[tuple[str, str], bytes]]:
    return (((kind, document["id"]), _encoder.encode(document)) for kind, documents in snapshot.items() for document in documents)
