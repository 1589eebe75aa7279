"""One real Apache Kafka node (KRaft) from jars: its folder, settings, accounts, topics and the way to start it.

`KafkaNode` describes and prepares; whoever starts processes (the supervisor, `ServerProcess` in tests) takes `argv()`.
"""

import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from contracts.accounts import ADMIN
from contracts.topics import Topic
from nuandeng.embedded.jars import class_path
from nuandeng.embedded.java import find_java
from nuandeng.embedded.kafka_settings import MECHANISM, SCRAM_LOGIN, scram_arguments, server_properties
from nuandeng.embedded.log_shape import cluster_id
from nuandeng.embedded.ports import listens
from nuandeng.embedded.secrets import write_private
from nuandeng.embedded.shared_classes import shared_classes
from nuandeng.embedded.topics import set_up_broker
from nuandeng.failures import PartFailedError

HOST = "127.0.0.1"
_LOGGING = """\
status = warn
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %p %c{1}: %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
logger.lifecycle.name = kafka.server.KafkaRaftServer
logger.lifecycle.level = info
logger.storage.name = org.apache.kafka.storage.internals.log
logger.storage.level = error
"""
_SMALL = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss512k")


class Place(NamedTuple):
    """Where a node listens, on loopback: for clients, and for the other members of the quorum."""

    port: int
    controller_port: int


class KafkaNode:
    """A node that is broker and controller, with SASL accounts (SCRAM) and ACLs, listening on loopback only. Alone, or one of several."""

    def __init__(
        self, *, data_dir: Path, port: int, controller_port: int, passwords: Mapping[str, str], heap_mb: int = 256, number: int = 1,
        others: Mapping[int, Place] | None = None, cluster: str | None = None,
    ) -> None:  # fmt: skip
        """Describe a node.

        Args:
            data_dir: its own folder; made if absent.
            port: for clients. controller_port: for the quorum; both on loopback.
            passwords: by account name; must hold `admin`. The others are made by `set_up()`.
            heap_mb: the JVM's heap; the whole process takes about 50 MB less than this.
            number: its own among several. others: where the rest of them listen. cluster: identifier that all of them share.
        """
        self.number = number
        self._places = {number: Place(port, controller_port), **(others or {})}
        self._cluster = cluster or cluster_id()
        self.data_dir = data_dir
        self.port = port
        self._controller_port = controller_port
        self._passwords = dict(passwords)
        self._heap_mb = heap_mb

    @property
    def bootstrap(self) -> str:
        """host:port for clients, of every broker with commas between, this one first."""
        return ",".join(f"{HOST}:{place.port}" for place in self._places.values())

    @property
    def _settings(self) -> Path:
        return self.data_dir / "server.properties"

    def prepare(self) -> None:
        """Write the settings and, the first time, format the log folder (0.7 s). Safe to repeat.

        Raises:
            SetupMissingError: no jars or no Java.
            PartFailedError: Kafka refused to format.
        """
        self.data_dir.mkdir(parents=True, exist_ok=True)
        write_private(self._settings, self._server_properties().encode())
        (self.data_dir / "log4j2.properties").write_text(_LOGGING)
        if (self.data_dir / "log" / "meta.properties").exists():
            return
        what = ["format", "-t", self._cluster, "-c", str(self._settings), *scram_arguments({ADMIN: self._passwords[ADMIN]})]
        formatted = subprocess.run(
            [*self._java("64"), "kafka.tools.StorageTool", *what],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if formatted.returncode != 0:
            raise PartFailedError(f"Kafka could not format {self.data_dir}:\n{formatted.stdout}{formatted.stderr}")

    def argv(self) -> list[str]:
        """The command that runs the node in the foreground; it prints its log, and stops on SIGTERM."""
        return [*self._java(str(self._heap_mb)), "kafka.Kafka", str(self._settings)]

    def tool_argv(self, main_class: str, *arguments: str) -> list[str]:
        """The command that runs one of Kafka's own tools, such as `org.apache.kafka.tools.consumer.ConsoleConsumer`."""
        return [*self._java("128"), main_class, *arguments]

    def tool_properties(self, account: str = ADMIN) -> str:
        """Contents of the file that Kafka's own tools take as `--consumer.config` and the like."""
        login = f'username="{account}" password="{self._passwords[account]}"'
        return f"security.protocol=SASL_PLAINTEXT\nsasl.mechanism={MECHANISM}\nsasl.jaas.config={SCRAM_LOGIN} {login};\n"

    def answers(self) -> bool:
        """Whether clients can be served: the port is open only once the broker has joined its controller."""
        return listens(self.port, HOST, timeout_s=0.2)

    def client_settings(self, account: str = ADMIN) -> dict[str, Any]:
        """Keyword arguments for kafka-python's KafkaProducer, KafkaConsumer and KafkaAdminClient."""
        return {
            "bootstrap_servers": self.bootstrap,
            "security_protocol": "SASL_PLAINTEXT",
            "sasl_mechanism": MECHANISM,
            "sasl_plain_username": account,
            "sasl_plain_password": self._passwords[account],
        }

    def set_up(self, topics: Iterable[Topic], prefix: str = "") -> None:
        """Make the accounts, topics and rules that are missing; to be called whenever it was started. Raises PartFailedError."""
        set_up_broker(self.client_settings(), topics, prefix, passwords=self._passwords)

    def _server_properties(self) -> str:
        return server_properties(
            listen=f"{HOST}:{self.port}",
            advertised=f"{HOST}:{self.port}",
            controller=f"{HOST}:{self._controller_port}",
            log_dir=self.data_dir / "log",
            admin_password=self._passwords[ADMIN],
            node=self.number,
            voters={number: f"{HOST}:{place.controller_port}" for number, place in self._places.items()},
        )

    def _java(self, heap_mb: str) -> list[str]:
        logging = f"-Dlog4j2.configurationFile={self.data_dir / 'log4j2.properties'}"
        java = find_java()
        return [str(java), f"-Xmx{heap_mb}m", *_SMALL, *shared_classes(java), logging, "-cp", class_path()]
