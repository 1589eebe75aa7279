"""`python -m nuandeng.city.streets --out DIR` draws the demo city's films that are not there yet."""

import argparse
import sys
import time
from pathlib import Path

from nuandeng.city.streets.programme import draw_city_films


def main() -> int:
    """Return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m nuandeng.city.streets", description="Draw the demo city's films.")
    parser.add_argument("--out", type=Path, required=True, help="folder for the films and their truth")
    parser.add_argument("--workers", type=int, help="processes; as many as cores, at most 4, if not given")
    chosen = parser.parse_args()
    began = time.monotonic()
    for name in draw_city_films(chosen.out, chosen.workers):
        sys.stdout.write(f"drawn {name} ({time.monotonic() - began:.0f} s)\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
