"""A step of set-up: done once for given inputs, told on the terminal with what it cost."""

import contextlib
import hashlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nuandeng.checkout import ROOT, cache_dir


class StepError(Exception):
    """A step failed. str(error) says what to do or where to look."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """What to make and from what.

    name: of the stamp. title: for the terminal. inputs: files and folders whose content decides whether it must be made again.
    settings: other text that decides it. outputs: paths that must exist for the stamp to count. run: makes it.
    """

    name: str
    title: str
    inputs: tuple[Path, ...] = ()
    settings: tuple[str, ...] = ()
    outputs: tuple[Path, ...]
    run: Callable[[], None]

    def key(self) -> str:
        """A hash over all that decides the result."""
        digest = hashlib.sha256("\0".join(self.settings).encode())
        for path in self.inputs:
            for file in _files(path):
                digest.update(f"\0{file.relative_to(ROOT) if file.is_relative_to(ROOT) else file.name}\0".encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
        return digest.hexdigest()


_UNSEEN = {"node_modules", "dist", "__pycache__", ".vite", "coverage"}


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for folder, names, files in os.walk(path):
        names[:] = sorted(set(names) - _UNSEEN)
        yield from (Path(folder) / name for name in sorted(files))


@dataclass
class Progress:
    """Prints one line a step, and what it cost."""

    steps: int
    number: int = 0
    made: list[str] = field(default_factory=list)
    started_s: float = field(default_factory=time.monotonic)

    def perform(self, step: Step) -> None:
        """Run the step unless its stamp says that nothing changed."""
        self.number += 1
        stamp = cache_dir() / "stamps" / step.name
        if stamp.exists() and stamp.read_text() == step.key() and all(path.exists() for path in step.outputs):
            return
        stamp.unlink(missing_ok=True)
        head = f"[{self.number}/{self.steps}] {step.title}"
        say(f"{head} …")
        began_s = time.monotonic()
        with _heartbeat(began_s):
            step.run()
        missing = [str(path) for path in step.outputs if not path.exists()]
        if missing:
            raise StepError(f"{step.title}: {', '.join(missing)} was not made.")
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(step.key())
        self.made.append(step.name)
        say(f"{head}: {time.monotonic() - began_s:.1f} s, {megabytes(step.outputs)} MB")

    def summary(self) -> None:
        """Print what all of it cost."""
        if self.made:
            say(f"set up in {time.monotonic() - self.started_s:.0f} s; .cache and .venv take {megabytes([cache_dir(), ROOT / '.venv'])} MB")


@contextlib.contextmanager
def _heartbeat(began_s: float) -> Iterator[None]:
    done = threading.Event()

    def beat() -> None:
        while not done.wait(15):
            say(f"      … {time.monotonic() - began_s:.0f} s")

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)


def megabytes(paths: Iterable[Path]) -> int:
    """Disk space in MB (10^6 bytes), a file with several links counted once."""
    seen: dict[tuple[int, int], int] = {}
    for path in paths:
        for file in [path, *path.rglob("*")] if path.is_dir() else [path]:
            with contextlib.suppress(OSError):
                found = file.lstat()
                seen[(found.st_dev, found.st_ino)] = found.st_blocks * 512
    return round(sum(seen.values()) / 1e6)


def run(argv: Sequence[str | Path], *, log: str, cwd: Path = ROOT, env: Mapping[str, str] | None = None, hint: str = "") -> None:
    """Run a command with its output in `.cache/logs/{log}.log`.

    Raises:
        StepError: it failed; the message holds the end of its output.
    """
    path = cache_dir() / "logs" / f"{log}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as output:
        ended = subprocess.run(
            [str(part) for part in argv],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
        )
    if ended.returncode != 0:
        lines = path.read_text(errors="replace").splitlines()
        # npm says what is wrong first, Python last.
        tail = "\n".join(lines if len(lines) <= 32 else [*lines[:10], "  …", *lines[-20:]])
        command = " ".join(str(part) for part in argv[:4])
        raise StepError(f"`{command} …` ended with {ended.returncode}:\n{tail}\n(all of it: {path}) {hint}".rstrip())


def python_running() -> Path:
    """The Python that set-up runs on."""
    return Path(sys.executable)
