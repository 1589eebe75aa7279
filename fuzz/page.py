"""A page of memory that child and parent share, so that the parent knows which input killed the child and how far it was."""

import mmap
import os
import struct
from pathlib import Path
from typing import NamedTuple

_HEAD = struct.Struct("<8Q")
INPUT_LONGEST = 4 << 20


class Progress(NamedTuple):
    """inputs: begun so far. busy: 1 while one is being tried. longest_us: CPU time of the dearest. *_kib: resident memory."""

    inputs: int = 0
    busy: int = 0
    longest_us: int = 0
    rss_before_kib: int = 0
    rss_most_kib: int = 0
    outcomes: int = 0
    findings: int = 0
    length: int = 0


class Page:
    """Written by the child, read by the parent."""

    def __init__(self, path: Path) -> None:
        size = _HEAD.size + INPUT_LONGEST
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.ftruncate(descriptor, size)
            self._memory = mmap.mmap(descriptor, size)
        finally:
            os.close(descriptor)

    def write(self, progress: Progress) -> None:
        """Say how far it is."""
        self._memory[: _HEAD.size] = _HEAD.pack(*progress)

    def write_input(self, octets: bytes) -> None:
        """Keep what is tried now."""
        self._memory[_HEAD.size : _HEAD.size + min(len(octets), INPUT_LONGEST)] = octets[:INPUT_LONGEST]

    def read(self) -> tuple[Progress, bytes]:
        """Return how far it was, and the last input."""
        progress = Progress(*_HEAD.unpack(self._memory[: _HEAD.size]))
        return progress, self._memory[_HEAD.size : _HEAD.size + min(progress.length, INPUT_LONGEST)]
