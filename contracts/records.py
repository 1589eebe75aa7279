"""What stands on each topic: what its keys are and which types its values have. docs/events.md and docs/asyncapi.json are made from it."""

from typing import Any, NamedTuple

from contracts.commands import Command
from contracts.commit import Commit
from contracts.observations import CameraHealth, DeadLetter, Detections, IntakeReport, Positions, RawIntake, WeatherWarning
from contracts.topics import COMMANDS, COMMITS, DEAD_LETTERS, OBSERVATIONS, POSITIONS, RAW_INTAKE, REPORTS, WARNINGS


class Records(NamedTuple):
    """Of one topic. key: what its records are keyed by. kinds: the types of their values."""

    key: str
    kinds: tuple[type[Any], ...]


RECORDS: dict[str, Records] = {
    OBSERVATIONS: Records("jurisdiction", (Detections, CameraHealth)),
    WARNINGS: Records("identifier", (WeatherWarning,)),
    REPORTS: Records("jurisdiction", (IntakeReport,)),
    RAW_INTAKE: Records("kind", (RawIntake,)),
    POSITIONS: Records("jurisdiction", (Positions,)),
    COMMANDS: Records("jurisdiction", (Command,)),
    COMMITS: Records("jurisdiction", (Commit,)),
    DEAD_LETTERS: Records("source or reason", (DeadLetter,)),
}
