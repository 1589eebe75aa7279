"""Makes what a broker must have before anybody else logs in: accounts, the topics of the contract, and the rules of who may do what."""

import contextlib
import time
from collections.abc import Iterable, Mapping
from typing import Any

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType, NewTopic
from kafka.errors import InvalidReplicationFactorError, KafkaError, TopicAlreadyExistsError

from contracts.topics import Topic
from nuandeng.embedded.accounts import make_accounts, make_rules
from nuandeng.failures import PartFailedError

_BROKERS_WITHIN_S = 60.0
_AGAIN_S = 0.2


def set_up_broker(
    access: Mapping[str, Any], topics: Iterable[Topic], prefix: str = "", *, passwords: Mapping[str, str] | None = None
) -> None:
    """Make what is missing at a broker; safe to repeat, and quick when there is nothing to do.

    Args:
        access: keyword arguments of kafka-python's clients, for an account that may do everything.
        passwords: of the accounts to make; without them accounts and rules stay as they are, as at a broker that knows no log-in.
    Raises:
        PartFailedError: Kafka refused.
    """
    wanted = list(topics)
    try:
        admin = KafkaAdminClient(**access, client_id="set-up")
    except KafkaError as err:
        raise PartFailedError(f"Kafka does not answer: {err}") from err
    try:
        existing = set(admin.list_topics())
        new = [NewTopic(prefix + t.name, t.partitions, -1, topic_configs=dict(t.config)) for t in wanted if prefix + t.name not in existing]
        _check_partitions(admin, {prefix + t.name: t.partitions for t in wanted if prefix + t.name in existing})
        _keep_settings(admin, {prefix + t.name: t.config for t in wanted if prefix + t.name in existing})
        if new:
            _create(admin, new)
        if passwords is not None:
            make_accounts(admin, passwords)
            make_rules(admin, prefix, fresh=len(new) == len(wanted))
    except KafkaError as err:
        raise PartFailedError(f"Kafka did not take its accounts, topics and rules: {err}") from err
    finally:
        admin.close()


def _create(admin: Any, topics: list[NewTopic]) -> None:
    # Somebody else may have created one between our look and our call.
    with contextlib.suppress(TopicAlreadyExistsError):
        deadline = time.monotonic() + _BROKERS_WITHIN_S
        while True:
            try:
                admin.create_topics(topics, timeout_ms=20_000, wait_for_metadata=True)
            except InvalidReplicationFactorError:  # of several brokers, not all are there yet
                if time.monotonic() > deadline:
                    raise
                time.sleep(_AGAIN_S)
            else:
                return


def _keep_settings(admin: Any, wanted: Mapping[str, Mapping[str, str]]) -> None:
    """Give topics of an earlier release the settings of this one. What the contract does not name stays as it was set."""
    if not wanted:
        return
    found = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in wanted])["topic"]
    other = {
        name: {key: value for key, value in config.items() if found[name].get(key, {}).get("value") != value}
        for name, config in wanted.items()
    }
    changes = [ConfigResource(ConfigResourceType.TOPIC, name, configs=config) for name, config in other.items() if config]
    if changes:
        admin.alter_configs(changes)


def _check_partitions(admin: Any, wanted: Mapping[str, int]) -> None:
    """Jurisdictions would move to other partitions than their past stands in. Raises PartFailedError."""
    for described in admin.describe_topics(list(wanted)) if wanted else ():
        found = len(described["partitions"])
        if found != wanted[described["name"]]:
            raise PartFailedError(
                f"{described['name']} has {found} partitions, and the settings say {wanted[described['name']]}. The number is chosen once: "
                f"set kafka.partitions = {found}."
            )
