"""The folded state of one jurisdiction, its snapshot, and the documents, deadlines and duties that follow from it."""

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
from dispatch.evolve import evolve
from dispatch.incident.documents import armed, incident_document
from dispatch.incident.entity import Incident
from dispatch.register.documents import account_document, camera_document, point_document
from dispatch.register.entity import Account, Camera, Point
from dispatch.sighting.entity import Sighting
from dispatch.tables import Counters, Draft, Header, Key, Tables
from dispatch.tally import FIELDS, Tally, all_keys
from dispatch.unit.documents import kind_of, unit_document
from dispatch.unit.entity import Unit
from dispatch.weather.documents import plan_document
from dispatch.weather.entity import InForce, LiveWarning, Override

FOLD_VERSION: Final = 1
REMEMBERED_MOST: Final = 500_000

Remembered = tuple[int, str | None]


class State(Tables):
    """One jurisdiction after `sequence` commits, the last of which has the hash `head`.

    remembered: command identifiers in the order of the log, with the time and the hash of the request's body.
    forgotten_before_ms: a command sent before this may have been done and is no longer known.
    """

    incidents: dict[str, Incident]
    assignments: dict[str, Assignment]
    units: dict[str, Unit]
    points: dict[str, Point]
    cameras: dict[str, Camera]
    accounts: dict[str, Account]
    sightings: dict[str, Sighting]
    past_sightings: dict[str, Sighting]
    plans: dict[str, PlanEntry]
    warnings: dict[str, LiveWarning]
    in_force: dict[str, InForce]
    overrides: dict[str, Override]
    owed: dict[str, Effect]

    def __init__(self, jurisdiction: str, *, timers: c.Timers = c.TIMERS) -> None:
        self.jurisdiction = jurisdiction
        self.timers = timers
        self.sequence = 0
        self.head = GENESIS
        self.last_at_ms = 0
        self.remembered: dict[str, Remembered] = {}
        self.forgotten_before_ms = 0
        self.tally_version = 0
        self.tally = Tally()
        self.touched = {}
        self.everyday = PlanSettings()
        self.counters = Counters()
        self.incidents, self.assignments, self.units, self.points, self.cameras, self.accounts = {}, {}, {}, {}, {}, {}
        self.sightings, self.past_sightings, self.plans = {}, {}, {}
        self.warnings, self.in_force, self.overrides, self.owed = {}, {}, {}, {}

    def copy(self) -> "State":
        """Return an independent copy; entities are frozen and shared."""
        other = State(self.jurisdiction, timers=self.timers)
        other.sequence, other.head, other.last_at_ms = self.sequence, self.head, self.last_at_ms
        other.remembered, other.forgotten_before_ms = self.remembered.copy(), self.forgotten_before_ms
        other.tally_version, other.tally = self.tally_version, self.tally.copy()
        other.everyday, other.counters = self.everyday, self.counters
        other.incidents, other.assignments, other.units = self.incidents.copy(), self.assignments.copy(), self.units.copy()
        other.points, other.cameras, other.accounts = self.points.copy(), self.cameras.copy(), self.accounts.copy()
        other.sightings, other.past_sightings = self.sightings.copy(), self.past_sightings.copy()
        other.plans, other.warnings = self.plans.copy(), self.warnings.copy()
        other.in_force, other.overrides, other.owed = self.in_force.copy(), self.overrides.copy(), self.owed.copy()
        return other


def apply(state: State, commit: Commit, digest: str, draft: Draft | None = None) -> tuple[Key, ...]:
    """Fold a commit that stands (see contracts.commit.stands) and return the documents that it touched, each once.

    Args:
        digest: the hash of the commit's record, which the next one must name.
        draft: what deciding this commit has folded already, over a state equal to this one; its writes are taken over.
    """
    closed_before = state.counters.closed_today
    if draft is not None:
        draft.write_to(state)
    else:
        state.touched = {}
        state.new_day(commit.occurred_at_ms)
        header = Header(sequence=commit.sequence, at_ms=commit.occurred_at_ms, actor=commit.actor)
        for event in commit.events:
            evolve(state, event, header)
    if state.touched:
        changed = state.tally.update(state, [key for key in state.touched if key[0] not in ("tally", "plan", "account")])
        if changed or state.counters.closed_today != closed_before or ("tally", "tally") in state.touched:
            state.touched["tally", "tally"] = None
            state.tally_version = commit.sequence
    state.sequence, state.head, state.last_at_ms = commit.sequence, digest, commit.occurred_at_ms
    _remember(state, commit)
    return tuple(state.touched)


def _remember(state: State, commit: Commit) -> None:
    remembered = state.remembered
    remembered[commit.command_id] = (commit.occurred_at_ms, commit.body_sha256)
    oldest_kept_ms = commit.occurred_at_ms - state.timers.remembered_ms
    while True:
        oldest = next(iter(remembered))
        at_ms = remembered[oldest][0]
        if at_ms >= oldest_kept_ms and len(remembered) <= REMEMBERED_MOST:
            break
        del remembered[oldest]
        state.forgotten_before_ms = at_ms + 1
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


_encode: Final = msgspec.msgpack.Encoder(order="deterministic").encode
_decode: Final = msgspec.msgpack.Decoder(_Stored).decode


def snapshot(state: State) -> bytes:
    """Return the whole state as MessagePack; equal states give equal bytes."""
    return _encode(
        _Stored(
            version=FOLD_VERSION, jurisdiction=state.jurisdiction, sequence=state.sequence, head=state.head, last_at_ms=state.last_at_ms,
            forgotten_before_ms=state.forgotten_before_ms, tally_version=state.tally_version, counters=state.counters,
            everyday=state.everyday,
            remembered=[(command, at_ms, body) for command, (at_ms, body) in state.remembered.items()], plans=list(state.plans.values()),
            incidents=state.incidents, assignments=state.assignments, units=state.units, points=state.points, cameras=state.cameras,
            accounts=state.accounts, sightings=state.sightings, past_sightings=state.past_sightings, warnings=state.warnings,
            in_force=state.in_force, overrides=state.overrides,
            owed=state.owed,
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
    state.plans = {plan.plan: plan for plan in kept.plans}
    state.incidents, state.assignments, state.units, state.points = kept.incidents, kept.assignments, kept.units, kept.points
    state.cameras, state.accounts, state.warnings = kept.cameras, kept.accounts, kept.warnings
    state.sightings, state.past_sightings = kept.sightings, kept.past_sightings
    state.in_force, state.overrides, state.owed = kept.in_force, kept.overrides, kept.owed
    state.tally.update(state, all_keys(state))
    return state
