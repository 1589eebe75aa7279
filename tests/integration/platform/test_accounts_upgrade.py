"""A data directory of a release that knew three accounts: its next start gives every part an account of its own, and keeps the log."""

import secrets
import time
from pathlib import Path
from unittest import mock

import msgspec
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ACL, ACLOperation, ACLPermissionType, NewTopic, ResourcePattern, ResourceType
from kafka.errors import KafkaError, TopicAuthorizationFailedError

from contracts.accounts import ACCOUNTS, ADMIN
from contracts.topics import COMMITS, TOPICS
from nuandeng.embedded import kafka as embedded
from nuandeng.embedded.accounts import _await_rule, _described, rules
from nuandeng.embedded.guard import Guard
from nuandeng.embedded.kafka import KafkaNode
from nuandeng.embedded.kafka_settings import scram_arguments
from nuandeng.embedded.ports import port_of, reserved
from nuandeng.embedded.secrets import KAFKA_ACCOUNTS, InstallationSecrets, installation_secrets, write_private
from nuandeng.embedded.server_process import ServerProcess

EARLIER = ("admin", "dispatcher", "platform")


class Started:
    """A node on a data directory, with the passwords that stand there."""

    def __init__(self, folder: Path, guard: Guard, passwords: dict[str, str]) -> None:
        self._ports = reserved(), reserved()
        port, controller = map(port_of, self._ports)
        self.node = KafkaNode(data_dir=folder / "kafka", port=port, controller_port=controller, passwords=passwords)
        self.node.prepare()
        self._process = ServerProcess(name="kafka", argv=self.node.argv(), env={}, log=folder / "output.log", guard=guard)
        self._process.start(self.node.answers)

    def stop(self) -> None:
        """Stop in order."""
        self._process.stop()
        for port in self._ports:
            port.close()


@pytest.fixture
def earlier(tmp_path: Path, server_guard: Guard) -> Path:
    """As an earlier release left it: three accounts made at the format, its rules, one commit in the log."""
    passwords = {name: secrets.token_urlsafe(12) for name in EARLIER}
    write_private(tmp_path / "secrets.json", msgspec.json.encode(InstallationSecrets(kafka=passwords, valkey="v")))
    with mock.patch.object(embedded, "scram_arguments", return_value=scram_arguments(passwords)):
        started = Started(tmp_path, server_guard, passwords)
    admin = KafkaAdminClient(**started.node.client_settings())
    admin.create_topics([NewTopic(topic.name, topic.partitions, 1) for topic in TOPICS], wait_for_metadata=True)
    log, cluster = ResourcePattern(ResourceType.TOPIC, COMMITS), ResourcePattern(ResourceType.CLUSTER, "kafka-cluster")
    old_rules = [
        ACL("User:dispatcher", "*", ACLOperation.WRITE, ACLPermissionType.ALLOW, log),
        ACL("User:*", "*", ACLOperation.READ, ACLPermissionType.ALLOW, log),
        ACL("User:*", "*", ACLOperation.DESCRIBE_CONFIGS, ACLPermissionType.ALLOW, cluster),
        ACL("User:*", "*", ACLOperation.IDEMPOTENT_WRITE, ACLPermissionType.ALLOW, cluster),
        # Of the city's own, who reads the log with a tool of theirs.
        ACL("User:city-analyst", "*", ACLOperation.READ, ACLPermissionType.ALLOW, log),
    ]  # fmt: skip
    admin.create_acls(old_rules)
    _await_rule(admin, old_rules[-1])
    admin.close()
    producer = KafkaProducer(**started.node.client_settings("dispatcher"))
    producer.send(COMMITS, b"first", key=b"371602", partition=0).get(10)
    producer.close()
    started.stop()
    return tmp_path


def test_the_next_start_gives_every_part_its_account(earlier: Path, server_guard: Guard) -> None:
    """Passwords that were there stay; what the old account could do nobody can; the log goes on; a further start changes nothing."""
    before = msgspec.json.decode((earlier / "secrets.json").read_bytes(), type=InstallationSecrets)
    found = installation_secrets(earlier)
    assert set(found.kafka) == set(KAFKA_ACCOUNTS)
    assert (found.valkey, found.kafka[ADMIN], found.kafka["dispatcher"]) == ("v", before.kafka[ADMIN], before.kafka["dispatcher"])
    assert installation_secrets(earlier) == found
    started = Started(earlier, server_guard, found.kafka)
    try:
        started.node.set_up(TOPICS)
        for account in ACCOUNTS:
            place = TopicPartition(account.reads[0], 0)
            consumer = KafkaConsumer(**started.node.client_settings(account.name))
            assert consumer.end_offsets([place])[place] >= 0
            consumer.close()
        old = {**started.node.client_settings(), "sasl_plain_username": "platform", "sasl_plain_password": before.kafka["platform"]}
        with pytest.raises(KafkaError):
            KafkaAdminClient(**old, bootstrap_timeout_ms=3000)
        producer = KafkaProducer(**started.node.client_settings("dispatcher"))
        assert producer.send(COMMITS, b"second", key=b"371602", partition=0).get(10).offset == 1
        producer.close()
        producer = KafkaProducer(**started.node.client_settings("web"))
        with pytest.raises(TopicAuthorizationFailedError):
            producer.send(COMMITS, b"third", key=b"371602", partition=0).get(10)
        producer.close()
        kept = _rules(started.node)
        assert kept == {str(rule) for rule in rules("")} | {_of_the_citys(kept)}
        begun = time.monotonic()
        started.node.set_up(TOPICS)
        assert time.monotonic() - begun < 3.0
        assert _rules(started.node) == kept
    finally:
        started.stop()


def _rules(node: KafkaNode) -> set[str]:
    admin = KafkaAdminClient(**node.client_settings())
    try:
        return {str(rule) for rule in _described(admin)}
    finally:
        admin.close()


def _of_the_citys(kept: set[str]) -> str:
    (rule,) = (rule for rule in kept if "city-analyst" in rule)
    return rule
