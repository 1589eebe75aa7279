"""The supervisor starts parts in order, brings dead ones back, stops them in reverse order, and leaves nothing behind."""

import asyncio
import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import redis

from nuandeng.embedded.guard import Guard
from nuandeng.embedded.ports import listens, port_of, reserved
from nuandeng.embedded.valkey import ValkeyNode
from nuandeng.failures import DiskFullError, PartFailedError
from nuandeng.supervisor import Part, Progress, Supervisor
from nuandeng.supervisor.lines import Terminal

_WORKER = """
import signal, sys, time
name, journal = sys.argv[1:]
def note(what):
    with open(journal, "a") as file: file.write(f"{what} {name}\\n")
signal.signal(signal.SIGTERM, lambda *_: (note("stop"), sys.exit(0)))
note("start")
while True: time.sleep(60)
"""


class Tree:
    """A supervisor in a temporary folder, and what its parts wrote."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.journal = folder / "journal"
        self.screen = io.StringIO()

    def worker(self, name: str, *depends_on: str, progress: Callable[[], Progress | None] | None = None) -> Part:
        """A part that notes when it starts and when it is asked to stop."""
        return Part(
            name=name,
            argv=(sys.executable, "-c", _WORKER, name, str(self.journal)),
            depends_on=depends_on,
            ready=lambda _pid: f"start {name}" in self.lines(),
            progress=progress,
            stalled_after_s=0.1,
        )

    def lines(self) -> list[str]:
        """What the parts noted, in order."""
        return self.journal.read_text().splitlines() if self.journal.exists() else []

    def supervisor(
        self, *parts: Part, alarm: Callable[[], None] = lambda: None, when_ready: Callable[[], None] = lambda: None
    ) -> Supervisor:
        """A supervisor of these parts."""
        return Supervisor(
            parts,
            log_dir=self.folder / "logs",
            terminal=Terminal(self.screen),
            guard=Guard(),
            alarm=alarm,
            alarm_every_s=0.1,
            when_ready=when_ready,
        )


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """An empty tree."""
    return Tree(tmp_path)


async def until(condition: Callable[[], bool], within_s: float = 20.0) -> None:
    """Await a condition."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 - other processes set no event of ours
            await asyncio.sleep(0.01)


def test_parts_start_after_what_they_need_and_stop_before_it(tree: Tree) -> None:
    """A chain of three starts forwards and stops backwards."""

    async def body() -> None:
        ready: list[bool] = []
        supervisor = tree.supervisor(tree.worker("c", "b"), tree.worker("a"), tree.worker("b", "a"), when_ready=lambda: ready.append(True))
        task = asyncio.create_task(supervisor.run())
        await until(lambda: bool(ready))
        supervisor.stop()
        await task

    asyncio.run(body())
    assert tree.lines() == ["start a", "start b", "start c", "stop c", "stop b", "stop a"]


def test_a_killed_part_comes_back(tree: Tree) -> None:
    """kill -9 of a part: it is started again, the others go on."""

    async def body() -> None:
        supervisor = tree.supervisor(tree.worker("a"), tree.worker("b"))
        task = asyncio.create_task(supervisor.run())
        await until(lambda: sorted(tree.lines()) == ["start a", "start b"])
        before = supervisor.pid("b")
        victim = supervisor.pid("a")
        assert victim is not None
        os.kill(victim, signal.SIGKILL)
        await until(lambda: tree.lines().count("start a") == 2)
        assert supervisor.pid("b") == before
        assert supervisor.restarts("a") == 1
        supervisor.stop()
        await task

    asyncio.run(body())
    assert "ended by SIGKILL" in tree.screen.getvalue()


def test_a_part_that_stands_still_while_work_waits_is_restarted(tree: Tree) -> None:
    """Progress that does not move with lag above zero ends in a restart; without lag it does not."""

    async def body() -> None:
        supervisor = tree.supervisor(
            tree.worker("stuck", progress=lambda: Progress(done=7, lag=3)), tree.worker("idle", progress=lambda: Progress(done=7, lag=0))
        )
        task = asyncio.create_task(supervisor.run())
        await until(lambda: tree.lines().count("start stuck") == 2)
        assert supervisor.restarts("idle") == 0
        supervisor.stop()
        await task

    asyncio.run(body())
    assert "stood still" in tree.screen.getvalue()


def test_a_read_model_whose_file_is_damaged_is_begun_anew(tree: Tree) -> None:
    """Found by `make chaos`, seed 7, round 121: after a power cut Valkey refused its file at every start, and nobody emptied the folder."""

    async def body() -> None:
        port = reserved()
        node = ValkeyNode(data_dir=tree.folder / "valkey", port=port_of(port), password="a lamp")
        supervisor = tree.supervisor(Part(name="valkey", argv=node.argv, prepare=node.prepare, ready=lambda _pid: node.answers()))
        task = asyncio.create_task(supervisor.run())
        await until(node.answers)
        with redis.Redis.from_url(node.url) as store:
            store.mset({f"key{number}": "x" * 100 for number in range(100)})
            victim = supervisor.pid("valkey")
            assert victim is not None
            # Stopped, so that nothing is written behind the damage.
            os.kill(victim, signal.SIGSTOP)
            (file,) = (node.data_dir / "appendonlydir").glob("*.incr.aof")
            octets = file.read_bytes()
            file.write_bytes(octets[: len(octets) // 2] + octets[len(octets) // 2 + 7 :] + octets)
            os.kill(victim, signal.SIGKILL)
            await until(lambda: supervisor.pid("valkey") != victim and node.answers())
            assert store.dbsize() == 0
        supervisor.stop()
        await task
        port.close()

    asyncio.run(body())
    assert "the read model is built anew from the log" in tree.screen.getvalue()


def test_a_part_that_never_comes_up_stops_the_rest_and_is_named(tree: Tree) -> None:
    """The message holds the part's name and the end of what it printed."""
    broken = Part(name="broken", argv=(sys.executable, "-c", "print('no such table'); raise SystemExit(3)"), ready=lambda _pid: False)
    with pytest.raises(PartFailedError, match=r"(?s)broken ended with code 3 .*no such table"):
        asyncio.run(tree.supervisor(tree.worker("a"), broken).run())
    assert tree.lines() == ["start a", "stop a"]


def test_a_task_that_ends_by_itself_counts_as_ready_and_is_not_repeated(tree: Tree) -> None:
    """What depends on it starts afterwards."""

    async def body() -> None:
        once = Part(name="once", argv=(sys.executable, "-c", "print('made')"), once=True)
        supervisor = tree.supervisor(once, tree.worker("after", "once"))
        task = asyncio.create_task(supervisor.run())
        await until(lambda: "start after" in tree.lines())
        assert supervisor.restarts("once") == 0
        supervisor.stop()
        await task

    asyncio.run(body())


def test_an_alarm_stops_everything_in_order(tree: Tree) -> None:
    """A full disk is an alarm: parts are asked to stop, not killed, and its error comes out."""

    def alarm() -> None:
        if "start b" in tree.lines():
            raise DiskFullError("no room")

    with pytest.raises(DiskFullError):
        asyncio.run(tree.supervisor(tree.worker("a"), tree.worker("b", "a"), alarm=alarm).run())
    assert tree.lines() == ["start a", "start b", "stop b", "stop a"]


def test_lines_become_json_and_warnings_are_shown(tree: Tree) -> None:
    """Text and JSON alike land in the part's file as JSON; only what warns reaches the terminal."""
    said = r"""
        import json
        print("\x1b[32mplain words\x1b[0m")
        print(json.dumps({"event": "all is well", "level": "info"}))
        print(json.dumps({"event": "camera away", "level": "warning", "camera": "c1"}))
    """
    part = Part(name="talker", argv=(sys.executable, "-c", textwrap.dedent(said)), once=True)

    async def body() -> None:
        ready: list[bool] = []
        supervisor = tree.supervisor(part, when_ready=lambda: ready.append(True))
        task = asyncio.create_task(supervisor.run())
        await until(lambda: bool(ready))
        supervisor.stop()
        await task

    asyncio.run(body())
    entries = [json.loads(line) for line in (tree.folder / "logs" / "talker.log").read_text().splitlines()]
    assert [entry["event"] for entry in entries if "by" not in entry] == ["plain words", "all is well", "camera away"]
    assert {entry["part"] for entry in entries} == {"talker"}
    assert "warning: camera away camera=c1" in tree.screen.getvalue()
    assert "all is well" not in tree.screen.getvalue()


_PLATFORM = """
import sys
from pathlib import Path
from nuandeng import run
from nuandeng.cli import _in_a_sentence
from nuandeng.settings import Settings, WebSettings
from nuandeng.platform_parts import _stores
run.platform_parts = _stores  # the stores alone: quick, and real
folder, port = sys.argv[1:]
_in_a_sentence(lambda: run.run_platform(Settings(data_dir=folder, web=WebSettings(port=int(port)))))
"""


def platform(folder: Path, port: int = 0) -> subprocess.Popen[str]:
    """Kafka and Valkey under the real supervisor, in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", _PLATFORM, str(folder), str(port)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def await_line(process: subprocess.Popen[str], start: str) -> str:
    """Read its output up to the line that starts so."""
    assert process.stdout is not None
    seen = []
    for line in process.stdout:
        seen.append(line)
        if line.startswith(start):
            return line.strip()
    raise AssertionError(f"no line {start!r} in:\n{''.join(seen)}")


def running(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that have not ended: an orphan that has stays in the table until the first process of the machine asks for it."""
    found = []
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def test_sigterm_stops_kafka_and_valkey_and_leaves_no_process(tmp_path: Path) -> None:
    """A second platform on the same data directory is refused while the first runs; after SIGTERM nothing of it is left."""
    with platform(tmp_path) as first:
        await_line(first, "ready http://127.0.0.1:")
        children = psutil.Process(first.pid).children(recursive=True)
        assert len(children) == 3  # Kafka, Valkey, the guard
        with platform(tmp_path) as second:
            said, _ = second.communicate(timeout=30)
        assert second.returncode == 2
        assert f"in use by process {first.pid}. [data_dir_in_use]" in said
        assert "Traceback" not in said
        first.terminate()
        first.send_signal(signal.SIGINT)  # as when a terminal, make and timeout each pass a signal on
        rest = first.communicate(timeout=60)[0]
        assert first.returncode == 0, rest
        assert not running(children)
        assert rest.count("stopped") == 2


def test_kill_9_of_the_supervisor_leaves_no_process_and_the_next_start_waits_for_that(tmp_path: Path) -> None:
    """The guard ends what is left; a platform started at once on the same directory comes up."""
    with platform(tmp_path) as first:
        await_line(first, "ready ")
        children = psutil.Process(first.pid).children(recursive=True)
        first.send_signal(signal.SIGKILL)
    with platform(tmp_path) as second:
        try:
            await_line(second, "ready ")
            left = running(children)
        finally:
            second.terminate()
            second.communicate(timeout=60)
        assert not left
    assert second.returncode == 0


def test_a_taken_port_is_named_with_its_holder(tmp_path: Path) -> None:
    """Exit code 2, the code `port_taken`, and who has it."""
    with reserved() as chosen:
        port = port_of(chosen)
    holder = subprocess.Popen([sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"], stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while not listens(port):
            assert time.monotonic() < deadline
        with platform(tmp_path, port) as refused:
            said, _ = refused.communicate(timeout=30)
        assert refused.returncode == 2
        assert f"Port {port} (web.port) is taken by process {holder.pid}" in said
        assert "[port_taken]" in said
        assert "Traceback" not in said
    finally:
        holder.kill()
        holder.wait()
