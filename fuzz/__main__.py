"""`python -m fuzz [TARGET …]`: attacks each target in a process of its own, lowest priority, one after the other."""

import argparse
import os
import platform
import secrets
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from shutil import which

from fuzz import tools
from fuzz.child import LONGEST_S
from fuzz.findings import Finding, keep, kept
from fuzz.page import Page, Progress
from fuzz.tally import Run, add
from fuzz.targets import NAMES
from nuandeng.checkout import ROOT

_STUCK_S = 20.0
_START_S = 60.0
_RESTARTS = 5


def main() -> int:
    """Attack what was asked for. Exit code 1: something was found."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", help=f"of {', '.join(NAMES)}; all without")
    parser.add_argument("--seconds", type=int, default=20, help="for each target")
    parser.add_argument("--inputs", type=int, default=0, help="for each target; 0: as many as the time allows")
    parser.add_argument("--seed", type=int, default=None, help="without it a fresh one, which is recorded")
    parser.add_argument("--engine", choices=("coverage", "mutation"), help="without it: coverage where Atheris is installed")
    parser.add_argument("--record", action="store_true", help="add the figures to bench/results/fuzz.json")
    given = parser.parse_args()
    unknown = set(given.targets) - set(NAMES)
    if unknown:
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    os.nice(19)
    tools.reach()
    seed = secrets.randbits(31) if given.seed is None else given.seed
    engine = given.engine or ("coverage" if find_spec("atheris") else "mutation")
    runs, before = [], sum(len(kept(name)) for name in NAMES)
    for name in given.targets or NAMES:
        run = _attack(name, engine, seed, given)
        print(f"{name:>16}: {run.inputs:>9,} inputs in {run.seconds:6.1f} s, {run.findings} findings, "
              f"dearest {run.longest_input_ms:.0f} ms, grew {run.growth_mib:.1f} MiB, {run.engine}", flush=True)  # fmt: skip
        runs.append(run)
    if given.record:
        add(runs, f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    fresh = sum(len(kept(name)) for name in NAMES) - before
    if fresh:
        print(f"{fresh} new findings below .cache/fuzz/*/findings: each .json tells the story of its .input")
    return 1 if fresh else 0


def _attack(name: str, engine: str, seed: int, given: argparse.Namespace) -> Run:
    """Run one target's child, and start it again when an input killed it."""
    engine = _ENGINES.get(name, engine) if engine == "coverage" else engine
    began_s, total, died = time.monotonic(), Progress(), 0
    while (left_s := given.seconds - (time.monotonic() - began_s)) > 0.5 and died <= _RESTARTS:
        left = given.inputs - total.inputs if given.inputs else 0
        if given.inputs and left <= 0:
            break
        progress, fine = _session(name, engine, seed + total.inputs, max(1, round(left_s)), left)
        total = Progress(
            inputs=total.inputs + progress.inputs,
            longest_us=max(total.longest_us, progress.longest_us),
            rss_before_kib=progress.rss_before_kib,
            rss_most_kib=max(total.rss_most_kib, progress.rss_most_kib - progress.rss_before_kib if progress.rss_before_kib else 0),
            outcomes=max(total.outcomes, progress.outcomes),
            findings=total.findings + progress.findings + (not fine),
        )
        if fine:
            break
        died += 1
    return Run(
        date=datetime.now(UTC).date().isoformat(), target=name, engine=engine, seed=seed, inputs=total.inputs,
        seconds=round(time.monotonic() - began_s, 1), findings=total.findings, longest_input_ms=round(total.longest_us / 1000, 1),
        growth_mib=round(total.rss_most_kib / 1024, 1), outcomes=total.outcomes, commit=_commit(),
    )  # fmt: skip


# What these cost lies in C or in another thread: counters of Python's lines would slow them and lead nowhere.
_ENGINES = {"video": "mutation", "picture": "mutation", "console_socket": "mutation", "field_socket": "mutation", "http": "description"}


def _session(name: str, engine: str, seed: int, seconds: int, inputs: int) -> tuple[Progress, bool]:
    """Run a child to its end; return how far it came, and whether it ended by itself."""
    with tempfile.TemporaryDirectory() as scratch:
        page = Page(Path(scratch) / "page")
        argv = [sys.executable, "-m", "fuzz.child", name, "--engine", engine, "--seed", str(seed), "--seconds", str(seconds)]
        argv += ["--inputs", str(inputs), "--page", str(Path(scratch) / "page")]
        said = Path(scratch) / "said"
        with said.open("wb") as output:
            child = subprocess.Popen(argv, cwd=ROOT, env={**os.environ, "TMPDIR": scratch}, stdout=output, stderr=output)
            stuck = _watch(child, page)
        progress, octets = page.read()
        if stuck is None and child.returncode == 0:
            return progress, True
        tail = said.read_bytes()[-4000:].decode("utf-8", "replace")
        kind, mark = ("hang", stuck) if stuck else ("died", f"exit code {child.returncode}")
        if progress.inputs == 0 or "/fuzz/mutate.py" in tail.rpartition("File ")[2]:
            raise SystemExit(f"{name} did not begin ({mark}):\n{tail}")
        keep(Finding(target=name, kind="hang" if kind == "hang" else "died", mark=f"{mark} {len(octets)}", story=tail), octets)
        print(f"{name}: {kind} ({mark})", flush=True)
        return progress, False


def _watch(child: "subprocess.Popen[bytes]", page: Page) -> str | None:
    """Wait for the child; kill it when one input takes far longer than LONGEST_S, and say so."""
    seen, since_s, began_s = 0, time.monotonic(), time.monotonic()
    while child.poll() is None:
        time.sleep(0.2)
        progress, _ = page.read()
        now_s = time.monotonic()
        if progress.inputs != seen:
            seen, since_s = progress.inputs, now_s
        waited_s = now_s - since_s
        if (seen and waited_s > _STUCK_S) or (not seen and now_s - began_s > _START_S):
            child.kill()
            child.wait()
            return f"one input took more than {_STUCK_S:g} s (goal {LONGEST_S:g} s)" if seen else "it did not begin"
    return None


def _commit() -> str:
    """What was attacked; '' where nobody can say, as on a machine without git."""
    if which("git") is None:
        return ""
    said = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return said.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
