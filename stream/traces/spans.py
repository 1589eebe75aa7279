"""From a commit to spans. Pure: the same log gives the same spans, with the same identifiers, whoever reads it and however often."""

from collections.abc import Iterator
from hashlib import sha256

import msgspec

from contracts.commit import Commit
from contracts.documents import IncidentDocument
from contracts.events import AssignmentMoved, CommandRejected, DeliveryRecorded, event_name
from contracts.terms import IncidentState
from contracts.trace_context import TraceParent, parse_traceparent

_OVER = frozenset({IncidentState.CLOSED, IncidentState.REJECTED, IncidentState.MERGED, IncidentState.CANCELLED})


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """One step. Identifiers as W3C Trace Context has them: 32 and 16 lower-case hex digits; parent empty at the root.

    link: the step of a caller's own trace that asked for this one.
    """

    trace: str
    span: str
    parent: str
    name: str
    begun_at_ms: int
    ended_at_ms: int
    attributes: dict[str, str | int | bool]
    refused: bool = False
    link: TraceParent | None = None


def trace_id(jurisdiction: str, incident: str) -> str:
    """Return the trace of an incident: anybody who knows its number finds it."""
    return sha256(f"{jurisdiction}/{incident}".encode()).hexdigest()[:32]


def spans_of(commit: Commit, incident: IncidentDocument) -> Iterator[Span]:
    """Yield the step that a commit is in the life of an incident, and the whole life when it ends with it.

    Args:
        incident: as it stands right after the commit.
    """
    trace = trace_id(commit.jurisdiction, incident.id)
    root = sha256(f"{trace}/root".encode()).hexdigest()[:16]
    names = [event_name(event) for event in commit.events]
    yield Span(
        trace=trace,
        span=sha256(f"{trace}/{commit.sequence}".encode()).hexdigest()[:16],
        parent=root,
        name=" + ".join(dict.fromkeys(names)) or "nothing",
        begun_at_ms=min(_before_ms(commit, incident), commit.occurred_at_ms),
        ended_at_ms=commit.occurred_at_ms,
        attributes=_attributes(commit, incident),
        refused=any(isinstance(event, CommandRejected) for event in commit.events),
        link=parse_traceparent(commit.trace),
    )
    if incident.state in _OVER and incident.version == commit.sequence:
        yield Span(
            trace=trace,
            span=root,
            parent="",
            name="incident",
            begun_at_ms=min(_begun_ms(incident), commit.occurred_at_ms),
            ended_at_ms=commit.occurred_at_ms,
            attributes=_attributes(commit, incident),
        )


def _begun_ms(incident: IncidentDocument) -> int:
    """When the camera first saw it (its own clock), or when it was reported."""
    return incident.reported_at_ms if incident.sighting is None else incident.sighting.first_seen_ms


def _before_ms(commit: Commit, incident: IncidentDocument) -> int:
    earlier = [line.at_ms for line in incident.timeline if line.sequence < commit.sequence]
    return max(earlier) if earlier else _begun_ms(incident)


def _attributes(commit: Commit, incident: IncidentDocument) -> dict[str, str | int | bool]:
    # Codes and numbers of the log: nothing that says who somebody is.
    said: dict[str, str | int | bool] = {
        "nuandeng.jurisdiction": commit.jurisdiction,
        "nuandeng.sequence": commit.sequence,
        "nuandeng.command": commit.command_id,
        "nuandeng.role": commit.actor.role.value,
        "nuandeng.incident": incident.id,
        "nuandeng.state": incident.state.value,
        "nuandeng.urgency": incident.urgency.value,
        "nuandeng.source": incident.source.value,
        "nuandeng.simulated": incident.simulated,
    }
    if commit.caused_by is not None:
        said["nuandeng.caused_by"] = commit.caused_by
    for event in commit.events:
        match event:
            case DeliveryRecorded():
                said |= {"nuandeng.channel": event.channel.value, "nuandeng.delivery": event.status.value, "nuandeng.detail": event.detail}
            case AssignmentMoved():
                said["nuandeng.to"] = event.to.value
            case _:
                pass
    return said
