"""The folded state of one jurisdiction, its snapshot, and the documents, deadlines and duties that follow from it."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from contracts.commit import GENESIS, Commit
from contracts.documents import AnyDocument, DocumentKind, TallyDocument
from contracts.effects import Effect
from contracts.registry_entries import PlanEntry
from contracts.values import PlanSettings
from dispatch import clocks as c
from dispatch.assignment.entity import Assignment
from dispatch.evolve import ROUTES
from dispatch.incident.documents import armed, incident_document
from dispatch.incident.entity import Incident, reference_key
from dispatch.register.documents import account_document, camera_document, point_document
from dispatch.register.entity import Account, Camera, Point
from dispatch.sighting.entity import Sighting
from dispatch.tables import TABLES, Counters, Draft, Header, Journal, Key, Table, TableInOrder, Tables, Writes, take_back
from dispatch.tally import FIELDS, Tally, all_keys
from dispatch.unit.documents import kind_of, unit_document
from dispatch.unit.entity import Unit
from dispatch.weather.documents import plan_document
from dispatch.weather.entity import InForce, LiveWarning, Override

# Raise it with each change of the rules of folding, of the state's or of a document's form: snapshots and read models of another version
# are not used, but made anew from the log.
FOLD_VERSION: Final = 2
REMEMBERED_MOST: Final = 500_000

Remembered = tuple[int, str | None]
_TALLY: Final[Key] = ("tally", "tally")


class UnsoundError(Exception):
    """What a commit says cannot be folded: it speaks of something that is not there, or contradicts what is. Nothing was changed.

    No writer of ours decides such a commit, because deciding folds it; somebody else wrote it with the writer's account.
    """


# What a fold can raise over values of the right types. Everything else is no matter of the commit.
_CANNOT_BE = (LookupError, ArithmeticError, TypeError, ValueError, AttributeError)


class State(Tables):
    """One jurisdiction after `sequence` commits, the last of which has the hash `head`.

    remembered: command identifiers with the time and the hash of the request's body; in `order`, the oldest first.
    forgotten_before_ms: a command sent before this may have been done and is no longer known.
    unsound: sequences of the commits that stand and could not be folded. draft: where the next commit is drafted.
    """

    incidents: Table[Incident]
    assignments: Table[Assignment]
    units: Table[Unit]
    points: Table[Point]
    cameras: Table[Camera]
    accounts: Table[Account]
    sightings: Table[Sighting]
    past_sightings: Table[Sighting]
    plans: TableInOrder[PlanEntry]
    warnings: Table[LiveWarning]
    in_force: Table[InForce]
    overrides: Table[Override]
    owed: Table[Effect]
    references: Table[tuple[str, ...]]

    def __init__(self, jurisdiction: str, *, timers: c.Timers = c.TIMERS) -> None:
        self.jurisdiction = jurisdiction
        self.timers, self.remembered_ms = timers, timers.remembered_ms
        self.sequence = 0
        self.head = GENESIS
        self.last_at_ms = 0
        self.remembered: dict[str, Remembered] = {}
        self.order: deque[str] = deque()
        self.unsound: tuple[int, ...] = ()
        self.forgotten_before_ms = 0
        self.tally_version = 0
        self.tally = Tally()
        self.everyday = PlanSettings()
        self.counters = Counters()
        self.touched = {}
        self.journal: Journal = []
        for name in TABLES:
            setattr(self, name, Table(self.journal))
        self.plans = TableInOrder(self.journal)
        self.draft = Draft(self)

    def copy(self) -> "State":
        """Return an independent copy; entities are frozen and shared."""
        other = State(self.jurisdiction, timers=self.timers)
        other.sequence, other.head, other.last_at_ms = self.sequence, self.head, self.last_at_ms
        other.remembered, other.order, other.unsound = self.remembered.copy(), self.order.copy(), self.unsound
        other.forgotten_before_ms = self.forgotten_before_ms
        other.tally_version, other.tally = self.tally_version, self.tally.copy()
        other.everyday, other.counters = self.everyday, self.counters
        for name in TABLES:
            getattr(other, name).update(getattr(self, name))
        return other


def apply(state: State, commit: Commit, digest: str, writes: Writes | None = None) -> tuple[Key, ...]:
    """Fold a commit that stands (see contracts.commit.stands), whole or not at all, and return the documents that it changed, each once.

    Args:
        digest: the hash of the commit's record, which the next one must name.
        writes: what deciding this commit has folded already, over a state equal to this one.
    Raises:
        UnsoundError: it cannot be folded; the state is as it was. See pass_over.
    """
    if writes is None:
        changed, sums, counts, tells_tally = _folded(state, commit)
    else:
        writes.write_to(state)
        changed, sums, counts, tells_tally = writes.changed, writes.sums, writes.counts, writes.tells_tally
    if counts:
        state.tally.take(sums, counts)
    sequence = state.sequence = commit.sequence
    if tells_tally:
        state.tally_version = sequence
    state.head, state.last_at_ms = digest, commit.occurred_at_ms
    _remember(state, commit.command_id, commit.occurred_at_ms, commit.body_sha256)
    return changed


def pass_over(state: State, commit: Commit, digest: str) -> None:
    """Let a commit stand that cannot be folded: the next one builds on it, and nothing else of it is taken; its command may still come."""
    state.sequence, state.head = commit.sequence, digest
    state.unsound = (*state.unsound, commit.sequence)


_Changed = tuple[tuple[Key, ...], tuple[int, ...], dict[Key, tuple[int, ...]], bool]


def _folded(state: State, commit: Commit) -> _Changed:
    """Write what a commit says into the tables, or leave them as they were; return what changed, and what it does to the tally."""
    at_ms = commit.occurred_at_ms
    header = Header(sequence=commit.sequence, at_ms=at_ms, actor=commit.actor)
    everyday, counters, journal = state.everyday, state.counters, state.journal
    state.touched = {}
    whole = False
    try:
        state.new_day(at_ms)
        for event in commit.events:
            ROUTES[type(event)](state, event, header)
        _encode(commit.events)  # what no snapshot could hold must not enter the state
        counted = _counted(state, state, counters)
        whole = True
    except _CANNOT_BE as reason:
        raise UnsoundError(f"{type(reason).__name__}: {reason}") from reason
    finally:
        if whole:
            journal.clear()
        else:
            take_back(journal)
            state.everyday, state.counters = everyday, counters
    return tuple(state.touched), *counted


def _counted(state: State, tables: Tables, before: Counters) -> tuple[tuple[int, ...], dict[Key, tuple[int, ...]], bool]:
    """Return what the documents touched do to the tally, and whether its own document changed, which is then touched too."""
    tally, touched = state.tally, tables.touched
    if not touched:
        return tally.sums, {}, False
    sums, counts = tally.count(tables, touched)
    tells = sums is not tally.sums or tables.counters.closed_today != before.closed_today or _TALLY in touched
    if tells:
        touched[_TALLY] = None
    return sums, counts, tells


def drafted(state: State) -> Writes:
    """Return what stands in the state's draft: its rows, and what they do to the tally."""
    sums, counts, tells_tally = _counted(state, state.draft, state.counters)
    return state.draft.take(sums, counts, tells_tally=tells_tally)


def _remember(state: State, command_id: str, at_ms: int, body_sha256: str | None) -> None:
    remembered, order = state.remembered, state.order
    if command_id not in remembered:
        order.append(command_id)
    remembered[command_id] = (at_ms, body_sha256)
    oldest_kept_ms = at_ms - state.remembered_ms
    oldest_at_ms = remembered[order[0]][0]
    while oldest_at_ms < oldest_kept_ms or len(remembered) > REMEMBERED_MOST:
        del remembered[order.popleft()]
        state.forgotten_before_ms = oldest_at_ms + 1
        oldest_at_ms = remembered[order[0]][0]
    state.forgotten_before_ms = max(state.forgotten_before_ms, oldest_kept_ms)


def owed(state: State) -> Mapping[str, Effect]:
    """Return what must be done still, by its identifier."""
    return state.owed


def deadlines(state: State, touched: Iterable[Key] | None = None) -> Iterator[c.Deadline]:
    """Yield what the clocks that run ask for next: one deadline per clock, the next alert before the end.

    touched: documents whose deadlines are wanted; None for all. After a commit only those that it touched can have changed.
    """
    if touched is None:
        touched = (*(("incident", key) for key in state.incidents), *(("unit", key) for key in state.units), ("plan", "plan"))
    for kind, identifier in touched:
        if kind == "incident" and identifier in state.incidents:
            yield from armed(state, state.incidents[identifier])
        elif kind == "unit":
            yield from _armed(identifier, state.units[identifier].clocks)
        elif kind == "plan":
            for warning in sorted(state.warnings):
                yield from _armed(f"warning/{warning}", state.warnings[warning].clocks)
            for plan in sorted(state.overrides):
                yield from _armed(f"plan/{plan}", state.overrides[plan].clocks)


def _armed(subject: str, running: tuple[c.Running, ...]) -> Iterator[c.Deadline]:
    for clock in running:
        deadline = c.next_deadline(subject, clock)
        if deadline is not None:
            yield deadline


def document(state: State, kind: DocumentKind, identifier: str) -> AnyDocument | None:
    """Return a document as it is now, None when it is not there (or, for a unit, when it stands under the other of its two kinds)."""
    if kind == "incident":
        incident = state.incidents.get(identifier)
        return None if incident is None else incident_document(state, incident)
    if kind in ("unit", "roster"):
        unit = state.units.get(identifier)
        return None if unit is None or kind_of(unit) != kind else unit_document(state, unit)
    if kind == "point":
        point = state.points.get(identifier)
        return None if point is None else point_document(state, point)
    if kind == "camera":
        camera = state.cameras.get(identifier)
        return None if camera is None else camera_document(state, camera)
    if kind == "account":
        account = state.accounts.get(identifier)
        return None if account is None else account_document(state, account)
    if kind == "plan":
        return plan_document(state) if identifier == "plan" and state.counters.plan_version else None
    return _tally(state) if identifier == "tally" and state.tally_version else None


def _tally(state: State) -> TallyDocument:
    counts = dict(zip(FIELDS, state.tally.sums, strict=True))
    return TallyDocument(
        id="tally", jurisdiction=state.jurisdiction, version=state.tally_version, closed_today=state.counters.closed_today, **counts
    )


def all_documents(state: State) -> Iterator[tuple[DocumentKind, AnyDocument]]:
    """Yield every document, sorted by kind and identifier."""
    keys: list[Key] = [("account", key) for key in state.accounts]
    keys += [("camera", key) for key in state.cameras]
    keys += [("incident", key) for key in state.incidents]
    keys += [("point", key) for key in state.points]
    keys += [(kind_of(unit), key) for key, unit in state.units.items()]
    keys += [("plan", "plan"), ("tally", "tally")]
    for kind, identifier in sorted(keys):
        found = document(state, kind, identifier)
        if found is not None:
            yield kind, found


class _Stored(msgspec.Struct, frozen=True, kw_only=True):
    """A snapshot's content. Everything in it is sorted, so that equal states have equal snapshots."""

    version: int
    jurisdiction: str
    sequence: int
    head: str
    last_at_ms: int
    forgotten_before_ms: int
    tally_version: int
    counters: Counters
    everyday: PlanSettings
    remembered: list[tuple[str, int, str | None]]
    plans: list[PlanEntry]
    incidents: dict[str, Incident]
    assignments: dict[str, Assignment]
    units: dict[str, Unit]
    points: dict[str, Point]
    cameras: dict[str, Camera]
    accounts: dict[str, Account]
    sightings: dict[str, Sighting]
    past_sightings: dict[str, Sighting]
    warnings: dict[str, LiveWarning]
    in_force: dict[str, InForce]
    overrides: dict[str, Override]
    owed: dict[str, Effect]
    unsound: tuple[int, ...] = ()


# The others follow from these, or are kept in the order they were made in.
_KEPT_TABLES: Final = TABLES - {"plans", "references"}
_encode: Final = msgspec.msgpack.Encoder(order="deterministic").encode
_decode: Final = msgspec.msgpack.Decoder(_Stored).decode


def snapshot(state: State) -> bytes:
    """Return the whole state as MessagePack; equal states give equal bytes."""
    return _encode(
        _Stored(
            version=FOLD_VERSION, jurisdiction=state.jurisdiction, sequence=state.sequence, head=state.head, last_at_ms=state.last_at_ms,
            forgotten_before_ms=state.forgotten_before_ms, tally_version=state.tally_version, counters=state.counters,
            everyday=state.everyday,
            remembered=[(command, *state.remembered[command]) for command in state.order], plans=list(state.plans.values()),
            incidents=state.incidents, assignments=state.assignments, units=state.units, points=state.points, cameras=state.cameras,
            accounts=state.accounts, sightings=state.sightings, past_sightings=state.past_sightings, warnings=state.warnings,
            in_force=state.in_force, overrides=state.overrides, owed=state.owed, unsound=state.unsound,
        )
    )


def restore(stored: bytes, *, timers: c.Timers = c.TIMERS) -> State:
    """Return the state of a snapshot. Raises ValueError when the bytes are not one, or one of another version of the fold."""
    try:
        kept = _decode(stored)
    except msgspec.MsgspecError as reason:
        raise ValueError(f"not a snapshot: {reason}") from reason
    if kept.version != FOLD_VERSION:
        raise ValueError(f"snapshot of fold version {kept.version}, this is {FOLD_VERSION}")
    state = State(kept.jurisdiction, timers=timers)
    state.sequence, state.head, state.last_at_ms = kept.sequence, kept.head, kept.last_at_ms
    state.forgotten_before_ms, state.tally_version = kept.forgotten_before_ms, kept.tally_version
    state.counters, state.everyday = kept.counters, kept.everyday
    state.remembered = {command: (at_ms, body) for command, at_ms, body in kept.remembered}
    state.order = deque(state.remembered)
    state.plans.update((plan.plan, plan) for plan in kept.plans)
    for name in _KEPT_TABLES:
        getattr(state, name).update(getattr(kept, name))
    state.unsound = kept.unsound
    for incident in sorted(state.incidents.values(), key=lambda one: (one.reported_at_ms, len(one.id), one.id)):
        if incident.reference is not None:
            key = reference_key(incident.source, incident.reference)
            state.references[key] = (*state.references.get(key, ()), incident.id)
    state.journal.clear()
    state.tally.take(*state.tally.count(state, all_keys(state)))
    return state
