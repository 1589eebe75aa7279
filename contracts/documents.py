"""The read model: what the projector writes to Redis and clients receive. Derived from the folded state alone, the same on every replay.

Sealed fields stay sealed here; the web process opens them for whoever may see them.
"""

from typing import Literal

import msgspec

from contracts.registry_entries import AccountEntry
from contracts.terms import (
    Asked,
    AssignmentState,
    CameraStatus,
    Channel,
    Clock,
    DeliveryStatus,
    Disposition,
    Hazard,
    IncidentState,
    Posture,
    Skill,
    Source,
    UnitKind,
    UnitState,
    Urgency,
    WarningLevel,
)
from contracts.values import Box, Picture, Place, PlanSettings, Sealed, ShortfallCount

DocumentKind = Literal["incident", "unit", "roster", "point", "camera", "plan", "account", "tally"]
# `unit`: on duty or busy; `roster`: the same document of somebody off duty. A unit is in exactly one of the two.
# Rooms of the console receive every kind but `roster` and `account`.


class Document(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Base. id is unique in jurisdiction and kind; version: the sequence of the last commit that changed it."""

    id: str
    jurisdiction: str
    version: int


class ClockDocument(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A running clock. alerted: highest of 50, 80, 100 reached by a commit. due and started in epoch ms."""

    clock: Clock
    started_at_ms: int
    due_at_ms: int
    alerted: int = 0


class DeliveryDocument(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The last known status on one channel."""

    channel: Channel
    status: DeliveryStatus
    at_ms: int


class AssignmentDocument(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One responder's task, embedded in its incident. times_ms: state value → when it was entered. clock: what runs now.

    reasons: codes of what spoke for and against this unit when it was chosen; phones are not told.
    """

    id: str
    unit: str
    unit_kind: UnitKind
    state: AssignmentState
    wave: int
    rank: int
    mandatory: bool
    times_ms: dict[str, int]
    clock: ClockDocument | None = None
    distance_m: int | None = None
    eta_s: int | None = None
    reason: str = ""
    answered_by: str = ""
    channel: Channel | None = None
    point: str | None = None
    bed_confirmed: bool = False
    missed_check_ins: int = 0
    deliveries: tuple[DeliveryDocument, ...] = ()
    disposition: Disposition | None = None
    reasons: tuple[str, ...] = ()


class WaveDocument(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The wave in force. radius_m None: vehicles, no radius. next_at_ms: when the next starts by itself, None if it does not."""

    number: int
    radius_m: int | None
    asked: int
    accepted: int
    started_at_ms: int
    ends_at_ms: int | None
    next_at_ms: int | None


class SightingDocument(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the cameras saw of it. cameras: those that attached to it."""

    id: str
    cameras: tuple[str, ...]
    first_seen_ms: int
    last_seen_ms: int
    dwell_threshold_s: int
    boxes: tuple[Box, ...]
    reports: int


class TimelineEntry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One line of 经过. event: the event's name without version. facts: small values for the text, never personal fields."""

    at_ms: int
    sequence: int
    event: str
    account: str
    role: str
    facts: dict[str, str | int | float | bool | None] = {}


class IncidentDocument(Document, frozen=True, kw_only=True):
    """Everything queue, map and panel need. asked: what is asked of a person now, None when it is in hand."""

    number: str
    state: IncidentState
    urgency: Urgency
    uplifted_from: Urgency | None
    source: Source
    place: Place
    people: int
    posture: Posture
    minor: bool
    incapable: bool
    needs: tuple[Skill, ...]
    quota: int
    reported_at_ms: int
    asked: Asked | None
    escalated: bool
    clock: ClockDocument | None
    limit: ClockDocument | None
    hold_until_ms: int | None = None
    hold_reason: str = ""
    wave: WaveDocument | None = None
    assignments: tuple[AssignmentDocument, ...] = ()
    shortfalls: tuple[ShortfallCount, ...] = ()
    sighting: SightingDocument | None = None
    pictures: tuple[Picture, ...] = ()
    description: Sealed | None = None
    reporter: Sealed | None = None
    disposition: Disposition | None = None
    reason: str = ""
    merged_into: str | None = None
    merged: tuple[str, ...] = ()
    revisit_of: str | None = None
    revisit: str | None = None
    reference: str | None = None
    handled_by: tuple[str, ...] = ()
    timeline: tuple[TimelineEntry, ...] = ()
    closed_at_ms: int | None = None
    simulated: bool = False


class UnitDocument(Document, frozen=True, kw_only=True):
    """One unit. load_h: hours on tasks in the last 24 h. acceptance: accepted / asked of the last 20, None if never asked."""

    kind: UnitKind
    state: UnitState
    area: str
    skills: tuple[Skill, ...]
    label: str
    name: Sealed | None
    phone: Sealed | None
    point: str | None
    incident: str | None
    assignment: str | None
    queued: tuple[str, ...]
    duty_since_ms: int | None
    rest_until_ms: int | None
    load_h: float
    acceptance: float | None
    stale_location: bool
    lost_contact: bool
    sos_at_ms: int | None
    simulated: bool


class PointDocument(Document, frozen=True, kw_only=True):
    """One rescue point. opened_by: the plan that opened it."""

    name: str
    place: Place
    station: bool
    open: bool
    opened_by: str | None
    beds: int
    beds_free: int
    beds_held: int
    simulated: bool


class CameraDocument(Document, frozen=True, kw_only=True):
    """One camera. live False: its detections are replayed, and the page says so."""

    name: str
    place: Place
    owner: str
    heading_deg: float
    status: CameraStatus
    reason: str
    since_ms: int | None
    live: bool
    dwell_threshold_s: int | None
    simulated: bool
    protocol: str | None = None


class ActivePlan(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A plan in force. warning None: by hand."""

    plan: str
    name: str
    hazard: Hazard
    level: WarningLevel
    warning: str | None
    headline: str
    since_ms: int
    expires_at_ms: int | None
    simulated: bool


class PlanDocument(Document, frozen=True, kw_only=True):
    """id 'plan'. settings: in force now, the strictest over all active plans; everyday: what holds without any."""

    active: tuple[ActivePlan, ...]
    settings: PlanSettings
    everyday: PlanSettings
    configured: tuple[str, ...]


class TallyDocument(Document, frozen=True, kw_only=True):
    """id 'tally': counts of one jurisdiction for the county table and the legend."""

    asked: int
    in_hand: int
    closed_today: int
    units_on_duty: int
    volunteers_on_duty: int
    vehicles_on_duty: int
    roster: int
    beds_free: int
    points_open: int
    points: int
    cameras: int
    cameras_watched: int


class AccountDocument(Document, frozen=True, kw_only=True):
    """Only in the city's jurisdiction."""

    entry: AccountEntry


AnyDocument = IncidentDocument | UnitDocument | PointDocument | CameraDocument | PlanDocument | TallyDocument | AccountDocument


class Change(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One document's new form, or None when it left. In Redis and on the socket alike."""

    kind: DocumentKind
    id: str
    document: msgspec.Raw | None


class FeedEntry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One commit as the feed tells it; the Redis stream's entry id is `{sequence}-0`. events: names, for sounds and toasts."""

    jurisdiction: str
    sequence: int
    at_ms: int
    command_id: str
    events: tuple[str, ...]
    changes: tuple[Change, ...]


class Answer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """answer:{command_id}. code: None when accepted, else the refusal's. created: ids of what it opened."""

    command_id: str
    jurisdiction: str
    sequence: int
    accepted: bool
    at_ms: int
    code: str | None = None
    detail: str = ""
    created: tuple[str, ...] = ()


encode_document = msgspec.json.Encoder(order="deterministic").encode
"""Document, feed entry or answer → JSON. Equal values give equal bytes, whatever order their maps were filled in:
a digest is over these bytes, and a state restored from a snapshot has its maps in another order than one folded from the beginning.
"""
