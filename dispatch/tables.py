"""The tables of one jurisdiction: what a fold writes and a decision reads. A draft lays its own writes over them."""

from collections.abc import Iterator, KeysView, Mapping, MutableMapping
from typing import Any, Final, TypeVar

import msgspec

from contracts.documents import DocumentKind
from contracts.effects import Effect
from contracts.registry_entries import PlanEntry
from contracts.values import Actor, PlanSettings
from dispatch.assignment.entity import Assignment
from dispatch.days import day_of
from dispatch.incident.entity import Incident
from dispatch.register.entity import Account, Camera, Point
from dispatch.sighting.entity import Sighting
from dispatch.unit.entity import Unit
from dispatch.weather.entity import InForce, LiveWarning, Override

V = TypeVar("V")
Key = tuple[DocumentKind, str]

TABLES: Final = frozenset(
    ("incidents", "assignments", "units", "points", "cameras", "accounts", "sightings", "past_sightings", "plans", "warnings", "in_force",
     "overrides", "owed", "references")
)


class Header(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Of the commit that an event stands in."""

    sequence: int
    at_ms: int
    actor: Actor


class Counters(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Day numbers are of UTC+8. number_last: of the incidents of number_day. plan_version: the commit that changed the plan last."""

    number_day: int = 0
    number_last: int = 0
    closed_day: int = 0
    closed_today: int = 0
    plan_version: int = 0


class Tables:
    """Entities by identifier; each is frozen and replaced whole. touched: documents that changed, each once.

    references: a source's own number → the incidents reported under it; follows from `incidents`, see dispatch.incident.entity.
    """

    jurisdiction: str
    incidents: MutableMapping[str, Incident]
    assignments: MutableMapping[str, Assignment]
    units: MutableMapping[str, Unit]
    points: MutableMapping[str, Point]
    cameras: MutableMapping[str, Camera]
    accounts: MutableMapping[str, Account]
    sightings: MutableMapping[str, Sighting]
    past_sightings: MutableMapping[str, Sighting]
    plans: MutableMapping[str, PlanEntry]
    warnings: MutableMapping[str, LiveWarning]
    in_force: MutableMapping[str, InForce]
    overrides: MutableMapping[str, Override]
    owed: MutableMapping[str, Effect]
    references: MutableMapping[str, tuple[str, ...]]
    everyday: PlanSettings
    counters: Counters
    touched: dict[Key, None]

    def new_day(self, at_ms: int) -> None:
        """Begin the day's count anew when a commit is the first of another day."""
        counters = self.counters
        if counters.closed_today and day_of(at_ms) != counters.closed_day:
            self.counters = msgspec.structs.replace(counters, closed_day=day_of(at_ms), closed_today=0)
            self.touched["tally", "tally"] = None

    def put_incident(self, incident: Incident) -> None:
        """Write it; its document changed."""
        self.incidents[incident.id] = incident
        self.touched["incident", incident.id] = None

    def sighting(self, identifier: str) -> Sighting:
        """Return a sighting, open or ended. Only open ones are in `sightings`, so that a report has few to look at."""
        found = self.sightings.get(identifier)
        return self.past_sightings[identifier] if found is None else found

    def put_unit(self, unit: Unit) -> None:
        """Write it; it may have moved between `unit` and `roster`."""
        identifier = unit.entry.unit
        self.units[identifier] = unit
        self.touched["unit", identifier] = None
        self.touched["roster", identifier] = None

    def put_point(self, point: Point) -> None:
        """Write it; its document changed."""
        self.points[point.entry.point] = point
        self.touched["point", point.entry.point] = None

    def put_camera(self, camera: Camera) -> None:
        """Write it; its document changed."""
        self.cameras[camera.entry.camera] = camera
        self.touched["camera", camera.entry.camera] = None

    def put_account(self, account: Account) -> None:
        """Write it; its document changed."""
        self.accounts[account.entry.account] = account
        self.touched["account", account.entry.account] = None

    def plan_changed(self, header: Header) -> None:
        """Note that the document of the plans changed."""
        self.counters = msgspec.structs.replace(self.counters, plan_version=header.sequence)
        self.touched["plan", "plan"] = None


# What a table held under a key before it was written to, None for nothing; under None: all of it.
Journal = list[tuple["Table[Any]", str | None, Any]]
_set: Final = dict.__setitem__
_delete: Final = dict.__delitem__


class Table(dict[str, V]):
    """A table of a state. It notes in the journal what it held before, so that what was written can be taken back; see take_back.

    Not noted: update() and setdefault(), which nothing that folds may use.
    """

    __slots__ = ("journal",)

    def __init__(self, journal: Journal, rows: Mapping[str, V] | None = None) -> None:
        super().__init__(() if rows is None else rows)
        self.journal = journal

    def __setitem__(self, key: str, value: V) -> None:
        self.journal.append((self, key, self.get(key)))
        _set(self, key, value)

    def __delitem__(self, key: str) -> None:
        self.journal.append((self, key, self[key]))
        _delete(self, key)

    def pop(self, key: str, *default: Any) -> Any:
        """Remove a key and return its value, the default where it is not there."""
        if default and key not in self:
            return default[0]
        value = self[key]
        self.journal.append((self, key, value))
        _delete(self, key)
        return value


class TableInOrder(Table[V]):
    """A table whose order says something."""

    __slots__ = ()

    def __delitem__(self, key: str) -> None:
        self.journal.append((self, None, dict(self)))
        _delete(self, key)


def take_back(journal: Journal) -> None:
    """Put back what was there before the journal began. A key that was removed comes back at its table's end, unless that is in order."""
    for table, key, before in reversed(journal):
        if key is None:
            dict.clear(table)
            table.update(before)
        elif before is None:
            _delete(table, key)
        else:
            _set(table, key, before)
    journal.clear()


class _Gone:
    """Stands in a draft for what it removed."""


_GONE: Final = _Gone()


class Overlay(MutableMapping[str, V]):
    """A table's writes over the table below, which stays as it is."""

    __slots__ = ("below", "name", "own", "removes", "written")

    def __init__(self, name: str, below: MutableMapping[str, V], written: "list[Overlay[Any]]") -> None:
        """written: gets this overlay when it is first written to."""
        self.name, self.below, self.written = name, below, written
        # V or _GONE: a cast is a call, and these are the most frequent ones of a decision.
        self.own: dict[str, Any] = {}
        self.removes = False

    def __getitem__(self, key: str) -> V:
        value = self.own.get(key)
        if value is None:
            return self.below[key]
        if value is _GONE:
            raise KeyError(key)
        return value  # type: ignore[no-any-return] # what was put in

    def get(self, key: str, default: V | None = None) -> V | None:  # type: ignore[override]
        """Return the value or the default."""
        value = self.own.get(key)
        if value is None:
            return self.below.get(key, default)
        return default if value is _GONE else value

    def __setitem__(self, key: str, value: V) -> None:
        if not self.own:
            self.written.append(self)
        self.own[key] = value

    def __delitem__(self, key: str) -> None:
        if key not in self:
            raise KeyError(key)
        if not self.own:
            self.written.append(self)
        self.own[key] = _GONE
        self.removes = True

    def __contains__(self, key: object) -> bool:
        value = self.own.get(key)  # type: ignore[call-overload]
        if value is None:
            return key in self.below
        return value is not _GONE

    def __iter__(self) -> Iterator[str]:
        for key in self.below:
            if key not in self.own:
                yield key
        for key, value in self.own.items():
            if value is not _GONE:
                yield key

    def __len__(self) -> int:
        below = self.below
        if not self.own:
            return len(below)
        return len(below) + sum(-(key in below) if value is _GONE else key not in below for key, value in self.own.items())

    def keys(self) -> KeysView[str]:
        """Return the keys that are there."""
        return KeysView(self)

    def take(self) -> tuple[str, dict[str, Any], bool]:
        """Return the table's name and what was written, and whether it removes something; begin anew."""
        taken = (self.name, self.own, self.removes)
        self.own, self.removes = {}, False
        return taken


class Writes(msgspec.Struct, frozen=True, gc=False):
    """What a commit does to a state, and to every state equal to it. changed: the documents that changed, each once.

    tables: (name, rows, whether some are removed). sums, counts: the tally after it, and what the changed documents add to it now.
    """

    changed: tuple[Key, ...]
    tables: tuple[tuple[str, dict[str, Any], bool], ...]
    everyday: PlanSettings
    counters: Counters
    sums: tuple[int, ...]
    counts: dict[Key, tuple[int, ...]]
    tells_tally: bool

    def write_to(self, state: Tables) -> None:
        """Write the rows into the tables of a state."""
        for name, rows, removes in self.tables:
            table = getattr(state, name)
            if not removes:
                table.update(rows)
                continue
            for key, value in rows.items():
                if value is not _GONE:
                    _set(table, key, value)
                elif key in table:
                    _delete(table, key)
        state.everyday, state.counters = self.everyday, self.counters


class Draft(Tables):
    """Tables that can be written to over a state that must not change. A state has one, for one commit after the other."""

    def __init__(self, state: Tables) -> None:
        self._written: list[Overlay[Any]] = []
        self._laid = False
        self.jurisdiction = state.jurisdiction

    def begin(self, state: Tables) -> "Draft":
        """Forget what was written, and lie over its state as it is now."""
        if not self._laid:
            self._lay_over(state)
        for overlay in self._written:
            overlay.take()
        self._written.clear()
        self.everyday, self.counters, self.touched = state.everyday, state.counters, {}
        return self

    def _lay_over(self, state: Tables) -> None:
        # Not before the first commit: a state that is read from a snapshot gets its tables after its draft.
        for name in TABLES:
            setattr(self, name, Overlay(name, getattr(state, name), self._written))
        self._laid = True

    def take(self, sums: tuple[int, ...], counts: dict[Key, tuple[int, ...]], *, tells_tally: bool) -> Writes:
        """Return what was written, with what it does to the tally; begin anew."""
        rows = tuple([overlay.take() for overlay in self._written])
        self._written.clear()
        return Writes(tuple(self.touched), rows, self.everyday, self.counters, sums, counts, tells_tally)
