"""Records that Faust passes over.

While partitions are assigned, what was fetched before is delivered beside what is read anew; Faust then believes that it has read up to the
later one, drops everything before, and commits past it. No record has to be lost for that: offsets are without gaps, so whoever knows the
last one that was used sees what is missing, and reads it here. At the end of a partition no later record shows it, but the place where the
partition ends does.
"""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import NamedTuple

from stream.log.read import RangeReader


class Behind(NamedTuple):
    """A partition of which not everything was used. reached: the first offset that was not. end: the one after the last that there is."""

    partition: int
    reached: int
    end: int


class PassedOver:
    """Of one topic.

    begun: (topic, partition) → the offset at which reading began, put there at each assignment and taken out here.
    ends: where the partitions end that are read now, as far as that is known.
    """

    def __init__(
        self, reader: RangeReader, topic: str, begun: MutableMapping[tuple[str, int], int], ends: Callable[[], Mapping[int, int]] = dict
    ) -> None:
        self._reader, self._topic, self._begun, self._ends = reader, topic, begun, ends
        self._next: dict[int, int] = {}

    def behind(self) -> Iterator[Behind]:
        """Yield the partitions that hold records that were not used yet; most of them are on their way."""
        for partition, end in self._ends().items():
            reached = self._begun.get((self._topic, partition), self._next.get(partition))
            if reached is not None and reached < end:
                yield Behind(partition, reached, end)

    async def before(self, partition: int, offset: int) -> list[tuple[int, bytes]]:
        """Return (offset, bytes) of what was never used before this record. Raises KafkaError, OSError, TimeoutError: ask again."""
        begun = self._begun.pop((self._topic, partition), None)
        if begun is not None:
            self._next[partition] = begun
        start = self._next.get(partition, offset)
        found: list[tuple[int, bytes]] = []
        if start < offset:
            start = max(start, await self._reader.begin(partition))
            await self._reader.read(partition, start, lambda at, record: found.append((at, record)), offset)
        return found

    def used(self, partition: int, offset: int) -> None:
        """Note that a record was used."""
        self._next[partition] = max(self._next.get(partition, 0), offset + 1)

    async def stop(self) -> None:
        """Disconnect."""
        await self._reader.stop()
