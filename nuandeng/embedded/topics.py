"""Creates the topics of the contract, and lets nobody but the dispatcher's account write the log."""

from collections.abc import Iterable, Mapping
from typing import Any

from kafka import KafkaAdminClient
from kafka.admin import ACL, ACLOperation, ACLPermissionType, NewTopic, ResourcePattern, ResourceType
from kafka.errors import KafkaError, TopicAlreadyExistsError

from contracts.topics import COMMITS, Topic
from nuandeng.failures import PartFailedError


def create_topics(access: Mapping[str, Any], topics: Iterable[Topic], prefix: str = "") -> None:
    """Create those that are missing at a broker; safe to repeat.

    Args:
        access: keyword arguments of kafka-python's clients, for an account that may do everything.
    Raises:
        PartFailedError: Kafka refused.
    """
    wanted = list(topics)
    try:
        admin = KafkaAdminClient(**access, client_id="topics")
    except KafkaError as err:
        raise PartFailedError(f"Kafka does not answer: {err}") from err
    try:
        existing = set(admin.list_topics())
        new = [NewTopic(prefix + t.name, t.partitions, 1, topic_configs=dict(t.config)) for t in wanted if prefix + t.name not in existing]
        if new:
            admin.create_topics(new, timeout_ms=20_000, wait_for_metadata=True)
        if any(topic.name == COMMITS for topic in wanted):
            admin.create_acls([*_log_is_the_dispatchers(prefix + COMMITS), *_rules_are_the_admins()])
    except TopicAlreadyExistsError:
        pass  # somebody else created it between our look and our call
    except KafkaError as err:
        raise PartFailedError(f"Kafka did not create the topics: {err}") from err
    finally:
        admin.close()


def _log_is_the_dispatchers(topic: str) -> list[ACL]:
    pattern = ResourcePattern(ResourceType.TOPIC, topic)
    return [
        ACL("User:dispatcher", "*", ACLOperation.WRITE, ACLPermissionType.ALLOW, pattern),
        ACL("User:*", "*", ACLOperation.READ, ACLPermissionType.ALLOW, pattern),
        ACL("User:*", "*", ACLOperation.DESCRIBE, ACLPermissionType.ALLOW, pattern),
        ACL("User:*", "*", ACLOperation.DESCRIBE_CONFIGS, ACLPermissionType.ALLOW, pattern),
    ]


def _rules_are_the_admins() -> list[ACL]:
    # Where nothing is said everything is allowed, so whoever may write facts could allow itself to write the log.
    cluster = ResourcePattern(ResourceType.CLUSTER, "kafka-cluster")
    return [
        ACL("User:*", "*", operation, ACLPermissionType.ALLOW, cluster)
        for operation in (ACLOperation.DESCRIBE, ACLOperation.DESCRIBE_CONFIGS, ACLOperation.IDEMPOTENT_WRITE)
    ]
