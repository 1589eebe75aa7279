"""What is measured, and what is asked of it."""

from typing import Literal, NamedTuple


class Goal(NamedTuple):
    """goal None: recorded for comparison, nothing is asked."""

    unit: str
    what: str
    goal: float | None
    better: Literal["higher", "lower"]


GOALS: dict[str, Goal] = {
    "commands_per_s": Goal("commands/s", "domain commands decided, committed and acknowledged by one dispatcher worker", 30_000, "higher"),
    "commands_vs_plain": Goal("ratio", "the same against a bare aiokafka loop that consumes and produces", 0.5, "higher"),
    "plain_loop_per_s": Goal("records/s", "that bare loop", None, "higher"),
    "decide_per_s": Goal("commands/s", "deciding alone, decoded to encoded, on one core", None, "higher"),
    "projector_commits_per_s": Goal("commits/s", "commits into the read model, feed included", 20_000, "higher"),
    "replay_events_per_s": Goal("events/s", "folding the log from Kafka, digest included", 200_000, "higher"),
    "ranking_one_ms": Goal("ms", "one incident's recommendation in a city of 17,000 volunteers, p99", 5, "lower"),
    "ranking_one_province_ms": Goal("ms", "the same in a province of 270,000, p99", 10, "lower"),
    "start_s": Goal("s", "second `nuandeng up` until ready", 20, "lower"),
    "rss_mib": Goal("MiB", "memory of the whole process tree, idle (proportional set size)", 1_536, "lower"),
}
