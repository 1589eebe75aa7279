"""All jurisdictions that this process follows, in memory. Pure: snapshots and entries come in, cards can be looked up."""

from collections.abc import Iterator

import msgspec

from contracts.documents import AccountDocument, Document, FeedEntry, IncidentDocument, UnitDocument
from contracts.registry_entries import AccountEntry
from dispatch.areas import covers
from web.board.cards import TYPES, Card, card, decode
from web.board.masking import MaskedNames
from web.ports import Snapshot

# Off duty and registers are many and rarely looked at: kept as bytes.
PACKED = frozenset({"roster"})
# What phones are told is made of these; a process for phones alone keeps no more.
PHONES_SEE = frozenset({"incident", "unit", "roster", "point", "plan", "account"})


class GapError(Exception):
    """An entry does not follow the sequence that is held."""


class Room:
    """One jurisdiction: its sequence, and its documents by kind and id."""

    def __init__(self, jurisdiction: str) -> None:
        self.jurisdiction = jurisdiction
        self.sequence = 0
        self.at_ms = 0
        self.cards: dict[str, dict[str, Card]] = {}
        self.packed: dict[str, dict[str, bytes]] = {kind: {} for kind in PACKED}

    def of(self, kind: str) -> dict[str, Card]:
        """Return id → card of one kind."""
        return self.cards.setdefault(kind, {})


class Board:
    """Rooms by jurisdiction, and indexes: which incidents a unit has tasks in or a picture is of, and who may log in by which name."""

    def __init__(self, names: MaskedNames | None, kinds: frozenset[str] = frozenset(TYPES)) -> None:
        """names: None where no console looks, so that nothing is made ready for one. kinds: others are passed over."""
        self._names, self._kinds = names, kinds
        self.epoch: str | None = None
        self.rooms: dict[str, Room] = {}
        self.accounts: dict[str, AccountEntry] = {}
        self._by_username: dict[str, str] = {}
        self._tasks: dict[str, set[str]] = {}
        self._home: dict[str, str] = {}
        self._assignments: dict[str, str] = {}
        self._pictures: dict[str, set[str]] = {}

    def take(self, snapshots: list[Snapshot], epoch: str) -> None:
        """Begin anew from snapshots of one epoch. Raises UnreadableError; then the old state is still there."""
        fresh = Board(self._names, self._kinds)
        for snapshot in snapshots:
            room = fresh.rooms.setdefault(snapshot.jurisdiction, Room(snapshot.jurisdiction))
            room.sequence = snapshot.sequence
            for kind, documents in snapshot.documents.items():
                for name, raw in documents.items():
                    fresh._put(room, kind, name, raw)
        fresh.epoch = epoch
        self.__dict__.update(fresh.__dict__)

    def apply(self, entry: FeedEntry) -> bool:
        """Take one entry in; False if it is an old one. Raises GapError, UnreadableError."""
        room = self.rooms.setdefault(entry.jurisdiction, Room(entry.jurisdiction))
        if entry.sequence <= room.sequence:
            return False
        if entry.sequence != room.sequence + 1:
            raise GapError(f"{entry.jurisdiction}: {entry.sequence} after {room.sequence}")
        for change in entry.changes:
            self._put(room, change.kind, change.id, None if change.document is None else bytes(change.document))
        room.sequence = entry.sequence
        room.at_ms = entry.at_ms
        return True

    def _put(self, room: Room, kind: str, name: str, raw: bytes | None) -> None:
        if kind not in self._kinds:
            return
        if kind in PACKED:
            if raw is None:
                room.packed[kind].pop(name, None)
            else:
                room.packed[kind][name] = raw
                self._home[name] = room.jurisdiction
            return
        before = room.of(kind).get(name)
        if raw is None:
            room.of(kind).pop(name, None)
            self._index(before.document if before else None, None)
            return
        after = card(kind, raw, self._names)
        room.of(kind)[name] = after
        self._index(before.document if before else None, after.document)

    def _index(self, before: Document | None, after: Document | None) -> None:
        if isinstance(before, IncidentDocument):
            for assignment in before.assignments:
                self._tasks.get(assignment.unit, set()).discard(before.id)
                self._assignments.pop(assignment.id, None)
            for name in _pictures_of(before):
                held = self._pictures.get(name, set())
                held.discard(before.id)
                if not held:
                    self._pictures.pop(name, None)
        match after:
            case IncidentDocument():
                for assignment in after.assignments:
                    self._tasks.setdefault(assignment.unit, set()).add(after.id)
                    self._assignments[assignment.id] = after.id
                for name in _pictures_of(after):
                    self._pictures.setdefault(name, set()).add(after.id)
                self._home[after.id] = after.jurisdiction
            case UnitDocument():
                self._home[after.id] = after.jurisdiction
            case AccountDocument(entry=entry):
                known = self.accounts.get(entry.account)
                if known is not None and known.username != entry.username:
                    self._by_username.pop(known.username, None)
                self.accounts[entry.account] = entry
                self._by_username[entry.username] = entry.account
            case _:
                pass

    # --- looking things up ---

    def account(self, name: str) -> AccountEntry | None:
        """Return an account that may be used now."""
        found = self.accounts.get(name)
        return None if found is None or found.disabled else found

    def account_by_username(self, username: str) -> AccountEntry | None:
        """Return the account that logs in by this name."""
        name = self._by_username.get(username)
        return None if name is None else self.account(name)

    def incident(self, name: str) -> IncidentDocument | None:
        """Return an incident of whatever jurisdiction."""
        found = self._card("incident", name)
        return found if isinstance(found, IncidentDocument) else None

    def incident_of_assignment(self, assignment: str) -> IncidentDocument | None:
        """Return the incident that an assignment belongs to."""
        name = self._assignments.get(assignment)
        return None if name is None else self.incident(name)

    def incidents_with(self, picture: str) -> Iterator[IncidentDocument]:
        """Yield the incidents that hold a picture, by the hash of its original or of the copy that people see."""
        for name in sorted(self._pictures.get(picture, ())):
            found = self.incident(name)
            if found is not None:
                yield found

    def unit(self, name: str) -> UnitDocument | None:
        """Return a unit, on duty or not."""
        found = self._card("unit", name)
        if isinstance(found, UnitDocument):
            return found
        for room in self.rooms.values():
            raw = room.packed["roster"].get(name)
            if raw is not None:
                document = decode("roster", raw)
                return document if isinstance(document, UnitDocument) else None
        return None

    def find(self, kind: str, name: str, jurisdiction: str | None = None) -> Card | None:
        """Return a card by kind and id."""
        rooms = self.rooms.values() if jurisdiction is None else filter(None, [self.rooms.get(jurisdiction)])
        return next((room.of(kind)[name] for room in rooms if name in room.of(kind)), None)

    def _card(self, kind: str, name: str) -> Document | None:
        home = self._home.get(name)
        found = self.find(kind, name, home) if home else None
        return found.document if found else None

    def tasks_of(self, unit: str) -> Iterator[IncidentDocument]:
        """Yield the incidents that a unit has or had an assignment in, whatever the jurisdiction."""
        for name in sorted(self._tasks.get(unit, ())):
            found = self.incident(name)
            if found is not None:
                yield found

    def roster(self, jurisdiction: str) -> Iterator[UnitDocument]:
        """Yield the units off duty of one jurisdiction."""
        room = self.rooms.get(jurisdiction)
        for raw in room.packed["roster"].values() if room else ():
            document = decode("roster", raw)
            if isinstance(document, UnitDocument):
                yield document

    def shown(self, jurisdiction: str, kind: str, area: str) -> list[msgspec.Raw]:
        """Return what an account of this area may see of one kind."""
        room = self.rooms.get(jurisdiction)
        if room is None:
            return []
        return [found.shown for found in room.of(kind).values() if found.shown is not None and within(found.area, area, jurisdiction)]


def _pictures_of(incident: IncidentDocument) -> set[str]:
    return {name for picture in incident.pictures for name in (picture.sha256, picture.public_sha256)}


def within(place: str, area: str, jurisdiction: str) -> bool:
    """Say whether an account of `area` may see what lies at `place` in `jurisdiction`. A jurisdiction's own documents are for all in it."""
    return covers(area, place) or place == jurisdiction
