"""`python -m chaos`: rounds of faults. Exit code 0: nothing lost, doubled or missed; 1: something was; 2: the platform did not start."""

import argparse
import json
import logging
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from chaos.disk import why_no_small_disk
from chaos.ground import ROOT, GroundError
from chaos.plan import Kind
from chaos.platform import libfaketime
from chaos.profile import PROFILES, Profile
from chaos.results import Progress
from chaos.rounds import RoundResult, Session

DATA_DIR = ROOT / "data" / "chaos"
RESULTS = ROOT / "bench" / "results" / "chaos.json"


def main(arguments: list[str] | None = None) -> int:
    """Run."""
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--seed", type=int, help="of what is done and simulated; a new one when absent, and printed")
    parser.add_argument("--resume", action="store_true", help="go on with the run in the data directory")
    parser.add_argument("--profile", choices=sorted(PROFILES), default="one-machine", help="what runs; each has its own folder and results")
    parser.add_argument("--only", metavar="KIND,…", help="these kinds of fault alone")
    parser.add_argument("--parts", metavar="ROLE,…", help="these parts alone, such as dispatcher,kafka")
    parser.add_argument("--minutes", type=float, help="begin no round after this time")
    parser.add_argument("--keep", action="store_true", help="keep the folder with all log lines also when nothing was wrong")
    parser.add_argument("--data-dir", type=Path, help="without it, data/chaos")
    parser.add_argument("--results", type=Path, help="without it, bench/results/chaos.json")
    given = parser.parse_args(arguments)
    profile: Profile = PROFILES[given.profile]
    suffix = "" if given.profile == "one-machine" else f"-{given.profile}"
    results: Path = given.results or RESULTS.with_stem(RESULTS.stem + suffix)
    signal.signal(signal.SIGTERM, _interrupted)
    # Connections that break are what rounds are made of.
    logging.getLogger("engineio.client").setLevel(logging.CRITICAL)
    folder: Path = (given.data_dir or DATA_DIR.with_name(DATA_DIR.name + suffix)).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    state = folder / "state.json"
    seed = given.seed if given.seed is not None else time.time_ns() % 1_000_000
    progress = Progress.resumed(state) if given.resume and state.exists() else Progress(state, seed)
    able, skipped = abilities(folder, given.only.split(",") if given.only else sorted(profile.kinds))
    scope = profile.scope(able)
    if given.parts:
        scope = scope._replace(parts=frozenset(given.parts.split(",")))
    print(f"seed {progress.seed}, round {progress.next_number} to {given.rounds}, in {folder}", flush=True)
    for kind, why in skipped.items():
        print(f"skipped {kind}: {why}", flush=True)
    try:
        _session(folder, progress, lambda ground: Session(ground, progress.seed, profile, scope), given)
    except GroundError as err:
        print(f"chaos: {err}", file=sys.stderr)
        return 2
    finally:
        if progress.rounds:
            results.parent.mkdir(parents=True, exist_ok=True)
            kept = {"profile": given.profile, **progress.results(skipped)}
            results.write_text(json.dumps(kept, ensure_ascii=False, indent=2) + "\n")
    found = progress.results(skipped)["violations"]
    print(f"{len(progress.rounds)} rounds, {len(found)} violations; {results}", flush=True)
    return 1 if found else 0


def abilities(folder: Path, wanted: list[str]) -> tuple[frozenset[Kind], dict[str, str]]:
    """Return the kinds that can be done here, and of the others why not."""
    kinds = {Kind(one) for one in wanted}
    skipped = {kind.value: "not asked for" for kind in Kind if kind not in kinds}
    if Kind.DISK_FULL in kinds and (why := why_no_small_disk(folder / "mount-test")) is not None:
        skipped[Kind.DISK_FULL.value] = why
    if Kind.CLOCK_STEP in kinds and libfaketime() is None:
        skipped[Kind.CLOCK_STEP.value] = "libfaketime is not installed (Debian: libfaketime)"
    return frozenset(kind for kind in kinds if kind.value not in skipped), skipped


def _session(folder: Path, progress: Progress, made: Callable[[Path], Session], given: argparse.Namespace) -> None:
    """A platform of its own from here to the end; a resumed run has a new one."""
    ground = folder / f"session-{progress.seed}-{progress.next_number}"
    shutil.rmtree(ground, ignore_errors=True)
    rounds, keep = given.rounds, given.keep
    until_s = time.monotonic() + given.minutes * 60 if given.minutes is not None else float("inf")
    session = made(ground)
    violations: list[str] = []
    clean = True
    try:
        while progress.next_number <= rounds and time.monotonic() < until_s and session.ground.runs:
            result = session.round(progress.next_number)
            progress.add(result)
            print(_line(result, rounds), flush=True)
            clean = clean and not result.violations
        violations = session.last_look() if session.ground.runs else ["the supervisor has ended"]
    except KeyboardInterrupt:
        print("interrupted", flush=True)
    finally:
        figures = session.figures
        exit_code = session.close()
        progress.end(violations, figures, exit_code)
    for violation in violations:
        print(f"  at the end: {violation}", flush=True)
    if clean and not violations and not keep:
        shutil.rmtree(ground, ignore_errors=True)
    else:
        print(f"kept for a look: {ground}", flush=True)


def _line(result: RoundResult, rounds: int) -> str:
    faults = ", ".join(f"{name} ({met})" for name, met in zip(result.faults, result.met, strict=True))
    said = f"{result.number:>4}/{rounds} {faults}: recovered after {result.recovery_s} s, {result.took_s} s in all"
    return "\n".join([said, *(f"     {violation}" for violation in result.violations)])


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
