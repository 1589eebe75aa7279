"""Where samples lie, and a folder that is gone afterwards."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nuandeng.checkout import ROOT

SAMPLES = ROOT / "tests" / "contract" / "adapters" / "samples"
GOLDEN = ROOT / "tests" / "contract" / "events" / "golden"


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder in memory where there is one: files are written a hundred thousand times."""
    memory = Path("/dev/shm")  # noqa: S108 - the folder below it is a fresh one of ours
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)
