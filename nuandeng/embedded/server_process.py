"""One server process of ours, started and awaited without the supervisor: for tests and for tools."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from nuandeng.embedded.guard import Guard
from nuandeng.failures import PartFailedError

_POLL_S = 0.02


class ServerProcess:
    """A process in its own group, its output in a file, ended with us by the guard."""

    def __init__(self, *, name: str, argv: Sequence[str], env: Mapping[str, str], log: Path, guard: Guard) -> None:
        self.name = name
        self._argv = list(argv)
        self._env = {**os.environ, **env}
        self._log = log
        self._guard = guard
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The running process.

        Raises:
            PartFailedError: it is not running.
        """
        if self._process is None:
            raise PartFailedError(f"{self.name} is not running.")
        return self._process.pid

    def start(self, ready: Callable[[], bool], within_s: float = 60.0) -> None:
        """Start it and return when `ready()` says so.

        Raises:
            PartFailedError: it ended, or was not ready within `within_s`; the message carries the end of its log.
        """
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._argv, env=self._env, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        self._guard.watch(self._process.pid)
        deadline = time.monotonic() + within_s
        while not ready():
            if self._process.poll() is not None:
                code = self._process.returncode
                self._gone()
                raise PartFailedError(f"{self.name} ended with {code} while it started:\n{self.log_end()}")
            if time.monotonic() > deadline:
                self.kill()
                raise PartFailedError(f"{self.name} was not ready within {within_s:.0f} s:\n{self.log_end()}")
            time.sleep(_POLL_S)

    def stop(self, within_s: float = 20.0) -> None:
        """Ask it to end, and wait; kill it if it does not."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(timeout=within_s)
        except subprocess.TimeoutExpired:
            self.kill()
        self._gone()

    def kill(self) -> None:
        """kill -9 of the whole group."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._gone()

    def _gone(self) -> None:
        if self._process is not None:
            self._guard.release(self._process.pid)
            self._process = None

    def log_end(self, lines: int = 30) -> str:
        """The last lines it printed."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-lines:])
