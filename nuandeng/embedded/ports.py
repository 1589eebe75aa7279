"""Taking ports, and saying who has one. A port is taken by binding it and kept for the whole run, so that nobody else gets it meanwhile."""

import contextlib
import socket
from pathlib import Path

_BACKLOG = 512


def listening(port: int = 0, host: str = "127.0.0.1") -> socket.socket:
    """A listening socket for a process of ours to inherit; 0 takes a free port.

    Whoever connects before that process runs, or while it is started again, waits instead of being refused.

    Raises:
        OSError: the port is taken, or is not for us.
    """
    return _bound(port, host, listen=True)


def reserved(port: int = 0, host: str = "127.0.0.1") -> socket.socket:
    """A socket that keeps a port for a server of ours that binds it itself, such as Kafka; 0 takes a free port.

    It is bound and does not listen. A server that sets SO_REUSEADDR can listen beside it, again and again; the kernel gives the port to
    nobody else, neither for listening nor for an outgoing connection. Linux.

    Raises:
        OSError: the port is taken, or is not for us.
    """
    return _bound(port, host, listen=False)


def _bound(port: int, host: str, *, listen: bool) -> socket.socket:
    taken = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        if port:  # chosen by somebody: what is in TIME_WAIT there does not matter
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((host, port))
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if listen:
            taken.listen(_BACKLOG)
    except OSError:
        taken.close()
        raise
    return taken


def port_of(taken: socket.socket) -> int:
    """The number of the port."""
    return int(taken.getsockname()[1])


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
        if _has_open(fds, inodes):
            with contextlib.suppress(OSError):
                command = (fds.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
                return f"process {fds.parent.name} ({command[:80]})"
    return ""


def _has_open(fds: Path, inodes: set[str]) -> bool:
    with contextlib.suppress(OSError):  # another user's, or gone
        for fd in fds.iterdir():
            with contextlib.suppress(OSError):  # closed meanwhile
                if str(fd.readlink()).removeprefix("socket:[").removesuffix("]") in inodes:
                    return True
    return False


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
