"""How long a second `nuandeng up` takes until it is ready, and what the whole idle tree of processes keeps in memory."""

import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_IDLE_S = 20.0
_LONGEST_S = 180.0


def started(folder: Path) -> tuple["subprocess.Popen[str]", float]:
    """Start the platform; return it and the seconds until it said that it is ready."""
    config = folder / "nuandeng.toml"
    config.write_text(f'data_dir = "{folder / "data"}"\n[web]\nport = 0\n')
    began_s = time.monotonic()
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("nuandeng")), "up", "--config", str(config)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("ready"):
            return process, time.monotonic() - began_s
    raise SystemExit("the platform ended before it was ready")


def ended(process: "subprocess.Popen[str]") -> None:
    """Stop it as Ctrl-C does."""
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)


def tree(root: int) -> list[int]:
    """The process and everything below it."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def memory_mib(pids: list[int]) -> float:
    """Memory in MiB, each shared page divided among those who share it."""
    kib = 0
    for pid in pids:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        kib += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return kib / 1024


def measure() -> dict[str, float]:
    """One run; see bench/goals.py for what the names mean."""
    with tempfile.TemporaryDirectory() as folder:
        first, _ = started(Path(folder))
        ended(first)
        second, ready_s = started(Path(folder))
        time.sleep(_IDLE_S)
        memory = memory_mib(tree(second.pid))
        ended(second)
    return {"start_s": ready_s, "rss_mib": memory}


if __name__ == "__main__":
    print(measure())
