"""Imports every subject, so that the list of routes is whole."""

from web.api import (
    assignments,
    city,
    commands,
    facts,
    forces,
    health,
    incidents,
    log,
    personal,
    phones,
    pictures,
    reads,
    recommendation,
    replay,
    session,
)
from web.api.routes import ROUTES
from web.openapi import route as openapi

__all__ = [
    "ROUTES", "assignments", "city", "commands", "facts", "forces", "health", "incidents", "log", "openapi", "personal", "phones",
    "pictures", "reads", "recommendation", "replay", "session",
]  # fmt: skip
