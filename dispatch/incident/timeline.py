"""The 经过 of an incident: its newest lines, and the one way to change an incident."""

from typing import Any, Final

import msgspec

from contracts.documents import TimelineEntry
from dispatch.incident.entity import Incident
from dispatch.tables import Header, Tables

KEPT: Final = 60
_replace = msgspec.structs.replace
Facts = dict[str, str | int | float | bool | None]


def change(state: Tables, incident: str, header: Header, event: str | None, facts: Facts | None = None, /, **changes: Any) -> Incident:
    """Replace fields of an incident, with a line of its timeline when `event` is given, and return it.

    facts: small values for the text; nothing personal.
    """
    before = state.incidents[incident]
    if event is not None:
        actor = header.actor
        line = TimelineEntry(
            at_ms=header.at_ms, sequence=header.sequence, event=event, account=actor.account, role=actor.role, facts=facts or {}
        )
        kept = before.timeline if len(before.timeline) < KEPT else before.timeline[-KEPT + 1 :]
        changes["timeline"] = (*kept, line)
    after = _replace(before, version=header.sequence, **changes)
    state.incidents[incident] = after
    state.touched["incident", incident] = None
    return after


def handled(incident: Incident, account: str) -> tuple[str, ...]:
    """Return the accounts that handled it, with this one."""
    return incident.handlers if account in incident.handlers or account == "sys" else (*incident.handlers, account)
