"""What is kept of a run: it goes on where it ended, and figures of one fault are not mixed with those of two."""

from pathlib import Path

from chaos.results import Progress, goal_s
from chaos.rounds import RoundResult


def result(number: int, *faults: str, recovery_s: float = 1.0, violations: tuple[str, ...] = ()) -> RoundResult:
    return RoundResult(
        number=number, faults=list(faults), met=[""] * len(faults), recovery_s=recovery_s, took_s=12.0, load_per_core=0.5,
        violations=list(violations), spent_s={"recovery": recovery_s},
    )  # fmt: skip


def test_a_run_goes_on_where_it_ended(tmp_path: Path) -> None:
    """Seed, rounds and all figures are in the file."""
    progress = Progress(tmp_path / "state.json", 42)
    progress.add(result(1, "kill:web"))
    progress.add(result(2, "kill:kafka"))
    progress.end([], {"acknowledged": 5, "records": 9, "standing": 8, "clocks": 1, "stalls": 0}, 0)
    again = Progress.resumed(tmp_path / "state.json")
    assert (again.seed, again.next_number) == (42, 3)
    assert again.results({}) == progress.results({})


def test_figures_are_per_fault_with_their_goals(tmp_path: Path) -> None:
    """Median and worst; a round of two faults counts apart; violations name their round."""
    progress = Progress(tmp_path / "state.json", 1)
    for number, recovery_s in enumerate((1.0, 2.0, 9.0), start=1):
        progress.add(result(number, "kill:dispatcher", recovery_s=recovery_s))
    progress.add(result(4, "kill:dispatcher", "wipe:valkey", recovery_s=30.0, violations=("clock_lost: x",)))
    progress.end(["digest: y"], {"acknowledged": 5, "records": 9, "standing": 8, "clocks": 1, "stalls": 0}, 0)
    kept = progress.results({"disk_full": "needs root"})
    assert kept["recovery_s"]["kill:dispatcher"] == {"rounds": 3, "p50": 2.0, "worst": 9.0, "goal": 5.0}
    assert kept["recovery_s"]["two_at_once"]["worst"] == 30.0
    assert kept["violations"] == [{"round": 4, "what": "clock_lost: x"}, {"round": 4, "what": "at the end: digest: y"}]
    assert kept["skipped"] == {"disk_full": "needs root"}
    assert kept["spent_s"] == {"recovery": 42}


def test_every_fault_has_the_goal_of_whom_it_hits() -> None:
    """Of a connection, its near end."""
    goals = {
        "kill:valkey": 2.0, "pause:web": 5.0, "cut:projector-valkey": 5.0, "delay:web-kafka": 5.0, "power_cut:stores": 10.0,
        "kill:kafka": 10.0, "terminate:cases-adapter": 5.0, "half_open:phones-sockets": 5.0, "kill:phones.2": 5.0,
    }  # fmt: skip
    assert {name: goal_s(name) for name in goals} == goals
