"""The platform as Prometheus sees it from this process: heartbeats of the workers, and what stands on the board."""

from collections import Counter
from collections.abc import Iterator, Mapping

import redis
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from contracts.documents import CameraDocument, IncidentDocument
from contracts.runtime import Runtime
from contracts.terms import CameraStatus, IncidentState
from stream.heartbeat import read_heartbeats, role_of
from stream.log_clock import LogClock
from stream.partition import partition_count
from web.board.board import Board
from web.clock import now_ms
from web.worker_figures import Heard, worker_figures

# The parts without which an alarm would not become a task. An adapter that is not heard is named, and the rest is ready without it.
WORKERS = ("dispatcher", "projector", "effects", "sightings", "weather")
_FORGOTTEN_MS = 600_000
_WHOLE = {"at_ms", "started_at_ms", "lag"}
OPEN = frozenset(IncidentState) - {IncidentState.CLOSED, IncidentState.REJECTED, IncidentState.MERGED, IncidentState.CANCELLED}


def _left(name: str, fields: Mapping[str, str], now: int) -> bool:
    """Whether one of several is gone for good: a container that was started anew has another name."""
    return role_of(name) != name and now - int(fields["at_ms"]) > _FORGOTTEN_MS


def expected_parts(runtime: Runtime) -> tuple[str, ...]:
    """Return the parts of an installation that beat."""
    return (*WORKERS, *(f"{kind}-adapter" for kind in runtime.adapters))


class PlatformFigures(Collector):
    """A collector, one for each process: it remembers the last heartbeat of parts that are gone, so that their age goes on growing."""

    def __init__(self, store: "redis.Redis", board: Board, expected: tuple[str, ...], clock: LogClock) -> None:
        """expected: parts that count as away when they are not heard."""
        self._store, self._board, self._expected, self._clock = store, board, expected, clock
        self._last: dict[str, Mapping[str, str]] = {}

    def collect(self) -> Iterator[Metric]:
        """Ask Valkey once, and the board. Valkey being away is a figure, no failure: the parts are unheard then."""
        heard: Heard = {}
        answers = GaugeMetricFamily("nuandeng_valkey_up", "1 when Valkey answers this process")
        try:
            # What is no whole heartbeat must not take the figures of all the others away.
            heard = {name: fields for name, fields in read_heartbeats(self._store).items() if fields.keys() >= _WHOLE}
            answers.add_metric([], 1)
        except (redis.RedisError, OSError):
            answers.add_metric([], 0)
        yield answers
        wanted = GaugeMetricFamily("nuandeng_log_partitions", "Partitions that need a writer")
        wanted.add_metric([], partition_count())
        yield wanted
        yield from self._parts(heard)
        yield from worker_figures(heard)
        yield from self._incidents()
        yield self._cameras()

    def _parts(self, heard: Heard) -> Iterator[Metric]:
        now = now_ms()
        self._last = {**{name: fields for name, fields in self._last.items() if not _left(name, fields, now)}, **heard}
        up = GaugeMetricFamily("nuandeng_part_up", "1 when a part was heard in the last 15 s", labels=["part"])
        roles = {role_of(name) for name in heard}
        for name in sorted({*self._expected, *self._last}):
            # An expected part is a role: any of those that do its work.
            up.add_metric([name], int(name in (roles if name in self._expected else heard)))
        age = GaugeMetricFamily("nuandeng_heartbeat_age_seconds", "Since a part was last heard", labels=["part"])
        started = GaugeMetricFamily("nuandeng_part_start_time_seconds", "When a part started, Unix time", labels=["part"])
        lag = GaugeMetricFamily("nuandeng_worker_lag_records", "Records that wait for it; an adapter's hanging loops", labels=["worker"])
        behind = GaugeMetricFamily("nuandeng_worker_behind_seconds", "How long the record that waits longest has waited", labels=["worker"])
        read_model = GaugeMetricFamily("nuandeng_read_model_age_seconds", "Since the read model last held the whole log")
        caught_up: list[int] = []
        for name, fields in sorted(self._last.items()):
            age.add_metric([name], max(0, now - int(fields["at_ms"])) / 1000)
            caught_up_ms = int(fields.get("caught_up_at_ms", fields["at_ms"]))
            if name.startswith("projector"):
                caught_up.append(caught_up_ms)
            if name in heard:
                started.add_metric([name], int(fields["started_at_ms"]) / 1000)
                lag.add_metric([name], int(fields["lag"]))
                behind.add_metric([name], max(0, int(fields["at_ms"]) - caught_up_ms) / 1000)
        if caught_up:
            read_model.add_metric([], max(0, now - max(caught_up)) / 1000)
        yield from (up, age, started, lag, behind, read_model)

    def _incidents(self) -> Iterator[Metric]:
        now = self._clock.now_ms()
        states: Counter[tuple[str, str]] = Counter()
        waiting: Counter[tuple[str, str]] = Counter()
        oldest_ms: dict[tuple[str, str], int] = {}
        for room in list(self._board.rooms.values()):
            for held in list(room.of("incident").values()):
                incident = held.document
                if not isinstance(incident, IncidentDocument) or incident.state not in OPEN:
                    continue
                simulated = "true" if incident.simulated else "false"
                states[incident.state.value, simulated] += 1
                if incident.asked is not None:
                    asked = incident.asked.value, simulated
                    waiting[asked] += 1
                    oldest_ms[asked] = min(oldest_ms.get(asked, now), _asked_since_ms(incident))
        yield _family("nuandeng_incidents_open", "Open incidents by state", "state", dict(states))
        yield _family("nuandeng_incidents_asked", "Incidents that wait for a person, by what is asked", "asked", dict(waiting))
        ages = {asked: max(0, now - since_ms) / 1000 for asked, since_ms in oldest_ms.items()}
        yield _family("nuandeng_incident_oldest_asked_seconds", "For how long the oldest has waited, by what is asked", "asked", ages)

    def _cameras(self) -> Metric:
        found: dict[tuple[str, str], float] = {(status.value, "false"): 0 for status in CameraStatus}
        for room in list(self._board.rooms.values()):
            for held in list(room.of("camera").values()):
                if isinstance(held.document, CameraDocument):
                    place = held.document.status.value, "true" if held.document.simulated else "false"
                    found[place] = found.get(place, 0) + 1
        return _family("nuandeng_cameras", "Cameras of the register by status; only a watched one counts as inspected", "status", found)


def _asked_since_ms(incident: IncidentDocument) -> int:
    if incident.clock is not None:
        return incident.clock.started_at_ms
    return incident.timeline[-1].at_ms if incident.timeline else incident.reported_at_ms


def _family(name: str, text: str, label: str, values: "dict[tuple[str, str], int] | dict[tuple[str, str], float]") -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label, "simulated"])
    for labels, value in sorted(values.items()):
        family.add_metric(list(labels), value)
    return family
