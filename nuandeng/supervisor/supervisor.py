"""The process tree: starts parts in the order of their dependencies, keeps each running, stops them in reverse order."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from nuandeng.embedded.guard import Guard
from nuandeng.supervisor.lines import PartLog, Terminal
from nuandeng.supervisor.part import Part, start_order
from nuandeng.supervisor.running_part import RunningPart

_ONE_WISH_S = 2.0


class Supervisor:
    """Runs parts until it is told to stop, by SIGINT, SIGTERM or `stop()`."""

    def __init__(
        self,
        parts: Sequence[Part],
        *,
        log_dir: Path,
        terminal: Terminal,
        guard: Guard,
        when_ready: Callable[[], None] = lambda: None,
        alarm: Callable[[], None] = lambda: None,
        alarm_every_s: float = 5.0,
    ) -> None:
        """Describe a tree.

        Args:
            parts: what to run. guard: ends them should this process be killed; closed when `run` returns.
            when_ready: called once, when every part has been ready.
            alarm: called every `alarm_every_s`; an error it raises stops everything in order and comes out of `run`.
        """
        log_dir.mkdir(parents=True, exist_ok=True)
        self._groups = start_order(parts)
        self._guard = guard
        self._terminal = terminal
        self._parts = {part.name: RunningPart(part, PartLog(log_dir, part.name, terminal), guard) for part in parts}
        self._when_ready = when_ready
        self._alarm = alarm
        self._alarm_every_s = alarm_every_s
        self._stop = asyncio.Event()
        self._stop_asked_s: float | None = None

    def pid(self, name: str) -> int | None:
        """The process of a part, while it runs."""
        return self._parts[name].pid

    def restarts(self, name: str) -> int:
        """How often a part was started again."""
        return self._parts[name].restarts

    def stop(self) -> None:
        """Stop everything in order; asked again after a while, at once.

        A terminal, make and timeout may each pass the same signal on: what comes within 2 s is one wish.
        """
        now_s = time.monotonic()
        if self._stop_asked_s is None:
            self._stop_asked_s = now_s
            self._stop.set()
        elif now_s - self._stop_asked_s > _ONE_WISH_S:
            for running in self._parts.values():
                running.kill()

    async def run(self) -> None:
        """Run until stopped. Returns when no process is left.

        Raises:
            PlatformError: a part did not come up, or the alarm said so; everything else was stopped in order first.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.stop)
        keepers = [asyncio.create_task(self._keep(running), name=name) for name, running in self._parts.items()]
        others = [asyncio.create_task(self._announce()), asyncio.create_task(self._watch_alarm())]
        stopped = asyncio.create_task(self._stop.wait())
        try:
            await self._until_stopped_or_failed({stopped, *keepers, *others})
        finally:
            for task in (stopped, *others):
                task.cancel()
            await self._stop_in_order()
            for task in keepers:
                task.cancel()
            await asyncio.gather(stopped, *keepers, *others, return_exceptions=True)
            self._guard.close()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)

    async def _until_stopped_or_failed(self, tasks: set[asyncio.Task[object]]) -> None:
        while not self._stop.is_set():
            done, tasks = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()

    async def _keep(self, running: RunningPart) -> None:
        for name in running.part.depends_on:
            await self._parts[name].was_ready.wait()
        if not self._stop.is_set():
            await running.keep()

    async def _announce(self) -> None:
        for running in self._parts.values():
            await running.was_ready.wait()
        self._when_ready()

    async def _watch_alarm(self) -> None:
        while True:
            await asyncio.sleep(self._alarm_every_s)
            await asyncio.to_thread(self._alarm)

    async def _stop_in_order(self) -> None:
        for group in reversed(self._groups):
            await asyncio.gather(*(self._parts[part.name].stop() for part in group))


def run_parts(supervisor_of: Callable[[], Supervisor]) -> None:
    """Build a supervisor inside an event loop and run it to its end. Raises what `Supervisor.run` raises."""

    async def body() -> None:
        await supervisor_of().run()

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(body())
