"""/field: each phone hears of its own tasks and its own unit, and of nothing else."""

from typing import Any

import msgspec
from flask_socketio import SocketIO

from contracts.documents import FeedEntry, IncidentDocument
from web.access.caller import Caller
from web.board.phone import phone_snapshot
from web.clock import now_ms
from web.problems import AwayError, NotFoundError
from web.services import Services

NAMESPACE = "/field"
_encoder = msgspec.json.Encoder()


class Phone:
    """One connection. sequence counts what it was told; told: (kind, id) → JSON it has."""

    def __init__(self, sid: str, unit: str) -> None:
        self.sid, self.unit = sid, unit
        self.home = ""
        self.sequence = 0
        self.told: dict[tuple[str, str], bytes] = {}


class FieldFeed:
    """Composes what phones see from the board and tells each the difference. A Listener of the follower."""

    def __init__(self, services: Services, sockets: SocketIO) -> None:
        self._services, self._sockets = services, sockets
        self._phones: dict[str, Phone] = {}
        self._by_unit: dict[str, set[str]] = {}

    def told(self, entry: FeedEntry) -> None:
        """Look which phones an entry concerns, and tell them."""
        if not self._phones:
            return
        for sid in self._concerned(entry):
            phone = self._phones.get(sid)
            if phone is not None:
                self._tell(phone, entry)

    def begun_anew(self) -> None:
        """Nothing to send: the heartbeat names the new epoch."""

    def join(self, caller: Caller, sid: str) -> dict[str, Any]:
        """Return the phone's snapshot; from here on it hears of every difference. Raises AwayError, NotFoundError."""
        board = self._services.board
        if board.epoch is None:
            raise AwayError("The read model is not loaded yet.")
        unit = board.unit(caller.account.unit) if caller.account.unit else None
        if unit is None:
            raise NotFoundError("This account has no unit.")
        phone = self._phones.get(sid) or Phone(sid, unit.id)
        self._phones[sid] = phone
        self._by_unit.setdefault(unit.id, set()).add(sid)
        phone.home = unit.jurisdiction
        phone.sequence += 1
        snapshot = phone_snapshot(board, unit.id, self._services.sealer)
        phone.told = _flat(snapshot)
        return {
            "ok": True,
            "epoch": board.epoch,
            "now_ms": now_ms(),
            "rooms": {phone.home: {"sequence": phone.sequence, "snapshot": snapshot}},
        }

    def gone(self, sid: str) -> None:
        """A connection ended."""
        phone = self._phones.pop(sid, None)
        if phone is not None:
            self._by_unit[phone.unit].discard(sid)
            if not self._by_unit[phone.unit]:
                del self._by_unit[phone.unit]

    def heartbeats(self) -> list[tuple[str, dict[str, dict[str, int]]]]:
        """Return (sid, rooms) of every phone that has joined."""
        age_ms = self._services.follower.age_ms
        return [(phone.sid, {phone.home: {"sequence": phone.sequence, "age_ms": age_ms}}) for phone in self._phones.values()]

    def _concerned(self, entry: FeedEntry) -> set[str]:
        found: set[str] = set()
        everybody_here = False
        for change in entry.changes:
            match change.kind:
                case "unit" | "roster":
                    found |= self._by_unit.get(change.id, set())
                case "incident":
                    card = self._services.board.find("incident", change.id, entry.jurisdiction)
                    if card is not None and isinstance(card.document, IncidentDocument):
                        for assignment in card.document.assignments:
                            found |= self._by_unit.get(assignment.unit, set())
                case "point" | "plan":
                    everybody_here = True
                case _:
                    pass
        if everybody_here:
            # Beds and headlines stand in tasks, wherever the unit's home is.
            found |= {phone.sid for phone in self._phones.values() if any(kind == "task" for kind, _ in phone.told)}
        return found

    def _tell(self, phone: Phone, entry: FeedEntry) -> None:
        snapshot = phone_snapshot(self._services.board, phone.unit, self._services.sealer)
        now = _flat(snapshot)
        changes: list[dict[str, Any]] = [
            {"kind": kind, "id": name, "document": msgspec.Raw(raw)}
            for (kind, name), raw in now.items()
            if phone.told.get((kind, name)) != raw
        ]
        changes += [{"kind": kind, "id": name, "document": None} for kind, name in phone.told if (kind, name) not in now]
        if not changes:
            return
        phone.told = now
        phone.sequence += 1
        payload = {
            "jurisdiction": phone.home,
            "sequence": phone.sequence,
            "at_ms": entry.at_ms,
            "command_id": entry.command_id,
            "events": entry.events,
            "changes": changes,
            "epoch": self._services.board.epoch,
        }
        self._sockets.emit("changes", payload, namespace=NAMESPACE, to=phone.sid)


def _flat(snapshot: dict[str, list[dict[str, Any]]]) -> dict[tuple[str, str], bytes]:
    return {(kind, document["id"]): _encoder.encode(document) for kind, documents in snapshot.items() for document in documents}
