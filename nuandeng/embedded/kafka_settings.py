"""Kafka's own settings file and its accounts, for the node we start and for the one in a container."""

import hashlib
import secrets
from base64 import b64encode
from collections.abc import Mapping
from pathlib import PurePath

MECHANISM = "SCRAM-SHA-256"
SCRAM_LOGIN = "org.apache.kafka.common.security.scram.ScramLoginModule required"
_PLAIN_LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required"
_ITERATIONS = 4096


def scram_arguments(passwords: Mapping[str, str]) -> list[str]:
    """Arguments of Kafka's storage tool that make the accounts.

    Salted here: the arguments of a process can be read by every user of the machine.
    """
    arguments = []
    for account, password in passwords.items():
        salt = secrets.token_bytes(16)
        salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ITERATIONS)
        credential = f"[name={account},iterations={_ITERATIONS},salt={_quoted(salt)},saltedpassword={_quoted(salted)}]"
        arguments += ["--add-scram", f"{MECHANISM}={credential}"]
    return arguments


def _quoted(octets: bytes) -> str:
    return f'"{b64encode(octets).decode()}"'


def server_properties(
    *, listen: str, advertised: str, controller: str, log_dir: PurePath, admin_password: str, node: int = 1,
    voters: Mapping[int, str] | None = None,
) -> str:  # fmt: skip
    """The settings file of a node that is broker and controller, alone or one of several.

    Args:
        listen: host:port for clients; an empty host means every network card. advertised: host:port that clients are told.
        controller: host:port that the quorum's others reach it at. node: its number.
        voters: host:port of every member of the quorum by number, itself included; without them it is alone.
    """
    voters = voters or {node: controller}
    # Of three copies two hold every record that is acknowledged: one broker may be away, and nothing is lost with it.
    copies, written = (3, 2) if len(voters) >= 3 else (1, 1)
    login = f'username="admin" password="{admin_password}"'
    settings = {
        "process.roles": "broker,controller",
        "node.id": str(node),
        # Named here, not in the log's metadata: so a later start may use another port.
        "controller.quorum.voters": ",".join(f"{number}@{place}" for number, place in sorted(voters.items())),
        "listeners": f"CLIENTS://{listen},CONTROLLER://{controller}",
        "advertised.listeners": f"CLIENTS://{advertised}",
        "listener.security.protocol.map": "CLIENTS:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
        "inter.broker.listener.name": "CLIENTS",
        "controller.listener.names": "CONTROLLER",
        "listener.name.clients.sasl.enabled.mechanisms": MECHANISM,
        "sasl.mechanism.inter.broker.protocol": MECHANISM,
        "listener.name.clients.scram-sha-256.sasl.jaas.config": f"{SCRAM_LOGIN} {login};",
        # The controller knows accounts only after it has read its log, so the node talks to itself by PLAIN.
        "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
        "sasl.mechanism.controller.protocol": "PLAIN",
        "listener.name.controller.plain.sasl.jaas.config": f'{_PLAIN_LOGIN} {login} user_admin="{admin_password}";',
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:admin",
        # What contracts/accounts.py does not name is refused.
        "allow.everyone.if.no.acl.found": "false",
        "log.dirs": str(log_dir),
        "auto.create.topics.enable": "false",
        "default.replication.factor": str(copies),
        "min.insync.replicas": str(written),
        "offsets.topic.replication.factor": str(copies),
        "offsets.topic.num.partitions": "1",
        "transaction.state.log.replication.factor": str(copies),
        "transaction.state.log.min.isr": str(written),
        "transaction.state.log.num.partitions": "1",
        "share.coordinator.state.topic.replication.factor": str(copies),
        "share.coordinator.state.topic.min.isr": str(written),
        "share.coordinator.state.topic.num.partitions": "1",
        "group.initial.rebalance.delay.ms": "0",
        "group.min.session.timeout.ms": "2000",
        # A broker that comes back after kill -9 waits for its own old session to end. If it were shorter, one that a busy machine keeps
        # waiting for a second would be taken for gone and lose its partitions, to itself even.
        "broker.session.timeout.ms": "2000",
        "broker.heartbeat.interval.ms": "500",
        "num.network.threads": "2",
        "num.io.threads": "2",
        "log.cleaner.threads": "1",
        "log.cleaner.dedupe.buffer.size": "8388608",
        "num.recovery.threads.per.data.dir": "2",
    }
    return "".join(f"{key}={value}\n" for key, value in settings.items())
