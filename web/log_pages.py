"""A page of the log, read by a process of its own: Kafka's consumers do not run beside gevent.

`python -m web.log_pages JURISDICTION FROM LIMIT SEQUENCE OFFSET HEAD` begins at a place that is known and prints one standing commit a
line, as it was stored; then an empty line, and as JSON the places it passed and how many records it read.
"""

import asyncio
import subprocess
import sys

import msgspec

from contracts.commit import Commit, decode_commit, digest, stands
from contracts.errors import StoreAwayError
from contracts.runtime import Runtime
from contracts.topics import COMMITS
from stream.access import kafka_settings, runtime_from_environment, topic
from stream.log.read import RangeReader
from stream.partition import partition_of
from web.log_index import LogIndex, Place

_TIMEOUT_S = 60.0
_PLACE_EVERY = 1000


class _FullError(Exception):
    """The page has its lines."""


class Passed(msgspec.Struct, frozen=True):
    """What reading a page taught. read: records looked at, of every jurisdiction of the partition."""

    places: list[Place]
    read: int


class _Whose(msgspec.Struct):
    """Whose commit it is; the rest is skipped, not parsed."""

    jurisdiction: str


_whose = msgspec.json.Decoder(_Whose).decode


class LogPages:
    """Reads pages; remembers places, so that only the first look at a part of the log reads all before it."""

    def __init__(self) -> None:
        self._index = LogIndex()

    def page(self, jurisdiction: str, start: int, limit: int) -> list[msgspec.Raw]:
        """Return up to `limit` standing commits from a sequence on, as stored. Raises StoreAwayError."""
        return self.read(jurisdiction, start, limit)[0]

    def read(self, jurisdiction: str, start: int, limit: int) -> tuple[list[msgspec.Raw], Passed]:
        """The page, and what it took. Raises StoreAwayError."""
        place = self._index.before(jurisdiction, start)
        asked = (jurisdiction, start, limit, *place)
        try:
            done = subprocess.run(
                [sys.executable, "-m", "web.log_pages", *map(str, asked)], capture_output=True, timeout=_TIMEOUT_S, check=True
            )
        except subprocess.SubprocessError as err:
            raise StoreAwayError("The log could not be read just now.") from err
        *lines, _, told = done.stdout.splitlines()
        passed = msgspec.json.decode(told, type=Passed)
        self._index.learn(jurisdiction, passed.places)
        return [msgspec.Raw(line) for line in lines], passed


class _Reader:
    """Follows the chain of one jurisdiction from a place on."""

    def __init__(self, jurisdiction: str, start: int, limit: int, place: Place) -> None:
        self._jurisdiction, self._start, self._limit = jurisdiction, start, limit
        self._place = place
        self._told = 0
        self.passed: list[Place] = []
        self.read = 0

    def take(self, offset: int, record: bytes) -> None:
        """Print the record if it belongs to the page. Raises _FullError after the last one."""
        self.read += 1
        commit = self._standing(record)
        if commit is None:
            return
        self._place = Place(commit.sequence, offset + 1, digest(record))
        if commit.sequence >= self._start:
            sys.stdout.buffer.write(record + b"\n")
            self._told += 1
        full = self._told >= self._limit
        if full or commit.sequence % _PLACE_EVERY == 0:
            self.passed.append(self._place)
        if full:
            raise _FullError

    def _standing(self, record: bytes) -> Commit | None:
        try:
            if _whose(record).jurisdiction != self._jurisdiction:
                return None
            commit = decode_commit(record)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return None
        return commit if stands(commit, sequence=self._place.sequence, head=self._place.head) else None

    def end(self, next_offset: int) -> None:
        """The log has no more: remember where it ended, for whoever asks for what comes next."""
        self.passed.append(self._place._replace(offset=next_offset))


async def _print(runtime: Runtime, jurisdiction: str, start: int, limit: int, place: Place) -> None:
    page = _Reader(jurisdiction, start, limit, place)
    reader = RangeReader(kafka_settings(runtime), topic(runtime, COMMITS))
    try:
        page.end(await reader.read(partition_of(jurisdiction), place.offset, page.take))
    except _FullError:
        pass
    finally:
        await reader.stop()
    sys.stdout.buffer.write(b"\n" + msgspec.json.encode(Passed(page.passed, page.read)) + b"\n")


if __name__ == "__main__":
    asyncio.run(
        _print(
            runtime_from_environment(), sys.argv[1], int(sys.argv[2]), int(sys.argv[3]),
            Place(int(sys.argv[4]), int(sys.argv[5]), sys.argv[6]),
        )
    )  # fmt: skip
