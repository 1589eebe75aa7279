"""What a run has come to so far: a state file to go on from, and the results that are kept."""

import json
import platform
import statistics
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chaos.rounds import RoundResult
from chaos.tree import ONE_OF_EACH, role_of

GOALS_S = {"valkey": 2.0, "worker": 5.0, "web": 5.0, "phones": 5.0, "kafka": 10.0}
_FAR_ENDS = ("-kafka", "-valkey", "-sockets")
_WORKERS = frozenset(ONE_OF_EACH.workers)


class Progress:
    """The state file of a run, written after every round."""

    def __init__(self, path: Path, seed: int) -> None:
        self._path = path
        self.seed = seed
        self.rounds: list[dict[str, Any]] = []
        self.ends: list[dict[str, Any]] = []

    @classmethod
    def resumed(cls, path: Path) -> "Progress":
        """Go on with what a file says. Raises OSError, ValueError."""
        kept = json.loads(path.read_text())
        made = cls(path, int(kept["seed"]))
        made.rounds, made.ends = kept["rounds"], kept["ends"]
        return made

    @property
    def next_number(self) -> int:
        """Of the round to do next."""
        return len(self.rounds) + 1

    def add(self, result: RoundResult) -> None:
        """One more round."""
        self.rounds.append(result._asdict())
        self.write()

    def end(self, violations: list[str], figures: dict[str, int], exit_code: int | None) -> None:
        """A session's end."""
        self.ends.append({"after_round": len(self.rounds), "violations": violations, "exit_code": exit_code, **figures})
        self.write()

    def write(self) -> None:
        """Whole or not at all."""
        staged = self._path.with_suffix(".new")
        staged.write_text(json.dumps({"seed": self.seed, "rounds": self.rounds, "ends": self.ends}, ensure_ascii=False, indent=1))
        staged.replace(self._path)

    def results(self, skipped: dict[str, str]) -> dict[str, Any]:
        """What is kept: figures per fault, all violations, and what was skipped and why."""
        alone: dict[str, list[float]] = defaultdict(list)
        together: list[float] = []
        loads = [one["load_per_core"] for one in self.rounds]
        for one in self.rounds:
            if len(one["faults"]) == 1:
                alone[one["faults"][0]].append(one["recovery_s"])
            else:
                together.append(one["recovery_s"])
        faults = {name: _row(values, goal_s(name)) for name, values in sorted(alone.items())}
        if together:
            faults["two_at_once"] = _row(together, None)
        spent: Counter[str] = Counter()
        for one in self.rounds:
            spent.update(one.get("spent_s", {}))
        violations = [{"round": one["number"], "what": what} for one in self.rounds for what in one["violations"]]
        violations += [{"round": one["after_round"], "what": f"at the end: {what}"} for one in self.ends for what in one["violations"]]
        return {
            "seed": self.seed, "rounds": len(self.rounds), "date": datetime.now(UTC).date().isoformat(), "machine": platform.platform(),
            "python": platform.python_version(), "seconds": round(sum(one["took_s"] for one in self.rounds)),
            "spent_s": {what: round(spent_s) for what, spent_s in spent.items()},
            **{name: sum(one[name] for one in self.ends) for name in ("acknowledged", "records", "standing", "clocks", "stalls")},
            "load_per_core": {"p50": statistics.median(loads), "worst": max(loads)} if loads else None,
            "recovery_s": faults, "violations": violations, "skipped": skipped,
        }  # fmt: skip


def goal_s(fault: str) -> float | None:
    """The goal for a fault's recovery; of a connection, that of the part at its near end."""
    kind, _, part = fault.partition(":")
    if kind == "power_cut":
        return GOALS_S["kafka"]
    near = role_of(next((part.removesuffix(end) for end in _FAR_ENDS if part.endswith(end)), part))
    return GOALS_S.get("worker" if near in _WORKERS or near.endswith("-adapter") else near)


def _row(values: list[float], goal: float | None) -> dict[str, Any]:
    row: dict[str, Any] = {"rounds": len(values), "p50": round(statistics.median(values), 2), "worst": max(values)}
    return row if goal is None else {**row, "goal": goal}
