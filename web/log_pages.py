"""A page of the log, read by a process of its own: Kafka's consumers do not run beside gevent.

`python -m web.log_pages JURISDICTION FROM LIMIT` prints one standing commit a line, as it was stored.
"""

import asyncio
import subprocess
import sys

import msgspec

from contracts.commit import GENESIS, decode_commit, digest, stands
from contracts.errors import StoreAwayError
from contracts.runtime import Runtime
from contracts.topics import COMMITS
from stream.access import kafka_settings, runtime_from_environment, topic
from stream.log.read import RangeReader
from stream.partition import partition_of

_TIMEOUT_S = 60.0


class _FullError(Exception):
    """The page has its lines."""


def page(jurisdiction: str, start: int, limit: int) -> list[msgspec.Raw]:
    """Return up to `limit` standing commits from a sequence on, as stored. Raises StoreAwayError."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "web.log_pages", jurisdiction, str(start), str(limit)],
            capture_output=True,
            timeout=_TIMEOUT_S,
            check=True,
        )
    except subprocess.SubprocessError as err:
        raise StoreAwayError("The log could not be read just now.") from err
    return [msgspec.Raw(line) for line in done.stdout.splitlines() if line]


async def _print(runtime: Runtime, jurisdiction: str, start: int, limit: int) -> None:
    sequence, head, told = 0, GENESIS, 0

    def take(_offset: int, record: bytes) -> None:
        nonlocal sequence, head, told
        try:
            commit = decode_commit(record)
        except msgspec.MsgspecError:
            return
        if commit.jurisdiction != jurisdiction or not stands(commit, sequence=sequence, head=head):
            return
        sequence, head = commit.sequence, digest(record)
        if sequence >= start:
            sys.stdout.buffer.write(record + b"\n")
            told += 1
            if told >= limit:
                raise _FullError

    reader = RangeReader(kafka_settings(runtime), topic(runtime, COMMITS))
    try:
        await reader.read(partition_of(jurisdiction), 0, take)
    except _FullError:
        pass
    finally:
        await reader.stop()


if __name__ == "__main__":
    asyncio.run(_print(runtime_from_environment(), sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
