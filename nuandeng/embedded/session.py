"""Running Kafka and Valkey for the time of a test session: start, kill, restart, wipe."""

import secrets
import shutil
from pathlib import Path
from typing import Any
from uuid import uuid4

from contracts.topics import TOPICS
from nuandeng.embedded.guard import Guard
from nuandeng.embedded.kafka import KafkaNode
from nuandeng.embedded.kafka_settings import MECHANISM
from nuandeng.embedded.ports import port_of, reserved
from nuandeng.embedded.secrets import KAFKA_ACCOUNTS
from nuandeng.embedded.server_process import ServerProcess
from nuandeng.embedded.valkey import ValkeyNode


class RunningKafka:
    """A real broker with our topics, accounts and rules (contracts/accounts.py)."""

    def __init__(self, data_dir: Path, guard: Guard) -> None:
        self.passwords = {account: secrets.token_urlsafe(12) for account in KAFKA_ACCOUNTS}
        self._ports = reserved(), reserved()
        port, controller_port = map(port_of, self._ports)
        self.node = KafkaNode(data_dir=data_dir, port=port, controller_port=controller_port, passwords=self.passwords)
        self.node.prepare()
        self._process = ServerProcess(name="kafka", argv=self.node.argv(), env={}, log=data_dir / "output.log", guard=guard)
        self._process.start(self.node.answers)
        self.node.set_up(TOPICS)

    @property
    def bootstrap(self) -> str:
        """host:port."""
        return self.node.bootstrap

    def client_settings(self, account: str = "admin") -> dict[str, Any]:
        """For kafka-python's clients; `admin` may do everything."""
        return self.node.client_settings(account)

    def aiokafka_settings(self, account: str = "admin") -> dict[str, Any]:
        """For aiokafka's clients."""
        return self.node.client_settings(account)  # the two libraries name these settings alike

    def faust_settings(self, account: str = "admin") -> dict[str, Any]:
        """Keyword arguments for `faust.App`: broker and broker_credentials."""
        import faust  # noqa: PLC0415 - half a second that tests without faust need not pay

        credentials = faust.SASLCredentials(mechanism=MECHANISM, username=account, password=self.passwords[account], ssl_context=None)
        return {"broker": f"kafka://{self.bootstrap}", "broker_credentials": credentials}

    def fresh_topics(self, prefix: str | None = None) -> str:
        """Create all topics once more as `{prefix}{name}`, empty; returns the prefix (also make consumer groups with it)."""
        chosen = prefix or f"t{uuid4().hex[:8]}."
        self.node.set_up(TOPICS, chosen)
        return chosen

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()

    def restart(self) -> None:
        """Start again after `kill()`, or stop and start: same port, same data."""
        self._process.stop()
        self._process.start(self.node.answers)

    def stop(self) -> None:
        """Stop in order."""
        self._process.stop()
        for port in self._ports:
            port.close()


class RunningValkey:
    """A real Valkey with a password."""

    def __init__(self, data_dir: Path, guard: Guard) -> None:
        self._port = reserved()
        self.node = ValkeyNode(data_dir=data_dir, port=port_of(self._port), password=secrets.token_urlsafe(12))
        self.node.prepare()
        self._process = ServerProcess(name="valkey", argv=self.node.argv(), env={}, log=data_dir / "output.log", guard=guard)
        self._process.start(self.node.answers)

    @property
    def url(self) -> str:
        """For `redis.Redis.from_url`."""
        return self.node.url

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()

    def restart(self) -> None:
        """Start again after `kill()`, or stop and start: same port, same data."""
        self._process.stop()
        self._process.start(self.node.answers)

    def wipe(self) -> None:
        """kill -9, lose every byte, start again on the same port."""
        self._process.kill()
        shutil.rmtree(self.node.data_dir)
        self.node.prepare()
        self._process.start(self.node.answers)

    def stop(self) -> None:
        """Stop in order."""
        self._process.stop()
        self._port.close()
