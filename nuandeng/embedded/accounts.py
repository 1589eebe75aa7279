"""Kafka's accounts and rules, made from contracts/accounts.py: who logs in, and what the broker lets each read and write."""

import time
from collections.abc import Iterable, Mapping
from typing import Any

from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
    ScramMechanism,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)
from kafka.errors import KafkaError, NoError
from kafka.protocol.admin import DescribeAclsRequest

from contracts.accounts import ACCOUNTS, RETIRED
from nuandeng.embedded.kafka_settings import MECHANISM
from nuandeng.failures import PartFailedError

_IN_FORCE_S = 10.0
_LOOK_EVERY_S = 0.02
_EVERYBODY = "User:*"
_OURS = frozenset({_EVERYBODY, *(f"User:{account.name}" for account in ACCOUNTS), *(f"User:{name}" for name in RETIRED)})


def make_accounts(admin: Any, passwords: Mapping[str, str]) -> list[str]:
    """Make the accounts of the table that the broker does not know, and remove those of earlier releases; return what was made.

    Args:
        admin: kafka-python's admin client, logged in as one who may do everything.
        passwords: by account; one without a password is not made.
    Raises:
        KafkaError, PartFailedError: the broker refused.
    """
    known = set(admin.describe_user_scram_credentials())
    made = [account.name for account in ACCOUNTS if account.name not in known and account.name in passwords]
    gone = sorted(known.intersection(RETIRED))
    if made or gone:
        alterations = [
            *(UserScramCredentialUpsertion(name, MECHANISM, passwords[name]) for name in made),
            *(UserScramCredentialDeletion(name, ScramMechanism.SCRAM_SHA_256) for name in gone),
        ]
        refused = {name: why for name, why in admin.alter_user_scram_credentials(alterations).items() if why}
        if refused:
            raise PartFailedError(f"Kafka did not make its accounts: {refused}")
    return made


def make_rules(admin: Any, prefix: str, *, fresh: bool) -> None:
    """Let each account do what the table says and nothing else. Rules of accounts that are not ours stay as they are.

    Args:
        fresh: the topics were made just now, so that there are no rules yet to compare with.
    Raises:
        KafkaError, PartFailedError: the broker refused.
    """
    wanted = set(rules(prefix))
    found = set() if fresh else {rule for rule in _described(admin) if _ours(rule, prefix)}
    if missing := sorted(wanted - found, key=repr):
        failed = admin.create_acls(missing)["failed"]
        if failed:
            raise PartFailedError(f"Kafka did not take its rules: {failed[0]}")
        _await_rule(admin, missing[-1])
    if stale := found - wanted:
        for _rule, _removed, error in admin.delete_acls(sorted(stale, key=repr)):
            if error is not NoError:
                raise PartFailedError(f"Kafka did not give up a rule: {error}")


def rules(prefix: str) -> Iterable[ACL]:
    """The table as Kafka's rules, under a prefix of topics and groups."""
    for account in ACCOUNTS:
        for operation, topics in ((ACLOperation.WRITE, account.writes), (ACLOperation.READ, account.reads)):
            for topic in topics:
                yield _allow(account.name, operation, ResourceType.TOPIC, prefix + topic)
        for group in account.groups:
            yield _allow(account.name, ACLOperation.READ, ResourceType.GROUP, prefix + group)


def _allow(account: str, operation: ACLOperation, kind: ResourceType, name: str) -> ACL:
    return ACL(f"User:{account}", "*", operation, ACLPermissionType.ALLOW, ResourcePattern(kind, name))


def _await_rule(admin: Any, rule: ACL) -> None:
    """Wait until every broker goes by a rule: the controller acknowledges one before any does, and who comes too early is refused."""
    deadline = time.monotonic() + _IN_FORCE_S
    while not all(_goes_by(admin, broker, rule) for broker in _there(admin)):
        if time.monotonic() > deadline:
            raise PartFailedError("Kafka took its rules, and not all brokers go by them.")
        time.sleep(_LOOK_EVERY_S)


def _there(admin: Any) -> list[int]:
    """The brokers that serve clients; one that is away has every rule before it does so again."""
    return [broker["broker_id"] for broker in admin.describe_cluster()["brokers"] if not broker.get("is_fenced")]


def _goes_by(admin: Any, broker: int, rule: ACL) -> bool:
    """Ask one broker; one that is gone does not."""
    pattern = rule.resource_pattern
    request = DescribeAclsRequest(
        resource_type_filter=pattern.resource_type, resource_name_filter=pattern.resource_name, pattern_type_filter=pattern.pattern_type,
        principal_filter=rule.principal, host_filter=rule.host, operation=rule.operation, permission_type=rule.permission_type,
    )  # fmt: skip
    try:
        # The client's own `describe_acls` asks whichever broker it likes.
        answer = admin._manager.run(admin._manager.send, request, broker)  # noqa: SLF001
    except KafkaError:
        return False
    return bool(answer.error_code == 0 and answer.resources)


def _described(admin: Any) -> list[ACL]:
    anything = ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)
    found, _ = admin.describe_acls(ACLFilter(None, None, ACLOperation.ANY, ACLPermissionType.ANY, anything))
    return list(found)


def _ours(rule: ACL, prefix: str) -> bool:
    """Rules of our accounts, of this installation: several can share a broker, each under its prefix."""
    if rule.principal not in _OURS:
        return False
    resource = rule.resource_pattern
    if resource.resource_type is ResourceType.CLUSTER:
        return bool(rule.principal == _EVERYBODY)
    names = {prefix + name for account in ACCOUNTS for name in (*account.writes, *account.reads, *account.groups)}
    return resource.resource_name in names
