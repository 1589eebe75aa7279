"""How long the demo city takes: `python -m bench.demo_night [--data-dir DIR] [--port N]`.

Starts the demo as a newcomer does, twice in one data directory, touches nothing, and measures with the public API as the auditor: until
`ready`, until the first sighting from live footage stands, until an incident has gone from camera to SHELTERED, and whether the replayed
digest is the live one.
"""

import argparse
import json
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

RESULTS = Path(__file__).parent / "results" / "demo-night.json"
_SHELTERED_WITHIN_S = 400.0


class Night:
    """One start of the demo."""

    def __init__(self, data_dir: Path, port: int) -> None:
        self._data_dir = data_dir
        self._began_s = time.monotonic()
        self._process = subprocess.Popen(
            [Path(sys.executable).with_name("nuandeng"), "demo", "--data-dir", data_dir, "--port", str(port)],
            stdout=subprocess.PIPE,
            text=True,
        )
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10)

    def ready(self) -> float:
        """Wait for the line, and return the seconds it took."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("ready "):
                took = time.monotonic() - self._began_s
                account = json.loads((self._data_dir / "demo-accounts.json").read_text())["auditor"]
                token = self._http.post("/api/v1/session", json=account).json()["access_token"]
                self._http.headers["Authorization"] = f"Bearer {token}"
                return took
        raise SystemExit("the demo ended before it was ready")

    def until(self, found: Callable[[list[dict[str, Any]]], bool], within_s: float) -> float | None:
        """Return the seconds until the incidents are as wished, None if they never were."""
        began_s = time.monotonic()
        while time.monotonic() - began_s < within_s:
            if found(self._http.get("/api/v1/incidents", params={"limit": 100}).json()["items"]):
                return time.monotonic() - began_s
            time.sleep(1)
        return None

    def digest_matches(self) -> bool:
        """Compare the live digest with that of a replay of the log up to the same offsets, while the demo runs."""
        live: dict[str, Any] = self._http.get("/api/v1/digest").json()
        nuandeng = str(Path(sys.executable).with_name("nuandeng"))
        command = [nuandeng, "replay", "--data-dir", str(self._data_dir), "--at", json.dumps(live["offsets"]), "--digest"]
        return bool(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == live["digest"])

    def end(self) -> float:
        """Stop it as Ctrl-C does, and return the seconds it took."""
        began_s = time.monotonic()
        self._process.send_signal(signal.SIGINT)
        self._process.communicate(timeout=120)
        return time.monotonic() - began_s


def _sighted(incidents: list[dict[str, Any]]) -> bool:
    return any(incident["sighting"] and incident["pictures"] for incident in incidents)


def _sheltered(incidents: list[dict[str, Any]]) -> bool:
    return any(incident["source"] == "camera" and incident["disposition"] == "sheltered" for incident in incidents)


def main() -> None:
    """Measure, print, and write bench/results/demo-night.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, help="an empty folder; a temporary one when absent")
    parser.add_argument("--port", type=int, default=18089)
    chosen = parser.parse_args()
    data_dir = chosen.data_dir or Path(tempfile.mkdtemp(prefix="demo-night-"))
    measured: dict[str, Any] = {"machine": platform.platform(), "python": platform.python_version()}
    first = Night(data_dir, chosen.port)
    try:
        measured["first_ready_s"] = first.ready()
        measured["first_sighting_s"] = first.until(_sighted, 180)
        measured["first_sheltered_s"] = first.until(_sheltered, _SHELTERED_WITHIN_S)
        if measured["first_sheltered_s"] is not None:
            measured["first_sheltered_s"] += measured["first_sighting_s"] or 0.0
        measured["digest_equal"] = first.digest_matches()
    finally:
        measured["stop_s"] = first.end()
    second = Night(data_dir, chosen.port)
    try:
        measured["second_ready_s"] = second.ready()
        measured["digest_equal_after_restart"] = second.digest_matches()
    finally:
        second.end()
    rounded = {name: round(value, 1) if isinstance(value, float) else value for name, value in measured.items()}
    RESULTS.write_text(json.dumps(rounded, indent=2) + "\n")
    print(json.dumps(rounded, indent=2))


if __name__ == "__main__":
    main()
