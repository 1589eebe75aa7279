"""Two rounds against the whole platform, as `make chaos` does them: nothing is lost, and nothing is left behind."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from nuandeng.embedded.jars import fetch_jars

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.timeout(280)
def test_two_rounds_leave_everything_right(tmp_path: Path) -> None:
    """The exit code, the results and the processes say so."""
    fetch_jars()
    results = tmp_path / "results.json"
    told = ["--rounds", "2", "--seed", "3", "--only", "kill,wipe", "--data-dir", str(tmp_path / "chaos"), "--results", str(results)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "chaos", *told], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=270, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    kept = json.loads(results.read_text())
    assert (kept["rounds"], kept["violations"]) == (2, [])
    assert kept["acknowledged"] > 10
    assert kept["standing"] >= kept["acknowledged"]
    commands = [" ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"])]
    assert [command for command in commands if str(tmp_path / "chaos") in command] == []
