"""Fifty senders on one CommandGate in a process of their own: `python -m tests.integration.stream.senders KIND RUNTIME FOLDER`.

KIND: threads, or greenlets as in the web process. Each sends one command after the other until FOLDER/stop exists; then the gate is
closed and FOLDER/said.json holds identifier → acknowledged, unknown or away. FOLDER/progress holds how many were acknowledged so far.
"""

import sys

if sys.argv[1:2] == ["greenlets"]:
    # Before anything else is imported, as the web process does.
    from gevent import monkey

    monkey.patch_all()

import json
import threading
import time
from pathlib import Path

from contracts.commands import CancelIncident
from contracts.errors import StoreAwayError
from contracts.runtime import decode_runtime
from stream.commands import CommandGate

SENDERS = 50
COUNTY = "371602"
_ACKNOWLEDGED_S = 2.0


def main(runtime_file: Path, folder: Path) -> None:
    """Send until told to stop."""
    gate = CommandGate(decode_runtime(runtime_file.read_bytes()))
    said: dict[str, str] = {}
    stop = folder / "stop"

    def send(number: int) -> None:
        count = 0
        while not stop.exists():
            count += 1
            command_id = f"s{number}-{count}"
            try:
                body = CancelIncident(incident="i", reason="x")
                known = gate.send(body, jurisdiction=COUNTY, command_id=command_id, acknowledged_s=_ACKNOWLEDGED_S)
                said[command_id] = "acknowledged" if known else "unknown"
            except StoreAwayError:
                said[command_id] = "away"
            time.sleep(0.05)

    senders = [threading.Thread(target=send, args=(number,)) for number in range(SENDERS)]
    for sender in senders:
        sender.start()
    progress = folder / "progress"
    while not stop.exists():
        partial = folder / "progress.part"
        partial.write_text(str(sum(outcome == "acknowledged" for outcome in list(said.values()))))
        partial.rename(progress)
        time.sleep(0.05)
    for sender in senders:
        sender.join()
    gate.close()
    (folder / "said.json").write_text(json.dumps(said))


if __name__ == "__main__":
    main(Path(sys.argv[2]), Path(sys.argv[3]))
