"""`python3 -m nuandeng.setup [--tests]`: set this checkout up. Made for a bare Python 3.11 or later."""

import argparse
import fcntl
import sys

from nuandeng.checkout import cache_dir
from nuandeng.setup.prerequisites import missing_prerequisites


def main() -> int:
    """Check what the machine must bring, then run each step that is not done. Exit code 2: something is missing or failed."""
    parser = argparse.ArgumentParser(prog="python3 -m nuandeng.setup", description=__doc__)
    parser.add_argument("--tests", action="store_true", help="also what the tests need: linters, a browser")
    tests = parser.parse_args().tests
    missing = list(missing_prerequisites())
    if missing:
        print("\n".join(["This machine lacks something that set-up cannot bring:", *(f"  {line}" for line in missing)]), file=sys.stderr)
        return 2
    # After the look at the machine: an old Python cannot even read the modules below.
    from nuandeng.setup.plan import steps  # noqa: PLC0415
    from nuandeng.setup.steps import Progress, StepError  # noqa: PLC0415

    cache_dir().mkdir(parents=True, exist_ok=True)
    with (cache_dir() / ".setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        planned = steps(tests=tests)
        progress = Progress(steps=len(planned))
        try:
            for step in planned:
                progress.perform(step)
        except StepError as err:
            print(f"set-up stopped: {err}", file=sys.stderr)
            return 2
        progress.summary()
    return 0


if __name__ == "__main__":
    sys.exit(main())
