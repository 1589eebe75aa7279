"""What all Faust agents of ours share: a record is used, or put aside, or waited for; never lost and never a stop."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

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


class Taker:
    """Feeds the records of a Faust stream to `use`."""

    def __init__(
        self, use: Callable[[bytes], Awaitable[None]], letters: DeadLetters, topic: str, counts: Counter[str], passed_over: PassedOver
    ) -> None:
        """use: raises UnusableError or msgspec's errors for what it cannot use. counts: shared, for the heartbeat."""
        self._use, self._letters, self._topic, self.counts, self._passed_over = use, letters, topic, counts, passed_over

    async def run(self, stream: Any) -> None:
        """Take every event. Faust drops an event whose agent raised, so nothing is raised here: a broker that is away is waited for."""
        try:
            async for event in stream.events():
                await self._until_used(event)
        finally:
            await self._passed_over.stop()

    async def _until_used(self, event: Any) -> None:
        message = event.message
        partition = message.partition
        while True:
            try:
                for offset, raw in await self._passed_over.before(partition, message.offset):
                    self.counts["passed_over"] += 1
                    await self.take(raw, partition=partition, offset=offset)
                    self._passed_over.used(partition, offset)
                await self.take(event.value or b"", key=message.key, partition=partition, offset=message.offset)
                self._passed_over.used(partition, message.offset)
            except (KafkaError, OSError, TimeoutError) as err:
                self.counts["waits"] += 1
                log.warning("broker_away", topic=self._topic, offset=message.offset, error=repr(err))
                await asyncio.sleep(_RETRY_S)
            else:
                return

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
