"""Free and taken ports."""

import random
import socket
from pathlib import Path

# Below Linux's default range for outgoing connections (32768 and up): a port picked here and bound a moment later
# cannot have been handed to somebody's outgoing connection in between.
_FIRST, _LAST = 20000, 32000
_RANDOM = random.SystemRandom()


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether `host:port` can be bound now; a socket in TIME_WAIT does not count."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(host: str = "127.0.0.1") -> int:
    """A port nobody listens on, outside the range of outgoing connections."""
    while True:
        port = _RANDOM.randrange(_FIRST, _LAST)
        if is_free(port, host):
            return port


def listens(port: int, host: str = "127.0.0.1", timeout_s: float = 0.5) -> bool:
    """Whether somebody accepts connections at `host:port`."""
    try:
        with socket.create_connection((host, port), timeout=timeout_s):
            return True
    except OSError:
        return False


def holder(port: int) -> str:
    """Who listens on `port`, as text for a message; empty when it cannot be seen (another user's process)."""
    inodes = _listening_inodes(port)
    for fds in Path("/proc").glob("[0-9]*/fd"):
        try:
            links = {str(fd.readlink()) for fd in fds.iterdir()}
            command = (fds.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            continue
        if any(f"socket:[{inode}]" in links for inode in inodes):
            return f"process {fds.parent.name} ({command[:80]})"
    return ""


def _listening_inodes(port: int) -> set[str]:
    inodes = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        if not table.exists():
            continue
        for line in table.read_text().splitlines()[1:]:
            field = line.split()
            if field[3] == "0A" and int(field[1].rpartition(":")[2], 16) == port:
                inodes.add(field[9])
    return inodes
