"""What parts print: every line as JSON into a file of the part's own, and what a person must see on the terminal."""

import contextlib
import json
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

_MOST_BYTES = 16_000_000
_KEPT = 3
# Colours, cursor movements and the like: meant for a terminal that the part does not have.
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")
_SHOWN = {"warning", "error", "critical"}


class Terminal:
    """Short lines for a person: time, part, what happened."""

    def __init__(self, stream: TextIO | None = None, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._stream = stream or sys.stdout
        self._clock = clock

    def say(self, part: str, text: str) -> None:
        """One line. A terminal that is gone stops nothing."""
        line = f"{self._clock().astimezone():%H:%M:%S} {part:<12} {text}\n"
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(line)
            self._stream.flush()

    def plain(self, text: str) -> None:
        """A line that programs may wait for, without time and part."""
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(f"{text}\n")
            self._stream.flush()


class PartLog:
    """The file of one part's lines, turned over at 16 MB, three kept."""

    def __init__(self, folder: Path, part: str, terminal: Terminal, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.path = folder / f"{part}.log"
        self._part = part
        self._terminal = terminal
        self._clock = clock
        self._written_bytes = self.path.stat().st_size if self.path.exists() else 0
        self._complained = False

    def take(self, raw: bytes) -> None:
        """Write one line of the part's output; show it if it warns."""
        text = _CONTROL.sub("", raw.decode(errors="replace")).rstrip()
        if not text:
            return
        entry = _parsed(text)
        if entry is None:
            level = "error" if " ERROR " in text or text.startswith("Traceback") else "info"
            entry = {"timestamp": self._clock().isoformat(), "level": level, "event": text}
        entry.setdefault("part", self._part)
        if str(entry.get("level")) in _SHOWN:
            self._terminal.say(self._part, f"{entry['level']}: {_short(entry)}")
        self._write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")

    def note(self, event: str, **fields: object) -> None:
        """A line of the supervisor's own about this part, in the file and on the terminal."""
        entry = {"timestamp": self._clock().isoformat(), "level": "info", "event": event, "part": self._part, "by": "supervisor", **fields}
        self._terminal.say(self._part, " ".join([event, *(f"{key}={value}" for key, value in fields.items())]))
        self._write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")

    def end(self, lines: int = 12) -> str:
        """The events of the last lines, for a message."""
        try:
            tail = self.path.read_text(errors="replace").splitlines()[-lines:]
        except OSError:
            return ""
        return "\n".join(f"  {_short(_parsed(line) or {'event': line})}" for line in tail)

    def _write(self, line: bytes) -> None:
        try:
            if self._written_bytes + len(line) > _MOST_BYTES:
                self._turn_over()
            with self.path.open("ab") as file:
                file.write(line)
            self._written_bytes += len(line)
        except OSError as err:
            # A full disk must not stop the supervisor from stopping the rest in order.
            if not self._complained:
                self._terminal.say(self._part, f"error: cannot write {self.path}: {err.strerror}")
            self._complained = True

    def _turn_over(self) -> None:
        for number in range(_KEPT - 1, 0, -1):
            older = self.path.with_suffix(f".log.{number}")
            if older.exists():
                older.rename(self.path.with_suffix(f".log.{number + 1}"))
        self.path.rename(self.path.with_suffix(".log.1"))
        self._written_bytes = 0


def _parsed(text: str) -> dict[str, object] | None:
    if not text.startswith("{"):
        return None
    try:
        entry = json.loads(text)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) and "event" in entry else None


def _short(entry: dict[str, object]) -> str:
    known = {"event", "level", "timestamp", "part", "by", "logger", "exception", "stack"}
    fields = " ".join(f"{key}={value}" for key, value in entry.items() if key not in known)
    return f"{entry['event']} {fields}"[:300].rstrip()
