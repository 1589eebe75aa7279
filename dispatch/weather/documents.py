"""The plans as the read model shows them."""

from contracts.documents import PlanDocument
from dispatch.tables import Tables
from dispatch.weather.settings import settings_in_force


def plan_document(state: Tables) -> PlanDocument:
    """Return the one document of a jurisdiction's plans."""
    return PlanDocument(
        id="plan", jurisdiction=state.jurisdiction, version=state.counters.plan_version,
        active=tuple(state.in_force[hazard].active for hazard in sorted(state.in_force)), settings=settings_in_force(state),
        everyday=state.everyday, configured=tuple(state.plans),
    )
