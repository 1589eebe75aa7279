"""Runs the benchmarks and writes what they found: `python -m bench [--runs 5] [MODULE ...]`.

Each run is a fresh process; each figure is the median of the runs. Writes bench/results/latest.json, in which figures that were not
measured now keep their place and date, and docs/benchmarks.md.
"""

import argparse
import importlib
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.goals import GOALS, Goal

RESULTS = Path(__file__).parent / "results" / "latest.json"
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
MODULES = (
    "stream_writer", "stream_projector", "growing", "answers", "screen", "positions", "browser_frame", "ranking", "recommendation",
    "second_start", "vision_cost", "recall", "sockets",
)  # fmt: skip
_LONGEST_S = 600


def machine() -> str:
    """Name what it was measured on."""
    described = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":")[1].strip() for line in described if line.startswith("model name")), "?")
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    return f"{os.cpu_count()} cores ({model}), {memory_gib:.0f} GiB, {system}"


def one_run(module: str) -> dict[str, float]:
    """Measure once, in a process of its own. Raises SystemExit when it fails."""
    # What it says on the way goes to the terminal, which holds whatever a library has to say as well.
    with tempfile.NamedTemporaryFile(suffix=".json") as into:
        ran = subprocess.run([sys.executable, "-m", "bench", "--once", module, "--into", into.name], check=False, timeout=_LONGEST_S)
        if ran.returncode != 0:
            raise SystemExit(f"bench.{module} failed")
        found: dict[str, float] = json.load(into)
    return found


def judged(goal: Goal, value: float) -> str:
    """Say whether a goal is met."""
    if goal.goal is None:
        return ""
    return "yes" if (value >= goal.goal if goal.better == "higher" else value <= goal.goal) else "**no**"


def page(results: dict[str, dict[str, Any]]) -> str:
    """The figures as a table."""
    lines = [
        "# Figures",
        "",
        "Written by `make bench`: each figure is the median of its runs, each run a fresh process on real Kafka and Valkey on one machine.",
        "What a goal that is not met is short of, and what was tried, stands in [benchmarks-notes.md](benchmarks-notes.md).",
        "",
        "| figure | what | median | lowest … highest | runs | goal | met | measured |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, goal in GOALS.items():
        found = results.get(name)
        if found is None:
            continue
        asked = "" if goal.goal is None else f"{'≥' if goal.better == 'higher' else '≤'} {goal.goal:,g}"
        spread = f"{found['lowest']:,g} … {found['highest']:,g}"
        lines.append(
            f"| `{name}` | {goal.what} | {found['value']:,g} {goal.unit} | {spread} | {found['runs']} | {asked} "
            f"| {judged(goal, found['value'])} | {found['date']} |"
        )
    machines = sorted({found["machine"] for found in results.values()})
    return "\n".join([*lines, "", *(f"Measured on: {one}." for one in machines), ""])


def rounded(value: float) -> float:
    """Three figures are all that a noisy machine can tell."""
    return float(f"{value:.3g}")


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", choices=[*MODULES, []], help="all when none is named")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--once", metavar="MODULE", help=argparse.SUPPRESS)
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.once:
        measured = json.dumps(importlib.import_module(f"bench.{chosen.once}").measure())
        if chosen.into:
            chosen.into.write_text(measured)
        else:
            print(measured)
        return
    results: dict[str, dict[str, Any]] = json.loads(RESULTS.read_text())["results"] if RESULTS.exists() else {}
    for module in chosen.modules or MODULES:
        runs = []
        # What follows from its seeds alone says RUNS = 1.
        wanted = min(chosen.runs, getattr(importlib.import_module(f"bench.{module}"), "RUNS", chosen.runs))
        for number in range(wanted):
            runs.append(one_run(module))
            print(f"{module} {number + 1}/{wanted}: {', '.join(f'{k} {v:,.4g}' for k, v in runs[-1].items())}", flush=True)
        for name in runs[0]:
            values = [run[name] for run in runs]
            goal = GOALS[name]
            results[name] = {
                "value": rounded(statistics.median(values)),
                "unit": goal.unit,
                "goal": goal.goal,
                "better": goal.better,
                "runs": len(values),
                "lowest": rounded(min(values)),
                "highest": rounded(max(values)),
                "date": time.strftime("%Y-%m-%d", time.gmtime()),
                "machine": machine(),
            }
    RESULTS.write_text(json.dumps({"results": results}, indent=1, ensure_ascii=False) + "\n")
    PAGE.write_text(page(results))


if __name__ == "__main__":
    main()
