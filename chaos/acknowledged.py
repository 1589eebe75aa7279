"""What the platform promised: every command whose sender was told of its outcome, kept in a file as it happens."""

import json
import threading
from pathlib import Path

from chaos.checker import Acknowledged


class Notes:
    """Appends; threads share it."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        self._lock = threading.Lock()
        self._all: dict[str, Acknowledged] = {}
        self._contradictions: list[str] = []

    def note(self, told: Acknowledged) -> None:
        """One answer. The same command answered otherwise is kept as a contradiction."""
        with self._lock:
            before = self._all.setdefault(told.command_id, told)
            if before != told:
                self._contradictions.append(f"{told.command_id}: first {before.sequence}, then {told.sequence}")
            self._file.write(json.dumps(told._asdict()) + "\n")
            self._file.flush()

    def all(self) -> tuple[list[Acknowledged], list[str]]:
        """Everything noted, and the contradictions."""
        with self._lock:
            return list(self._all.values()), list(self._contradictions)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
