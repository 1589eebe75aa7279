"""What all Faust agents of ours share: a record is used, or put aside, or waited for; never lost and never a stop."""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

import msgspec
import structlog
from aiokafka.errors import KafkaError

from contracts.errors import NuandengError
from stream.deadletters import DeadLetters
from stream.passed_over import PassedOver

log = structlog.get_logger(__name__)

_RETRY_S = 0.5


class UnusableError(Exception):
    """A record that can be read but not used. reason: a stable code for the dead letter."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


_AT_ONCE = 256
# A partition in which nothing was used for so long, and nothing is on its way, is not read on by itself.
_STOOD_S = 1.0


def lanes_by(field: str) -> Callable[[bytes], str]:
    """Return what names the lane that a JSON record belongs to: one of its text fields. Without it, the one without name."""
    decode: Callable[[bytes], Any] = msgspec.json.Decoder(msgspec.defstruct("Named", [("name", str, msgspec.field(name=field))])).decode

    def lane_of(raw: bytes) -> str:
        try:
            return str(decode(raw).name)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return ""

    return lane_of


class _Begun:
    """A record on its way. acknowledge None: it was read beside Faust, which knows nothing of it."""

    __slots__ = ("acknowledge", "used")

    def __init__(self, acknowledge: Callable[[], Awaitable[Any]] | None) -> None:
        self.acknowledge, self.used = acknowledge, False


class Taker:
    """Feeds the records of a Faust stream to `use`: those of a lane one after the other, lanes side by side.

    Records of a partition are acknowledged in their order, so that whatever was not used when a worker dies is delivered again.
    """

    def __init__(
        self, use: Callable[[bytes], Awaitable[None]], letters: DeadLetters, topic: str, counts: Counter[str], passed_over: PassedOver,
        *, lane_of: Callable[[bytes], str] = lambda _raw: "",
    ) -> None:  # fmt: skip
        """use: raises UnusableError or msgspec's errors for what it cannot use. counts: shared, for the heartbeat."""
        self._use, self._letters, self._topic, self.counts, self._passed_over = use, letters, topic, counts, passed_over
        self._lane_of = lane_of
        # Those that somebody is in or waits for.
        self._lanes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._begun: dict[int, deque[_Begun]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()

    async def run(self, stream: Any) -> None:
        """Take every event. Faust drops an event whose agent raised, so nothing is raised here: a broker that is away is waited for."""
        own = stream.noack()
        looking = asyncio.create_task(self._look_behind())
        try:
            async for event in own.events():
                message = event.message
                async with self._turn:
                    await self._begin_before(message.partition, message.offset)
                    await self._begin(event.value or b"", key=message.key, partition=message.partition, offset=message.offset,
                                      acknowledge=partial(own.ack, event))  # fmt: skip
        finally:
            looking.cancel()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._passed_over.stop()

    async def _look_behind(self) -> None:
        """Find the last records of a partition that Faust dropped: no later one shows that they are missing."""
        stood: dict[int, int] = {}
        while True:
            await asyncio.sleep(_STOOD_S)
            behind = list(self._passed_over.behind())
            for one in behind:
                if stood.get(one.partition) == one.reached and not self._begun.get(one.partition):
                    async with self._turn:
                        if one in self._passed_over.behind():
                            await self._begin_before(one.partition, one.end)
                            # Whatever else lies there, such as Kafka's own markers, is no record.
                            self._passed_over.used(one.partition, one.end - 1)
            stood = {one.partition: one.reached for one in behind}

    async def _begin_before(self, partition: int, offset: int) -> None:
        for at, raw in await self._missing(partition, offset):
            self.counts["passed_over"] += 1
            await self._begin(raw, partition=partition, offset=at)

    async def _missing(self, partition: int, offset: int) -> list[tuple[int, bytes]]:
        while True:
            try:
                return await self._passed_over.before(partition, offset)
            except (KafkaError, OSError, TimeoutError) as err:
                await self._wait(offset, err)

    async def _wait(self, offset: int, err: Exception) -> None:
        self.counts["waits"] += 1
        log.warning("broker_away", topic=self._topic, offset=offset, error=repr(err))
        await asyncio.sleep(_RETRY_S)

    async def _begin(
        self, raw: bytes, *, partition: int, offset: int, key: bytes | None = None, acknowledge: Callable[[], Awaitable[Any]] | None = None
    ) -> None:
        await self._room.acquire()
        # From here on it is tried until it was used: nobody passes it over.
        self._passed_over.used(partition, offset)
        begun = _Begun(acknowledge)
        self._begun.setdefault(partition, deque()).append(begun)
        task = asyncio.create_task(self._until_used(begun, raw, key=key, partition=partition, offset=offset))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _until_used(self, begun: _Begun, raw: bytes, *, key: bytes | None, partition: int, offset: int) -> None:
        try:
            # Locks are given in the order in which they were asked for, and tasks begin in the order in which they were made.
            async with self._lanes.setdefault(self._lane_of(raw), asyncio.Lock()):
                while not begun.used:
                    try:
                        await self.take(raw, key=key, partition=partition, offset=offset)
                        begun.used = True
                    except (KafkaError, OSError, TimeoutError) as err:
                        await self._wait(offset, err)
            in_order = self._begun[partition]
            while in_order and in_order[0].used:
                acknowledge = in_order.popleft().acknowledge
                if acknowledge is not None:
                    await acknowledge()
        finally:
            self._room.release()

    async def take(self, raw: bytes, *, key: bytes | None = None, partition: int = 0, offset: int = 0) -> None:
        """Use one record or put it aside. Raises KafkaError, OSError, TimeoutError when neither is possible now."""
        try:
            await self._use(raw)
        except (KafkaError, OSError, TimeoutError):
            raise
        except UnusableError as err:
            reason, detail = err.reason, str(err)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as err:
            reason, detail = "unreadable", str(err)
        except NuandengError as err:
            reason, detail = err.code, str(err)
        except Exception as err:
            log.exception("agent_failed", topic=self._topic, partition=partition, offset=offset)
            reason, detail = "agent_failed", f"{type(err).__name__}: {err}"
        else:
            self.counts["used"] += 1
            return
        await self._letters.put(reason, detail, raw, topic=self._topic, partition=partition, offset=offset, key=key)
        self.counts[f"letters:{reason}"] += 1
