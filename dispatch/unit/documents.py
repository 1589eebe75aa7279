"""A unit as the read model shows it."""

from contracts.documents import DocumentKind, UnitDocument
from contracts.terms import UnitState
from dispatch.tables import Tables
from dispatch.unit.entity import Unit


def kind_of(unit: Unit) -> DocumentKind:
    """Somebody off duty stands in the roster, everybody else among the units."""
    return "roster" if unit.state is UnitState.OFF_DUTY else "unit"


def unit_document(state: Tables, unit: Unit) -> UnitDocument:
    """Return the document of a unit; name and phone stay sealed."""
    entry = unit.entry
    answers = unit.answers
    return UnitDocument(
        id=entry.unit, jurisdiction=state.jurisdiction, version=unit.version, kind=entry.kind, state=unit.state, area=entry.area,
        skills=entry.skills, label=entry.label, name=entry.name, phone=entry.phone, point=entry.point, incident=unit.incident,
        assignment=unit.assignment, queued=unit.queued, duty_since_ms=unit.duty_since_ms, rest_until_ms=unit.rest_until_ms,
        load_h=unit.load_h,
        acceptance=round(sum(answers) / len(answers), 2) if answers else None, stale_location=unit.stale, lost_contact=unit.lost,
        sos_at_ms=unit.sos_at_ms, simulated=entry.simulated,
    )
