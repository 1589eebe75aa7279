"""Keeps one part running: start, ask whether it is ready, watch its progress, start again when it dies."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Sequence

from nuandeng.embedded.guard import Guard
from nuandeng.failures import PartFailedError, PlatformError
from nuandeng.supervisor.lines import PartLog
from nuandeng.supervisor.part import CrashCount, Part, StallWatch, backoff_s

_POLL_S = 0.05
_WATCH_EVERY_S = 2.0
# Before it has been ready once, a part that dies this often will not come up by being tried again.
_TRIES_AT_START = 4
_MOST_LINE_BYTES = 1 << 20


class RunningPart:
    """One part, from its first start to its last end."""

    def __init__(self, part: Part, log: PartLog, guard: Guard) -> None:
        self.part = part
        self.was_ready = asyncio.Event()
        self.restarts = 0
        self._log = log
        self._guard = guard
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = False
        self._crashes = CrashCount()

    @property
    def pid(self) -> int | None:
        """Of the running process."""
        return self._process.pid if self._process else None

    async def keep(self) -> None:
        """Run it until `stop`.

        Raises:
            PlatformError: it could not be brought up the first time.
        """
        while not self._stopping:
            self._crashes.began()
            reason = await self._run_once()
            if self._stopping or (self.was_ready.is_set() and self.part.once):
                return
            failures = self._crashes.ended(time.monotonic())
            if not self.was_ready.is_set() and failures >= _TRIES_AT_START:
                raise PartFailedError(
                    f"{self.part.name} {reason} {failures} times in a row. The end of {self._log.path}:\n{self._log.end()}"
                )
            self.restarts += 1
            wait_s = backoff_s(failures)
            self._log.note(f"{reason}; starting again", in_s=wait_s)
            await asyncio.sleep(wait_s)

    async def _run_once(self) -> str:
        """Start it and wait for its end; say how it ended."""
        part = self.part
        try:
            if part.prepare:
                said = await asyncio.to_thread(part.prepare)
                if said:
                    self._log.note(said)
            if self._stopping:
                return "was not started"
            argv: Sequence[str] = part.argv() if callable(part.argv) else part.argv
            process = await asyncio.create_subprocess_exec(
                *argv,
                env={**os.environ, **part.env},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
                pass_fds=part.pass_fds,
                limit=_MOST_LINE_BYTES,
            )
        except OSError as err:
            return f"could not be started ({err.strerror}: {err.filename})"
        self._process = process
        self._guard.watch(process.pid)
        if self._stopping:  # asked while it was being started
            _signal_group(process.pid, signal.SIGKILL)
        pump = asyncio.create_task(self._pump(process))
        watch = asyncio.create_task(self._watch(process))
        try:
            code = await process.wait()
        finally:
            watch.cancel()
            # What it started and left behind would hold its ports and files.
            _signal_group(process.pid, signal.SIGKILL)
            self._guard.release(process.pid)
            self._process = None
        await pump
        with contextlib.suppress(asyncio.CancelledError):
            why = await watch
            if why:
                return why
        if self.part.once and code == 0:
            self._log.note("done")
            self.was_ready.set()
        return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"

    async def _pump(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None  # noqa: S101 - asked for a pipe
        while True:
            try:
                line = await process.stdout.readline()
            except ValueError:  # a line longer than the limit: its pieces are dropped
                continue
            if not line:
                return
            self._log.take(line)

    async def _watch(self, process: asyncio.subprocess.Process) -> str | None:
        """Await readiness, then watch progress; kill the process and say why if either fails."""
        if self.part.once:
            return None
        began_s = time.monotonic()
        if self.part.ready:
            while not await asyncio.to_thread(self.part.ready, process.pid):
                if time.monotonic() - began_s > self.part.ready_within_s:
                    return self._kill(process, f"was not ready within {self.part.ready_within_s:.0f} s")
                await asyncio.sleep(_POLL_S)
        if self.part.once_ready:
            try:
                await asyncio.to_thread(self.part.once_ready)
            except PlatformError as err:
                return self._kill(process, str(err))
        self._log.note("ready", after_s=round(time.monotonic() - began_s, 1), pid=process.pid)
        self.was_ready.set()
        self._crashes.ready(time.monotonic())
        if self.part.progress is None:
            return None
        stall = StallWatch(self.part.stalled_after_s)
        while True:
            await asyncio.sleep(_WATCH_EVERY_S)
            if stall.stalled(await asyncio.to_thread(self.part.progress), time.monotonic()):
                return self._kill(process, f"stood still for {self.part.stalled_after_s:.0f} s while work waited")

    def _kill(self, process: asyncio.subprocess.Process, why: str) -> str:
        _signal_group(process.pid, signal.SIGKILL)
        return why

    async def stop(self) -> None:
        """Ask it to end; kill it when it takes too long."""
        self._stopping = True
        process = self._process
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(self.part.stop_signal)
        try:
            await asyncio.wait_for(process.wait(), self.part.stop_within_s)
            self._log.note("stopped")
        except TimeoutError:
            self._log.note("did not stop in time and was killed", after_s=self.part.stop_within_s)
            _signal_group(process.pid, signal.SIGKILL)
            await process.wait()

    def kill(self) -> None:
        """End it at once."""
        self._stopping = True
        if self._process:
            _signal_group(self._process.pid, signal.SIGKILL)


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
