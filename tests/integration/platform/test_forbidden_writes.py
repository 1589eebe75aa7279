"""What each account may do, tried on a real broker: every account × every topic × read and write, and every way around it."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ConfigResource,
    ConfigResourceType,
    NewTopic,
    ResourcePattern,
    ResourceType,
    UserScramCredentialUpsertion,
)
from kafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)

from contracts.accounts import ACCOUNTS, ADMIN, Account
from contracts.topics import COMMITS, TOPICS
from nuandeng.embedded.session import RunningKafka

RECORD = b"stands here"
_REFUSALS = (TopicAuthorizationFailedError, ClusterAuthorizationFailedError, GroupAuthorizationFailedError)
_each_account = pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.name)


@pytest.fixture(scope="module")
def prefix(kafka: RunningKafka) -> str:
    """Topics of its own, with one record in each."""
    made = kafka.fresh_topics()
    producer = KafkaProducer(**kafka.client_settings())
    for topic in TOPICS:
        producer.send(made + topic.name, RECORD, key=b"k", partition=0).get(10)
    producer.close()
    return made


@contextlib.contextmanager
def client(kind: Any, kafka: RunningKafka, account: str, **more: Any) -> Iterator[Any]:
    """A client of one account, closed at the end."""
    made = kind(**kafka.client_settings(account), **more)
    try:
        yield made
    finally:
        made.close()


@_each_account
def test_an_account_writes_what_the_table_says(kafka: RunningKafka, prefix: str, account: Account) -> None:
    """And is refused everywhere else. What is forbidden hinders nothing that is needed, idempotent writing included."""
    taken = set()
    # Not idempotent: such a producer of kafka-python sends nothing more after its first refusal.
    with client(KafkaProducer, kafka, account.name, max_block_ms=5000, enable_idempotence=False) as producer:
        for topic in TOPICS:
            with contextlib.suppress(TopicAuthorizationFailedError):
                producer.send(prefix + topic.name, b"{}", key=b"k", partition=0).get(10)
                taken.add(topic.name)
    assert taken == set(account.writes)
    if account.writes:
        with client(KafkaProducer, kafka, account.name, max_block_ms=5000, enable_idempotence=True, acks="all") as producer:
            for name in account.writes:
                producer.send(prefix + name, b"{}", key=b"k", partition=0).get(10)


@_each_account
def test_an_account_reads_what_the_table_says(kafka: RunningKafka, prefix: str, account: Account) -> None:
    """One that may write a topic may not read it for that."""
    seen = set()
    with client(KafkaConsumer, kafka, account.name, auto_offset_reset="earliest", enable_auto_commit=False) as consumer:
        for topic in TOPICS:
            place = TopicPartition(prefix + topic.name, 0)
            consumer.assign([place])
            with contextlib.suppress(TopicAuthorizationFailedError):
                # Who may not even look at a topic hears of it here, who may write it alone at the fetch.
                assert consumer.end_offsets([place])[place] > 0
                consumer.seek(place, 0)
                found = consumer.poll(timeout_ms=5000, max_records=1)
                assert [record.value for records in found.values() for record in records] == [RECORD], topic.name
                seen.add(topic.name)
    assert seen == set(account.reads)


@_each_account
def test_an_account_is_in_its_own_groups_alone(kafka: RunningKafka, prefix: str, account: Account) -> None:
    """Nobody moves another part's place in a topic."""
    places = {group for other in ACCOUNTS for group in other.groups}
    entered = set()
    topic = prefix + next(iter(account.reads))
    for group in places:
        member = client(KafkaConsumer, kafka, account.name, group_id=prefix + group, enable_auto_commit=False)
        with member as consumer, contextlib.suppress(GroupAuthorizationFailedError):
            consumer.committed(TopicPartition(topic, 0))
            entered.add(group)
    assert entered == set(account.groups)


def allow_oneself(admin: Any, topic: str, account: str) -> Any:
    rule = ACL(f"User:{account}", "*", ACLOperation.ALL, ACLPermissionType.ALLOW, ResourcePattern(ResourceType.TOPIC, topic))
    return admin.create_acls([rule])


def delete_the_topic(admin: Any, topic: str, _account: str) -> Any:
    return admin.delete_topics([topic])


def cut_the_head(admin: Any, topic: str, _account: str) -> Any:
    return admin.delete_records({TopicPartition(topic, 0): 1})


def let_it_expire(admin: Any, topic: str, _account: str) -> Any:
    return admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs={"retention.ms": "1"})], raise_on_unknown=False)


def make_another(admin: Any, topic: str, _account: str) -> Any:
    return admin.create_topics([NewTopic(f"{topic}.mine", 1, 1)])


def become_another(admin: Any, _topic: str, _account: str) -> Any:
    return admin.alter_user_scram_credentials([UserScramCredentialUpsertion("dispatcher", "SCRAM-SHA-256", "mine")])


def take_the_admins_place(admin: Any, _topic: str, _account: str) -> Any:
    return admin.alter_user_scram_credentials([UserScramCredentialUpsertion(ADMIN, "SCRAM-SHA-256", "mine")])


_WAYS = (allow_oneself, delete_the_topic, cut_the_head, let_it_expire, make_another, become_another, take_the_admins_place)


@_each_account
def test_no_account_changes_topics_rules_or_accounts(kafka: RunningKafka, prefix: str, account: Account) -> None:
    """Not even the dispatcher's: it appends, and nothing else. What was there is there afterwards, and the admin logs in as before."""
    with client(KafkaAdminClient, kafka, account.name) as admin:
        for topic in TOPICS:
            for way in _WAYS[:5] if topic.name != COMMITS else _WAYS:
                assert _refused(way, admin, prefix + topic.name, account.name), f"{way.__name__} of {topic.name} as {account.name}"
    with client(KafkaAdminClient, kafka, ADMIN) as admin:
        names = set(admin.list_topics())
    assert {prefix + topic.name for topic in TOPICS} <= names
    assert not [name for name in names if name.endswith(".mine")]
    assert _first(kafka, prefix + COMMITS) == RECORD


def _refused(way: Callable[[Any, str, str], Any], admin: Any, topic: str, account: str) -> bool:
    try:
        answer = way(admin, topic, account)
    except _REFUSALS:
        return True
    except UnknownTopicOrPartitionError:
        return True  # whoever may not look at a topic is not told that it exists
    except KafkaError as err:
        return _is_a_refusal(err)
    return _is_a_refusal(answer)


def _is_a_refusal(answer: object) -> bool:
    return "uthoriz" in repr(answer) or "needs ALTER permission" in repr(answer)


def _first(kafka: RunningKafka, topic: str) -> bytes:
    with client(KafkaConsumer, kafka, ADMIN, auto_offset_reset="earliest", enable_auto_commit=False) as consumer:
        place = TopicPartition(topic, 0)
        consumer.assign([place])
        consumer.seek_to_beginning()
        return bytes(next(record for records in consumer.poll(timeout_ms=5000, max_records=1).values() for record in records).value)


def test_another_installations_topics_are_closed(kafka: RunningKafka) -> None:
    """Topics without a rule are nobody's: what no table names is refused."""
    stray = f"{kafka.fresh_topics()}stray"
    with client(KafkaAdminClient, kafka, ADMIN) as admin:
        admin.create_topics([NewTopic(stray, 1, 1)], wait_for_metadata=True)
    with client(KafkaProducer, kafka, "tools", max_block_ms=5000) as producer, pytest.raises(TopicAuthorizationFailedError):
        producer.send(stray, b"{}").get(10)
