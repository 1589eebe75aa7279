"""What no account of ours may do to the log: each forbidden way is tried on a real broker, and the log stays as it was."""

from collections.abc import Callable
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ACL, ACLOperation, ACLPermissionType, ConfigResource, ConfigResourceType, ResourcePattern, ResourceType
from kafka.errors import ClusterAuthorizationFailedError, KafkaError, TopicAuthorizationFailedError

from contracts.topics import COMMANDS, COMMITS, DEAD_LETTERS, OBSERVATIONS, POSITIONS, RAW_INTAKE, REPORTS, WARNINGS
from nuandeng.embedded.session import RunningKafka

RECORD = b"stands here"


@pytest.fixture
def prefix(kafka: RunningKafka) -> str:
    """Topics of its own, with one record in the log."""
    made = kafka.fresh_topics()
    producer = KafkaProducer(**kafka.client_settings("dispatcher"))
    producer.send(made + COMMITS, RECORD, partition=0).get(10)
    producer.close()
    return made


def log(kafka: RunningKafka, prefix: str) -> list[bytes]:
    """What the log holds, by the account that may read everything."""
    consumer = KafkaConsumer(**kafka.client_settings(), auto_offset_reset="earliest", consumer_timeout_ms=2000)
    place = TopicPartition(prefix + COMMITS, 0)
    consumer.assign([place])
    consumer.seek_to_beginning()
    found = [record.value for record in consumer]
    consumer.close()
    return found


def allow_oneself(admin: Any, topic: str, account: str) -> Any:
    rule = ACL(f"User:{account}", "*", ACLOperation.ALL, ACLPermissionType.ALLOW, ResourcePattern(ResourceType.TOPIC, topic))
    return admin.create_acls([rule])


def delete_the_topic(admin: Any, topic: str, _account: str) -> Any:
    return admin.delete_topics([topic])


def cut_the_head(admin: Any, topic: str, _account: str) -> Any:
    return admin.delete_records({TopicPartition(topic, 0): 1})


def let_it_expire(admin: Any, topic: str, _account: str) -> Any:
    return admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs={"retention.ms": "1"})])


@pytest.mark.parametrize("account", ["platform", "dispatcher"])
@pytest.mark.parametrize("way", [allow_oneself, delete_the_topic, cut_the_head, let_it_expire])
def test_neither_account_can_take_from_the_log_or_change_its_rules(
    kafka: RunningKafka, prefix: str, account: str, way: Callable[[Any, str, str], Any]
) -> None:
    """Not even the dispatcher's: it appends, and nothing else."""
    admin = KafkaAdminClient(**kafka.client_settings(account))
    try:
        refused = _refused(way, admin, prefix + COMMITS, account)
    finally:
        admin.close()
    assert refused, f"{way.__name__} as {account} was not refused"
    assert log(kafka, prefix) == [RECORD]
    if account == "platform":
        producer = KafkaProducer(**kafka.client_settings("platform"))
        with pytest.raises(TopicAuthorizationFailedError):
            producer.send(prefix + COMMITS, b"{}", partition=0).get(10)
        producer.close()


def _refused(way: Callable[[Any, str, str], Any], admin: Any, topic: str, account: str) -> bool:
    try:
        answer = way(admin, topic, account)
    except (TopicAuthorizationFailedError, ClusterAuthorizationFailedError):
        return True
    except KafkaError as err:
        return "uthoriz" in repr(err)
    return "uthoriz" in repr(answer)


@pytest.mark.parametrize("name", [COMMANDS, OBSERVATIONS, POSITIONS, REPORTS, RAW_INTAKE, WARNINGS, DEAD_LETTERS])
def test_the_platforms_account_writes_facts_and_commands(kafka: RunningKafka, prefix: str, name: str) -> None:
    """What is forbidden hinders nothing that is needed, idempotent writing included."""
    producer = KafkaProducer(**kafka.client_settings("platform"), enable_idempotence=True, acks="all")
    written = producer.send(prefix + name, b"{}").get(10)
    producer.close()
    assert written.offset == 0
