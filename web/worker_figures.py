"""What each worker counts, from its heartbeat in Valkey to Prometheus: one table. Pure."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

Heard = Mapping[str, Mapping[str, str]]


class Told(NamedTuple):
    """One figure. name: without `_total`; field: of the heartbeat without `count.`; label: what stands after the field's colon.

    roles: the workers whose word it is, by the beginning of their names; empty for all. per: what a whole number is divided by.
    """

    name: str
    text: str
    field: str
    label: str | None = None
    roles: tuple[str, ...] = ()
    counts: bool = True
    per: int = 1


_DISPATCHER, _PROJECTOR, _EFFECTS, _ADAPTERS = ("dispatcher",), ("projector",), ("effects",), ("video", "weather-adapter", "cases")
TABLE = (
    Told("nuandeng_commands_decided", "Commands decided and acknowledged", "commands", roles=_DISPATCHER),
    Told("nuandeng_commands_rejected", "Commands that the rules refused, by code", "rejected", "code", roles=_DISPATCHER),
    Told("nuandeng_commits", "Commits that its writers appended and that stand", "commits", roles=_DISPATCHER),
    Told("nuandeng_commits_ignored", "Records of the log that do not stand, seen by a writer", "ignored", roles=_DISPATCHER),
    Told("nuandeng_decide_failures", "Commands at which the rules raised", "failures", roles=_DISPATCHER),
    Told("nuandeng_writer_errors", "Turns of a writer that failed", "errors", roles=_DISPATCHER),
    Told("nuandeng_writer_doubts", "Batches of a writer that did not land where expected", "doubts", roles=_DISPATCHER),
    Told("nuandeng_writer_doubt_seconds", "For how long the worst writer has not been able to decide", "doubt_ms",
         roles=_DISPATCHER, counts=False, per=1000),
    Told("nuandeng_writer_partitions", "Partitions that it writes", "partitions", roles=_DISPATCHER, counts=False),
    Told("nuandeng_snapshot_age_seconds", "Age of the oldest newest snapshot of a partition that has grown since", "snapshot_age_ms",
         roles=_DISPATCHER, counts=False, per=1000),
    Told("nuandeng_snapshot_behind_records", "Records that a start folds after the newest snapshots", "snapshot_behind",
         roles=_DISPATCHER, counts=False),
    Told("nuandeng_snapshots", "Snapshots written", "snapshots", roles=_DISPATCHER),
    Told("nuandeng_snapshot_failures", "Snapshots that could not be written", "snapshot_failures", roles=_DISPATCHER),
    Told("nuandeng_recoveries", "Recoveries: a writer decides again, the read model is whole again", "recoveries",
         roles=_DISPATCHER + _PROJECTOR),
    Told("nuandeng_recovery_seconds", "Time that recoveries took, summed", "recovery_ms", roles=_DISPATCHER + _PROJECTOR, per=1000),
    Told("nuandeng_projected_commits", "Commits brought into the read model", "commits", roles=_PROJECTOR),
    Told("nuandeng_read_model_rebuilds", "Times that the read model was built anew", "rebuilds", roles=_PROJECTOR),
    Told("nuandeng_position_fixes", "Positions taken in", "fixes", roles=_PROJECTOR),
    Told("nuandeng_position_fixes_refused", "Positions refused", "fixes_refused", roles=_PROJECTOR),
    Told("nuandeng_push_messages", "Messages to phones by result", "push", "result", roles=_EFFECTS),
    Told("nuandeng_effects_done", "Effects that commits owed, done", "done", roles=_EFFECTS),
    Told("nuandeng_effects_failed", "Effects at which something raised", "failures", roles=_EFFECTS),
    Told("nuandeng_effects_owed", "Effects that are owed now", "owed", roles=_EFFECTS, counts=False),
    Told("nuandeng_dead_letters", "Records put aside, by reason", "letters", "reason"),
    Told("nuandeng_records_used", "Records of the outside that an agent used", "used"),
    Told("nuandeng_records_passed_over", "Records that the stream framework had passed over and that were used after all", "passed_over"),
    Told("nuandeng_sightings_reported", "Stays reported as sightings", "reports", roles=("sightings",)),
    Told("nuandeng_looks_ahead", "Records of looks timed by a clock that is ahead", "ahead", roles=("sightings",)),
    Told("nuandeng_cameras_read", "Live cameras that an adapter reads", "cameras_read", roles=("video",), counts=False),
    Told("nuandeng_cameras_inspected", "Cameras that an adapter counts as inspected", "cameras_inspected", roles=("video",), counts=False),
    Told("nuandeng_camera_looks", "Looks at pictures of cameras", "looks", roles=("video",)),
    Told("nuandeng_camera_cadence_seconds", "Time between looks at one inspected camera, by quantile of the cameras", "cadence_ms",
         "quantile", roles=("video",), counts=False, per=1000),
    Told("nuandeng_camera_pictures_lost", "Pictures of people that could not be kept", "pictures_lost", roles=("video",)),
    Told("nuandeng_adapter_facts_lost", "Facts that Kafka did not take from an adapter", "facts_lost", roles=_ADAPTERS),
    Told("nuandeng_trace_spans", "Spans that the collector took", "spans", roles=("traces",)),
    Told("nuandeng_trace_spans_lost", "Spans that it did not take", "spans_lost", roles=("traces",)),
    Told("nuandeng_checkpoint_rounds", "Rounds of signed checkpoints", "rounds", roles=("witness",)),
    Told("nuandeng_checkpoints_refused", "Checkpoints that a folder or a witness refused, or that the log contradicts", "refused",
         roles=("witness",)),
    Told("nuandeng_checkpoint_rounds_failed", "Rounds of checkpoints that failed", "failed", roles=("witness",)),
    Told("nuandeng_sweeps", "Sweeps of what is over its time", "sweeps", roles=("keeper",)),
    Told("nuandeng_sweeps_failed", "Sweeps that failed", "failed", roles=("keeper",)),
    Told("nuandeng_swept", "Files and positions removed because their time was over, by kind", "swept", "kind", roles=("keeper",)),
)  # fmt: skip


def worker_figures(heard: Heard) -> Iterator[Metric]:
    """Yield a family for each line of the table, also when no worker says anything of it. heard: name → fields of its heartbeat."""
    for told in TABLE:
        labels = ["worker"] if told.label is None else ["worker", told.label]
        family = (CounterMetricFamily if told.counts else GaugeMetricFamily)(told.name, told.text, labels=labels)
        for worker, fields in sorted(heard.items()):
            if told.roles and not worker.startswith(told.roles):
                continue
            for label, value in _values(fields, told):
                family.add_metric([worker, *label], value / told.per)
        yield family


def _values(fields: Mapping[str, str], told: Told) -> Iterator[tuple[list[str], float]]:
    field = f"count.{told.field}"
    if told.label is None:
        # A count that is not told yet is nought: an increase from nothing at all would be invisible to `increase()`.
        if field in fields or (told.counts and told.roles):
            yield [], float(fields.get(field, 0))
        return
    for name, value in sorted(fields.items()):
        before, colon, label = name.partition(":")
        if colon and before == field:
            yield [label], float(value)
