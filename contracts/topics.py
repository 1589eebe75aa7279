"""Kafka topics: names, partitions and settings, created at start (auto-creation is off). Keys are UTF-8 text, values JSON."""

import msgspec

DAY_MS = 86_400_000


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """One topic. config: Kafka's own topic settings."""

    name: str
    partitions: int
    config: dict[str, str]


def _facts(name: str, partitions: int, retention_ms: int) -> Topic:
    # By the broker's clock: one that is wrong elsewhere would have facts thrown away, or kept for ever.
    return Topic(name=name, partitions=partitions, config={"retention.ms": str(retention_ms), "message.timestamp.type": "LogAppendTime"})


OBSERVATIONS = "patrol.observations"
WARNINGS = "weather.warnings"
REPORTS = "intake.reports"
RAW_INTAKE = "intake.raw"
POSITIONS = "unit.positions"
COMMANDS = "dispatch.commands"
COMMITS = "dispatch.commits"
DEAD_LETTERS = "dead.letters"
# Faust's own: what the sightings worker's table of tracks is restored from, `{app}-{table}-changelog`.
TRACKS_CHANGELOG = "nuandeng-sightings-tracks-changelog"

# A jurisdiction's key decides its partition (murmur2); commands and commits of one jurisdiction share the partition's number.
# This many unless set-up said otherwise; never changed afterwards.
WRITER_PARTITIONS = 4

TOPICS: tuple[Topic, ...] = (
    _facts(OBSERVATIONS, WRITER_PARTITIONS, 3 * DAY_MS),
    _facts(WARNINGS, 1, 30 * DAY_MS),
    _facts(REPORTS, 1, 30 * DAY_MS),
    _facts(RAW_INTAKE, 1, 30 * DAY_MS),
    _facts(POSITIONS, WRITER_PARTITIONS, 3 * DAY_MS),
    Topic(
        name=COMMANDS, partitions=WRITER_PARTITIONS, config={"retention.ms": str(30 * DAY_MS), "message.timestamp.type": "LogAppendTime"}
    ),
    Topic(
        name=COMMITS,
        partitions=WRITER_PARTITIONS,
        # The log is never deleted, and a commit that was acknowledged is on the disk.
        config={"retention.ms": "-1", "retention.bytes": "-1", "message.timestamp.type": "LogAppendTime", "flush.messages": "1"},
    ),
    _facts(DEAD_LETTERS, 1, 90 * DAY_MS),
    # One entry a camera, read whole at each start of the worker: compacted by the minute, for an unfinished segment never is.
    Topic(
        name=TRACKS_CHANGELOG, partitions=WRITER_PARTITIONS,
        config={"cleanup.policy": "compact", "segment.ms": "60000", "segment.bytes": "1048576", "min.cleanable.dirty.ratio": "0.1"},
    ),
)
_KEYED = frozenset({OBSERVATIONS, POSITIONS, COMMANDS, COMMITS, TRACKS_CHANGELOG})


def topics_with(partitions: int) -> tuple[Topic, ...]:
    """Return TOPICS with another number of partitions where a jurisdiction's key decides."""
    return tuple(msgspec.structs.replace(one, partitions=partitions) if one.name in _KEYED else one for one in TOPICS)
