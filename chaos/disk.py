"""A small disk of its own for a server's folder (tmpfs, needs root), and filling it to the last byte."""

import contextlib
import os
import subprocess
from pathlib import Path

_AT_LAST_PAGES = 1024
SIZE_MB = {"kafka": 1024, "valkey": 256}


class SmallDisk:
    """A mounted tmpfs."""

    def __init__(self, folder: Path, size_mb: int) -> None:
        """Mount it. Raises OSError with the reason."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size_mb}m,mode=0700", "nuandeng-chaos", str(folder)], capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise OSError(f"no small disk can be mounted: {done.stderr.strip() or done.returncode}")

    def fill(self) -> None:
        """Leave no room."""
        balloon = os.open(self._folder / ".balloon", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            room = os.statvfs(self._folder)
            # The server writes meanwhile: most of it at once, the rest page by page.
            with contextlib.suppress(OSError):
                os.posix_fallocate(balloon, 0, max(1, room.f_bavail - _AT_LAST_PAGES) * room.f_frsize)
            with contextlib.suppress(OSError):
                while True:
                    os.write(balloon, b"\0" * 4096)
        finally:
            os.close(balloon)

    def empty(self) -> None:
        """Give the room back."""
        (self._folder / ".balloon").unlink(missing_ok=True)

    def unmount(self) -> None:
        """Take it away with all that is on it."""
        subprocess.run(["umount", "--lazy", str(self._folder)], capture_output=True, check=False)


def why_no_small_disk(folder: Path) -> str | None:
    """Try to mount one; return the reason if that is not allowed here."""
    if os.geteuid() != 0:
        return "mounting a small disk needs root"
    try:
        SmallDisk(folder, 1).unmount()
        folder.rmdir()
    except OSError as err:
        return str(err)
    return None
