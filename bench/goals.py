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
    "replay_events_per_s": Goal("events/s", "folding a million commits from Kafka, digest included, both cores", 200_000, "higher"),
    "growth_command_us": Goal("µs", "a command of one core in 9 jurisdictions: decided, confirmed, its documents made", None, "lower"),
    "growth_jurisdictions_command": Goal("ratio", "the same in 2,800 jurisdictions against 9", 1.2, "lower"),
    "growth_jurisdictions_case": Goal("ratio", "a case from report to archive in 2,800 jurisdictions against 9", 1.2, "lower"),
    "growth_commits_command": Goal("ratio", "a command after 1 million commits against 0.1 million", 1.2, "lower"),
    "growth_commits_case": Goal("ratio", "a case after 1 million commits against 0.1 million", 1.2, "lower"),
    "growth_start_s": Goal("s", "all writers ready from snapshot and log after 1 million commits", None, "lower"),
    "growth_start": Goal("ratio", "the same against 0.1 million", 1.2, "lower"),
    "growth_snapshot": Goal("ratio", "size of the snapshots after 1 million commits against 0.1 million", 1.2, "lower"),
    "answer_p99_ms": Goal("ms", "a command over HTTP to its committed answer, 100 operators at their consoles, p99", 50, "lower"),
    "answer_p50_ms": Goal("ms", "the same, median", None, "lower"),
    "answers_at_most_per_s": Goal("commands/s", "commands that the same operators get answered when none of them pauses", None, "higher"),
    "screen_p99_ms_200": Goal("ms", "a fact in Kafka to the event at a console's socket, at 200 facts a second, p99", 50, "lower"),
    "screen_p99_ms_1000": Goal("ms", "the same at 1,000 facts a second", 100, "lower"),
    "positions_per_s": Goal("positions/s", "positions from the web process' packer through Kafka into GEO", 40_000, "higher"),
    "positions_written_per_s": Goal("positions/s", "of these, written to GEO; who has moved on meanwhile is written once", None, "higher"),
    "browser_frame_ms": Goal(
        "ms", "a frame of the console in a full city that changes five times a second, drawn without a graphics card, p95", 33, "lower"
    ),
    "browser_shown_ms": Goal("ms", "there, a change from its commit until the map shows it, p95", None, "lower"),
    "ranking_ms": Goal("ms", "1,000 incidents share 17,000 volunteers out, three each, with reasons, by minimum-cost flow", 30, "lower"),
    "ranking_one_each_ms": Goal("ms", "the same, one each", None, "lower"),
    "ranking_columns_ms": Goal("ms", "17,000 units of the state as the columns that this begins with", None, "lower"),
    "ranking_one_ms": Goal("ms", "one incident's recommendation in a city of 17,000 volunteers, p99", 5, "lower"),
    "ranking_one_province_ms": Goal("ms", "the same in a province of 270,000, p99", 10, "lower"),
    "sockets_17000_last_ms": Goal("ms", "17,000 phones at two processes: a commit until the last one has read it", 200, "lower"),
    "sockets_17000_half_ms": Goal("ms", "the same, until half of them have", None, "lower"),
    "sockets_17000_kib": Goal("KiB", "memory of the two processes for each phone that is connected and has its snapshot", 5, "lower"),
    "sockets_17000_connects_per_s": Goal("phones/s", "phones that connect, log in and take their snapshot, all at once", None, "higher"),
    "sockets_17000_reconnects_per_s": Goal("phones/s", "the same after both processes were killed and came back", 4_000, "higher"),
    "sockets_17000_vs_node": Goal("ratio", "the last phone of Node's Socket.IO 4.8 in one process, same run, to ours", 1.5, "higher"),
    "sockets_17000_node_last_ms": Goal("ms", "Node: an event of the same length until the last one has read it", None, "lower"),
    "sockets_17000_node_kib": Goal("KiB", "Node: memory for each phone", None, "lower"),
    "sockets_17000_node_connects_per_s": Goal("phones/s", "Node: phones that connect and are answered, without a log-in", None, "higher"),
    "start_s": Goal("s", "second `nuandeng up` until ready", 20, "lower"),
    "rss_mib": Goal("MiB", "memory of the whole process tree, idle (proportional set size)", 1_536, "lower"),
    "cameras_per_core": Goal("cameras", "cameras (704 x 576, 25/s) for one core, somebody in view in a tenth", 100, "higher"),
    "cameras_full_decode_per_core": Goal("cameras", "the same with every picture decoded, motion, and the same detector", None, "higher"),
    "cameras_vs_full_decode": Goal("ratio", "ours against that", 10, "higher"),
    **{
        f"recall_5s_{posture}_{light}": Goal("share", f"{posture.replace('_', ', ')}, {light}: found within 5 s", goal, "higher")
        for posture, by_day, at_night in (
            ("standing", 0.94, 0.75),
            ("walking", 1.0, 0.50),
            ("lying", 1.0, 0.75),
            ("lying_oblique", 0.56, 0.50),
            ("sitting", 0.62, 0.25),
        )
        for light, goal in (("day", by_day), ("night", at_night), ("snow", at_night))
    },
    "false_per_camera_hour": Goal("spots", "alarms on nobody in an hour of one camera with two things that are nobody", None, "lower"),
    "false_per_hundred_things": Goal("spots", "the same for each hundred things", 5, "lower"),
    "recall_real_street": Goal("share", "real pedestrians by day (PETS 2009) found or known where they stand", None, "higher"),
    "false_real_street_per_hundred": Goal("alarms", "alarms on nobody among a hundred there", None, "lower"),
}
