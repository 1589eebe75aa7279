"""Writes the Python lock files in requirements/ anew from pyproject.toml: `make lock`. Pins that still fit stay as they are."""

import subprocess
import sys
from pathlib import Path

from nuandeng.checkout import ROOT

_COMPILE = [
    "pip",
    "compile",
    "--quiet",
    "--universal",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-header",
    "--python-version",
    "3.11",
]
# File: what goes in. test.txt is bound to the pins of runtime.txt.
_LOCKS: dict[str, tuple[str, ...]] = {
    "runtime": ("pyproject.toml", "--group", "build"),
    "test": ("pyproject.toml", "--group", "build", "--group", "test", "-c", "requirements/runtime.txt"),
    "fuzz": ("--group", "fuzz", "-c", "requirements/test.txt"),
    "setup": ("--group", "setup", "-c", "requirements/runtime.txt"),
    "java": ("--group", "java"),
    "node": ("--group", "node"),
    "face-weights": ("--group", "face-weights", "--no-deps"),
    "uv": ("--group", "installer"),
}


def main(uv: Path) -> None:
    """Run `uv pip compile` for each lock."""
    for name, arguments in _LOCKS.items():
        subprocess.run([uv, *_COMPILE, *arguments, "-o", f"requirements/{name}.txt"], cwd=ROOT, check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
