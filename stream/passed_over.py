"""Records that Faust passes over.

While partitions are assigned, what was fetched before is delivered beside what is read anew; Faust then believes that it has read up to the
later one, drops everything before, and commits past it. No record has to be lost for that: offsets are without gaps, so whoever knows the
last one that was used sees what is missing, and reads it here.
"""

from collections.abc import MutableMapping

from stream.log.read import RangeReader


class PassedOver:
    """Of one topic. begun: (topic, partition) → the offset at which reading began, put there at each assignment and taken out here."""

    def __init__(self, reader: RangeReader, topic: str, begun: MutableMapping[tuple[str, int], int]) -> None:
        self._reader, self._topic, self._begun = reader, topic, begun
        self._next: dict[int, int] = {}

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
