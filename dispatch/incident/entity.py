"""One incident as the fold knows it."""

import msgspec

from contracts.documents import TimelineEntry
from contracts.terms import Disposition, IncidentState, LimitCounts, Posture, Skill, Source, Urgency
from contracts.values import Picture, Place, Sealed, ShortfallCount
from dispatch.clocks import Running

WAVES = 3

SEEKING = frozenset({IncidentState.DISPATCHED, IncidentState.IN_PROGRESS})
BEFORE_SCENE = frozenset(
    {IncidentState.REPORTED, IncidentState.RECEIVED, IncidentState.FILED, IncidentState.ON_HOLD, IncidentState.DISPATCHED}
)
NEEDS_HELP = BEFORE_SCENE | {IncidentState.IN_PROGRESS}
OPEN = NEEDS_HELP | {IncidentState.FEEDBACK, IncidentState.VERIFIED}
ENDED = frozenset({IncidentState.CLOSED, IncidentState.REJECTED, IncidentState.MERGED, IncidentState.CANCELLED})


class Wave(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The wave in force."""

    number: int
    asked: int
    started_at_ms: int
    ends_at_ms: int
    next_at_ms: int | None
    radius_m: int | None


class Incident(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """clocks: all that run but the limit, which is kept while it is stopped. asked_units: whom this call asked already.

    finding: the owed FindWave, if one is out. filled: enough have accepted. exhausted: all waves are over.
    handlers: accounts that handled it. past: how many of the assignments belong to earlier calls.
    """

    id: str
    version: int
    number: str
    state: IncidentState
    urgency: Urgency
    source: Source
    place: Place
    reported_at_ms: int
    limit: Running
    limit_counts: LimitCounts
    uplifted_from: Urgency | None = None
    people: int = 1
    posture: Posture = Posture.UNKNOWN
    minor: bool = False
    incapable: bool = False
    needs: tuple[Skill, ...] = ()
    quota: int = 1
    clocks: tuple[Running, ...] = ()
    limit_stopped: bool = False
    escalated: bool = False
    exhausted: bool = False
    filled: bool = False
    finding: str | None = None
    asked_units: tuple[str, ...] = ()
    assignments: tuple[str, ...] = ()
    past: int = 0
    wave: Wave | None = None
    hold_until_ms: int | None = None
    hold_reason: str = ""
    shortfalls: tuple[ShortfallCount, ...] = ()
    sightings: tuple[str, ...] = ()
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
    handlers: tuple[str, ...] = ()
    timeline: tuple[TimelineEntry, ...] = ()
    closed_at_ms: int | None = None
    simulated: bool = False


def reference_key(source: Source, reference: str) -> str:
    """Return the key of a source's own number in the table `references`."""
    return f"{source.value}/{reference}"
