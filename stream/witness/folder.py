"""A folder of checkpoints: for each jurisdiction the newest signed one, and the hash of every record it covers.

`{jurisdiction}/checkpoint` is a signed note. `{jurisdiction}/leaves` is 32 bytes a record, in the order of their sequence, and is only ever
added to: with it the first record that is not what it was can be named, and any older checkpoint be compared. They tell nothing of it.
`handovers/` has the notes by which the logs were handed over to other keys.
"""

import contextlib
import fcntl
import os
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from stream.witness.errors import LogRewrittenError
from stream.witness.merkle import HASH_BYTES, Frontier
from stream.witness.note import NOTE_LONGEST

_JURISDICTION = re.compile(r"[0-9]{4,12}")
_READ_BYTES = 1 << 20
_HANDOVERS = "handovers"


class CheckpointFolder:
    """One folder. Writers hold it by `held`; readers need not."""

    def __init__(self, path: Path) -> None:
        """Nothing is made before something is written."""
        self.path = path

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Be the only one who writes. Raises OSError."""
        self.path.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def jurisdictions(self) -> list[str]:
        """Whose checkpoints lie here."""
        return sorted(path.parent.name for path in self.path.glob("*/checkpoint") if _JURISDICTION.fullmatch(path.parent.name))

    def checkpoint(self, jurisdiction: str) -> bytes | None:
        """The newest signed note, not checked. Raises OSError."""
        try:
            with (self.path / jurisdiction / "checkpoint").open("rb") as file:
                return file.read(NOTE_LONGEST + 1)
        except FileNotFoundError:
            return None

    def leaf_count(self, jurisdiction: str) -> int:
        """How many whole hashes lie here."""
        try:
            return (self.path / jurisdiction / "leaves").stat().st_size // HASH_BYTES
        except FileNotFoundError:
            return 0

    def leaves(self, jurisdiction: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Yield the hashes from one index to before another, or to the end. Raises OSError."""
        left = (self.leaf_count(jurisdiction) if end is None else min(end, self.leaf_count(jurisdiction))) - start
        if left <= 0:
            return
        with (self.path / jurisdiction / "leaves").open("rb") as file:
            file.seek(start * HASH_BYTES)
            while left > 0:
                block = file.read(min(_READ_BYTES, left * HASH_BYTES))
                if len(block) < HASH_BYTES:
                    return
                for at in range(0, len(block) - HASH_BYTES + 1, HASH_BYTES):
                    yield block[at : at + HASH_BYTES]
                left -= len(block) // HASH_BYTES

    def tree(self, jurisdiction: str, size: int) -> Frontier:
        """The tree of the first `size` hashes, or of as many as there are. Raises OSError."""
        frontier = Frontier()
        for leaf in self.leaves(jurisdiction, 0, size):
            frontier.add(leaf)
        return frontier

    def extend(self, jurisdiction: str, start: int, packed: bytes) -> None:
        """Add hashes of records from the index `start` on; those that lie here already must be the same. On the disk when this returns.

        Raises:
            LogRewrittenError: one that lies here is another. OSError.
        """
        here = self.leaf_count(jurisdiction)
        if start > here:
            raise LogRewrittenError(f"{self.path} holds {here} hashes of {jurisdiction}; those from {start} on cannot follow.")
        both = min(here - start, len(packed) // HASH_BYTES)
        for index, leaf in enumerate(self.leaves(jurisdiction, start, start + both)):
            if leaf != packed[index * HASH_BYTES : (index + 1) * HASH_BYTES]:
                raise LogRewrittenError(f"Record {start + index + 1} of {jurisdiction} is not the one whose hash lies in {self.path}.")
        path = self.path / jurisdiction / "leaves"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.truncate(here * HASH_BYTES)  # half a hash, of a process that was killed while writing
            file.write(packed[both * HASH_BYTES :])
            file.flush()
            os.fsync(file.fileno())

    def handovers(self) -> list[bytes]:
        """The checkpoints by which logs were handed over to other keys, as signed notes, not checked. Raises OSError."""
        return [path.read_bytes()[: NOTE_LONGEST + 1] for path in sorted((self.path / _HANDOVERS).glob("*.note"))]

    def put_handover(self, note: bytes) -> None:
        """Keep such a note, whole or not at all, on the disk when this returns; once is enough. Raises OSError."""
        path = self.path / _HANDOVERS / f"{sha256(note).hexdigest()[:32]}.note"
        if not path.exists():
            write_whole(path, note)

    def put(self, jurisdiction: str, note: str) -> None:
        """Make a signed note the newest, whole or not at all, on the disk when this returns. Raises OSError."""
        write_whole(self.path / jurisdiction / "checkpoint", note.encode())


def write_whole(path: Path, content: bytes) -> None:
    """Write a file, whole or not at all, on the disk when this returns. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = path.with_name(f".{path.name}.{os.getpid()}")
    with staged.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    staged.replace(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
