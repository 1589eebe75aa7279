"""The running parts as processes: the supervisor's children, told apart by their command lines."""

import contextlib
import os
import signal
import time
from pathlib import Path

import psutil

from chaos.tree import ONE_OF_EACH, Tree

_MODULES = {"nuandeng.web_process": "web", "stream.witness.part": "witness"}
_POLL_S = 0.02


class Parts:
    """Processes of one supervisor."""

    def __init__(self, supervisor_pid: int, tree: Tree = ONE_OF_EACH) -> None:
        self.supervisor_pid = supervisor_pid
        self.tree = tree

    def pid(self, part: str) -> int | None:
        """The running process of a part."""
        return self.pids().get(part)

    def pids(self) -> dict[str, int]:
        """The running processes by part. Asked often, while the machine has other things to do: no look at all of its processes."""
        found: dict[str, int] = {}
        for children in Path(f"/proc/{self.supervisor_pid}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                for pid in children.read_text().split():
                    # Nothing is left of a zombie's command line.
                    with contextlib.suppress(OSError):
                        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
                        if (name := _name_of(command)) is not None:
                            found[name] = int(pid)
        return found

    def send(self, part: str, number: signal.Signals) -> int | None:
        """Signal a part; return its process, or None when it is not running."""
        pid = self.pid(part)
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        return pid

    def all_run(self) -> bool:
        """Whether every part has a process."""
        return self.pids().keys() >= set(self.tree.all)

    def signal_supervisor(self, number: signal.Signals) -> None:
        """SIGSTOP keeps it from starting again what ends; SIGCONT lets it go on."""
        os.kill(self.supervisor_pid, number)


def gone(pid: int, within_s: float) -> bool:
    """Wait until a process has ended, zombies included; say whether it did."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(_POLL_S)
    return False


def _name_of(command: list[str]) -> str | None:
    if not command:
        return None
    if "kafka.Kafka" in command:
        return Path(command[-1]).parent.name
    if Path(command[-1]).name == "valkey.conf" or "valkey" in Path(command[0]).name:
        return "valkey"
    if "-m" not in command[:-1]:
        return None
    module, *rest = command[command.index("-m") + 1 :]
    if "--name" in rest[:-1]:
        return rest[rest.index("--name") + 1]
    if module == "stream.worker":
        return rest[0]
    if module in _MODULES:
        return _MODULES[module]
    package, _, kind = module.rpartition(".")
    return f"{kind}-adapter" if package == "camera_adapters" else None
