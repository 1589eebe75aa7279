"""The data directory: one platform at a time, room enough, and the runtime files of its parts."""

import contextlib
import errno
import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from nuandeng.failures import DataDirBrokenError, DataDirInUseError, DiskFullError

# To start: the broker's first segments, snapshots, log lines. While running: enough left to stop in order.
NEEDED_TO_START_MB = 512
NEEDED_TO_RUN_MB = 100
_LOCK = "platform.lock"
_STRAGGLERS_S = 12.0


@contextlib.contextmanager
def held(folder: Path) -> Iterator[int]:
    """Hold the data directory for this process alone; gives the descriptor that holds it.

    The guard keeps that descriptor open too: after a kill -9 of the supervisor the directory is free only when the last
    of its parts has ended. That is waited for.

    Raises:
        DataDirInUseError: a platform runs on it. DataDirBrokenError: it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as err:
        raise _in_words(folder, err) from err
    with os.fdopen(descriptor, "r+") as lock:
        _take(lock.fileno(), folder)
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield descriptor


def _take(descriptor: int, folder: Path) -> None:
    deadline = time.monotonic() + _STRAGGLERS_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = _noted(folder)
            if pid is not None and _runs(pid):
                raise DataDirInUseError(f"{folder} is in use by process {pid}.") from None
            if time.monotonic() > deadline:
                raise DataDirInUseError(f"{folder} is still in use by what an earlier run left behind.") from None
            time.sleep(0.05)
        else:
            return


def in_use_by(folder: Path) -> int | None:
    """The process that holds the data directory now, or None."""
    try:
        with (folder / _LOCK).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _noted(folder)
    except OSError:
        return None
    return None


def _noted(folder: Path) -> int | None:
    try:
        return int((folder / _LOCK).read_text())
    except (OSError, ValueError):
        return None


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def check_room(folder: Path, needed_mb: int) -> None:
    """Raise DiskFullError unless `needed_mb` are free where the data directory lies."""
    free_mb = shutil.disk_usage(folder).free // 1_000_000
    if free_mb < needed_mb:
        raise DiskFullError(f"The disk of {folder} has {free_mb} MB left, {needed_mb} are needed.")


def _in_words(folder: Path, err: OSError) -> DataDirBrokenError | DiskFullError:
    if err.errno == errno.ENOSPC:
        return DiskFullError(f"The disk of {folder} is full.")
    return DataDirBrokenError(f"{folder} cannot be used: {err.strerror}.")
