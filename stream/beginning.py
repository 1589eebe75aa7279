"""Where a Faust worker begins whose group has committed nothing yet: at the first record, whatever it fetched and threw away before.

While a worker starts, records that come before its tables are restored are thrown away, and it goes back to the last committed offset. A
group that has none stays where it is: what was thrown away would never be used. So it is at the first start, and after a kill in the first
seconds of an installation.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from faust.transport.drivers.aiokafka import Consumer

from contracts.runtime import Runtime
from stream.access import kafka_settings
from stream.leaving import leave
from stream.log.read import RangeReader
from stream.passed_over import PassedOver
from stream.resting_thread import RestingThread


class LeavingThread(RestingThread):
    """The thread that reads for the agents; in the end it leaves the group."""

    async def on_thread_stop(self) -> None:
        """Say that it goes, and stop."""
        if self._consumer is not None:
            leave(self._consumer)
        await super().on_thread_stop()


class FirstRecordConsumer(Consumer):
    """Faust's consumer, which goes back to the first record where nothing is committed.

    begun: (topic, partition) → where it began since this was last asked.
    """

    begun: ClassVar[dict[tuple[str, int], int]] = {}

    def _new_consumer_thread(self) -> LeavingThread:
        return LeavingThread(self, loop=self.loop, beacon=self.beacon)

    async def seek_to_committed(self) -> Mapping[Any, int]:
        """Seek all partitions to their committed offsets, those without one to their beginning."""
        offsets: Mapping[Any, int] = await super().seek_to_committed()
        changelogs = self.app.tables.changelog_topics
        ours = {place: offset for place, offset in offsets.items() if place.topic not in changelogs}
        fresh = [place for place, offset in ours.items() if not offset]
        if fresh:
            for place, first in (await self.earliest_offsets(*fresh)).items():
                await self._seek(place, first)
                ours[place] = first
        self.begun.update({(place.topic, place.partition): offset for place, offset in ours.items()})
        return offsets


def passed_over(app: Any, runtime: Runtime, topic: str) -> PassedOver:
    """What this consumer passes over of a topic."""
    reader = RangeReader(kafka_settings(runtime), topic)
    return PassedOver(reader, topic, FirstRecordConsumer.begun, lambda: _ends(app, topic))


def _ends(app: Any, topic: str) -> dict[int, int]:
    """Where the partitions end that are read now; nothing while they are assigned, or while what is known of them is read back."""
    if app.rebalancing or not app.flow_control.is_active():
        return {}
    ours = [place for place in app.consumer.assignment() if place.topic == topic]
    ends = {place.partition: app.consumer.highwater(place) for place in ours}
    return {partition: end for partition, end in ends.items() if end is not None}


def begin_at_first_record(app: Any) -> None:
    """Let a Faust app read with it."""
    app.transport.Consumer = FirstRecordConsumer
