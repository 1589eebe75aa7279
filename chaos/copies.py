"""Whether every broker holds a copy of everything again: asked before the next one is taken down."""

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from contracts.runtime import Runtime
from stream.access import kafka_settings


def copies_missing(runtime: Runtime) -> list[str]:
    """Return topic/partition of each partition that a broker lags behind in; a word on it when the brokers do not answer."""
    try:
        admin = KafkaAdminClient(**kafka_settings(runtime), client_id="chaos-copies", request_timeout_ms=5_000)
        try:
            topics = admin.describe_topics()
        finally:
            admin.close()
    except KafkaError as err:
        return [f"what the brokers hold: {err!r}"]
    return [
        f"{topic['name']}/{partition['partition_index']}"
        for topic in topics
        for partition in topic["partitions"]
        if len(partition["isr_nodes"]) < len(partition["replica_nodes"])
    ]
