"""The pure core. What other rooms use stands here."""

from dispatch.areas import city_of, covers, jurisdiction_of
from dispatch.clocks import TIMERS, Deadline, Timers, deadline_command_id
from dispatch.decide import Known, Ruling, decide, known
from dispatch.places import distance_m
from dispatch.state import (
    FOLD_VERSION,
    State,
    UnsoundError,
    all_documents,
    apply,
    deadlines,
    document,
    owed,
    pass_over,
    restore,
    snapshot,
)

__all__ = [
    "FOLD_VERSION", "TIMERS", "Deadline", "Known", "Ruling", "State", "Timers", "UnsoundError", "all_documents", "apply", "city_of",
    "covers", "deadline_command_id", "deadlines", "decide", "distance_m", "document", "jurisdiction_of", "known", "owed", "pass_over",
    "restore", "snapshot",
]
