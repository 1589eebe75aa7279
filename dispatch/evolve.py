"""Routing of events to the rooms that fold them."""

from typing import Final

from contracts.events import Fact
from dispatch.assignment.evolve import EVOLVE as ASSIGNMENT
from dispatch.folds import Fold
from dispatch.incident.evolve import EVOLVE as INCIDENT
from dispatch.incident.evolve_calls import EVOLVE as CALLS
from dispatch.register.evolve import EVOLVE as REGISTER
from dispatch.sighting.evolve import EVOLVE as SIGHTING
from dispatch.tables import Header, Tables
from dispatch.unit.evolve import EVOLVE as UNIT
from dispatch.weather.evolve import EVOLVE as WEATHER

ROUTES: Final[dict[type[Fact], Fold]] = {**INCIDENT, **CALLS, **SIGHTING, **ASSIGNMENT, **UNIT, **REGISTER, **WEATHER}


def evolve(tables: Tables, event: Fact, header: Header) -> None:
    """Fold one event into the tables."""
    ROUTES[type(event)](tables, event, header)
