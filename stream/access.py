"""From the runtime file to the keyword arguments of each client library."""

import os
from pathlib import Path
from typing import Any

import msgspec

from contracts.runtime import VARIABLE, Runtime, decode_runtime
from stream.partition import choose_partitions

# For aiokafka's clients, whose own 40 s are too long: a connection that fell silent without being closed is given up after this.
# More than a group's session, which a request to join it may take.
REQUEST_MS = 7_000
# For clients that are in no group and whose requests are answered within moments, or never: after a silent connection each of them must
# find that out, one after the other.
ANSWER_MS = 4_000
# While a broker is away, each of a process's half a dozen clients asks for it so often; at the libraries' 100 ms all of them together keep
# the cores busy that it needs to come back.
RETRY_MS = 250


def runtime_from_environment() -> Runtime:
    """Read the file that NUANDENG_RUNTIME names, and count partitions as it says. Raises KeyError, OSError, msgspec.MsgspecError."""
    runtime = decode_runtime(Path(os.environ[VARIABLE]).read_bytes())
    choose_partitions(runtime.kafka.partitions)
    return runtime


def as_account(runtime: Runtime, *accounts: str) -> Runtime:
    """The runtime of a process that logs in to Kafka as the first of these, with their passwords and no other's; none: it never does."""
    kafka = runtime.kafka
    known = {account: password for account, password in kafka.passwords.items() if account in accounts}
    who = accounts[0] if accounts else ""
    return msgspec.structs.replace(runtime, kafka=msgspec.structs.replace(kafka, account=who, passwords=known))


def kafka_settings(runtime: Runtime, account: str | None = None) -> dict[str, Any]:
    """For kafka-python's and aiokafka's clients alike: they name these settings the same. account: another than the runtime's own."""
    access = runtime.kafka
    account = account or access.account
    if access.mechanism is None:
        return {"bootstrap_servers": access.bootstrap, "retry_backoff_ms": RETRY_MS}
    return {
        "bootstrap_servers": access.bootstrap,
        "retry_backoff_ms": RETRY_MS,
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": access.mechanism,
        "sasl_plain_username": account,
        "sasl_plain_password": access.passwords[account],
    }


def faust_settings(runtime: Runtime, account: str | None = None) -> dict[str, Any]:
    """`broker` and `broker_credentials` of a faust.App. account: another than the runtime's own."""
    import faust  # noqa: PLC0415 - the web process reads this module too and has no use for Faust

    access = runtime.kafka
    account = account or access.account
    settings: dict[str, Any] = {"broker": "kafka://" + access.bootstrap.replace(",", ";")}
    if access.mechanism is not None:
        settings["broker_credentials"] = faust.SASLCredentials(
            mechanism=access.mechanism, username=account, password=access.passwords[account], ssl_context=None
        )
    return settings


def topic(runtime: Runtime, name: str) -> str:
    """A topic's name at this broker."""
    return runtime.kafka.topic_prefix + name


def group(runtime: Runtime, name: str) -> str:
    """A consumer group's name at this broker."""
    return runtime.kafka.topic_prefix + name
