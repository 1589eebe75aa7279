"""What Prometheus may ask of this process: its own figures here, those of the platform in platform_figures."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.registry import Collector

# They would be a second series beside each counter, of which nobody asks.
disable_created_metrics()  # type: ignore[no-untyped-call]
REGISTRY = CollectorRegistry()
_FAST = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)

REQUEST_S = Histogram("nuandeng_web_request_seconds", "HTTP requests by operation", ["operation"], registry=REGISTRY, buckets=_FAST)
RESPONSES = Counter("nuandeng_web_responses_total", "HTTP responses by status", ["status"], registry=REGISTRY)
COMMANDS = Counter("nuandeng_web_commands_total", "Commands by outcome", ["type", "outcome"], registry=REGISTRY)
COMMAND_S = Histogram("nuandeng_web_command_seconds", "From producing a command to its answer", registry=REGISTRY, buckets=_FAST)
SOCKETS = Gauge("nuandeng_web_sockets", "Connected sockets", ["namespace"], registry=REGISTRY)
TOLD = Counter("nuandeng_web_feed_entries_total", "Feed entries taken in", ["jurisdiction"], registry=REGISTRY)
FEED_AGE_S = Gauge("nuandeng_web_feed_age_seconds", "Since the read model last answered", registry=REGISTRY)
FEED_LAG_S = Histogram("nuandeng_web_feed_lag_seconds", "From a commit's append to this process", registry=REGISTRY, buckets=_FAST)
BAD_PACKETS = Counter("nuandeng_web_bad_packets_total", "Packets for which a connection was ended", registry=REGISTRY)
SLOW_PHONES = Counter("nuandeng_web_slow_phones_total", "Phones let go because they did not read", registry=REGISTRY)
LOGINS = Counter("nuandeng_web_logins_total", "Log-ins by outcome", ["outcome"], registry=REGISTRY)


_SLOW = (0.3, 1.0, 2.0, 5.0, 10.0, 30.0, 120.0)
RECOVERY_S = Histogram("nuandeng_web_recovery_seconds", "How long the read model was away from here", registry=REGISTRY, buckets=_SLOW)
RELOADS = Counter("nuandeng_web_board_loads_total", "Times that this process loaded the whole board", registry=REGISTRY)
GAPS = Counter("nuandeng_web_feed_gaps_total", "Clients that came back and had to take a fresh snapshot", ["reason"], registry=REGISTRY)
CLOCK_AHEAD_S = Gauge("nuandeng_web_clock_ahead_seconds", "This machine's clock against the log's, as far as known", registry=REGISTRY)
KAFKA_UP = Gauge("nuandeng_kafka_up", "1 when the broker answers this process", registry=REGISTRY)


def exposition(platform: Collector) -> bytes:
    """Return all of it in Prometheus' text form."""
    return generate_latest(REGISTRY) + generate_latest(platform)
