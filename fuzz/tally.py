"""bench/results/fuzz.json: every run that was committed, and what they come to."""

from pathlib import Path
from typing import Any

import msgspec

from nuandeng.checkout import ROOT

TALLY = ROOT / "bench" / "results" / "fuzz.json"


class Run(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One target's part of one run. growth_mib: from after the first 3,000 inputs to the most. findings: kinds of wrong outcomes."""

    date: str
    target: str
    engine: str
    seed: int
    inputs: int
    seconds: float
    findings: int
    longest_input_ms: float
    growth_mib: float
    outcomes: int
    commit: str = ""


class Total(msgspec.Struct, kw_only=True):
    """All runs of one target."""

    inputs: int = 0
    seconds: float = 0.0
    runs: int = 0
    findings: int = 0
    longest_input_ms: float = 0.0
    growth_mib: float = 0.0


class Tally(msgspec.Struct, kw_only=True):
    """goal: inputs for each target over all runs."""

    goal: int = 10_000_000
    machine: str = ""
    totals: dict[str, Total] = {}
    runs: list[Run] = []


def add(runs: list[Run], machine: str, path: Path = TALLY) -> Tally:
    """Add runs to the file and return it."""
    tally = msgspec.json.decode(path.read_bytes(), type=Tally) if path.exists() else Tally()
    tally.machine = machine
    tally.runs += runs
    tally.totals = {}
    for run in sorted(tally.runs, key=lambda one: one.target):
        total = tally.totals.setdefault(run.target, Total())
        total.inputs, total.runs, total.findings = total.inputs + run.inputs, total.runs + 1, total.findings + run.findings
        total.seconds = round(total.seconds + run.seconds, 1)
        total.longest_input_ms = max(total.longest_input_ms, run.longest_input_ms)
        total.growth_mib = max(total.growth_mib, run.growth_mib)
    path.write_text(_text(tally), encoding="utf-8")
    return tally


def _text(tally: Tally) -> str:
    """One line a run and one a total: a diff shows what came."""
    form: dict[str, Any] = msgspec.to_builtins(tally)
    totals = ",\n".join(f"    {_line(name)}: {_line(total)}" for name, total in form["totals"].items())
    runs = ",\n".join(f"    {_line(run)}" for run in form["runs"])
    return (
        f'{{\n  "goal": {form["goal"]},\n  "machine": {_line(form["machine"])},\n  "totals": {{\n{totals}\n  }},\n'
        f'  "runs": [\n{runs}\n  ]\n}}\n'
    )  # fmt: skip


def _line(value: Any) -> str:
    return msgspec.json.encode(value).decode()
