"""One jurisdiction of the log as it was at a moment: folded from the beginning, record by record. No snapshot is trusted."""

from collections.abc import Callable

import msgspec

from contracts.commit import Commit, digest
from contracts.runtime import Runtime
from contracts.topics import COMMITS
from dispatch import State
from stream.access import kafka_settings, topic
from stream.log.fold import Fold, Standing, standing_commit
from stream.log.read import RangeReader
from stream.partition import partition_of


class _Whose(msgspec.Struct):
    """Whose commit it is; the rest is skipped, not parsed."""

    jurisdiction: str


_whose = msgspec.json.Decoder(_Whose).decode


class ReachedError(Exception):
    """The moment is reached; what follows in the log is not looked at."""


class Past:
    """Folds one jurisdiction up to a moment: the state equals stream.replay's there.

    first_at_ms: when its first commit occurred, None while there is none.
    """

    def __init__(
        self,
        jurisdiction: str,
        *,
        until_ms: int | None = None,
        to_sequence: int | None = None,
        on_standing: Callable[[Standing, State], None] | None = None,
    ) -> None:
        """until_ms, to_sequence: fold no commit that occurred later, or comes after. on_standing: gets each right after it was folded."""
        self.partition = partition_of(jurisdiction)
        self.first_at_ms: int | None = None
        self._jurisdiction, self._until_ms, self._to_sequence = jurisdiction, until_ms, to_sequence
        self._on_standing = on_standing
        self._fold = Fold(self.partition)

    @property
    def state(self) -> State:
        """As far as was folded."""
        return self._fold.state(self._jurisdiction)

    def take(self, offset: int, record: bytes) -> None:
        """Take the next record of the partition. Raises ReachedError at the first commit that is beyond the moment."""
        try:
            if _whose(record).jurisdiction != self._jurisdiction:
                return
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return
        commit = standing_commit(self._fold.states, self.partition, record)
        if commit is None:
            return
        if self._beyond(commit):
            raise ReachedError
        if self.first_at_ms is None:
            self.first_at_ms = commit.occurred_at_ms
        self._fold.next_offset = offset + 1
        standing = self._fold.fold(commit, digest(record))
        if self._on_standing is not None:
            self._on_standing(standing, self.state)

    def _beyond(self, commit: Commit) -> bool:
        return (self._until_ms is not None and commit.occurred_at_ms > self._until_ms) or (
            self._to_sequence is not None and commit.sequence > self._to_sequence
        )


async def fold_past(runtime: Runtime, past: Past) -> None:
    """Feed it from the log until its moment is reached. Raises KafkaError, OSError, TimeoutError."""
    reader = RangeReader(kafka_settings(runtime), topic(runtime, COMMITS))
    try:
        await reader.read(past.partition, 0, past.take)
    except ReachedError:
        pass
    finally:
        await reader.stop()
