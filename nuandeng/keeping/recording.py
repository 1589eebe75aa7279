"""Sending commands from the command line to the running dispatcher, and waiting in the log itself until they stand."""

import asyncio
import time
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from aiokafka import AIOKafkaProducer

from contracts.commands import Command
from contracts.commit import decode_commit, digest
from contracts.events import CommandRejected
from contracts.runtime import Runtime
from contracts.topics import COMMANDS, COMMITS
from nuandeng.keeping.errors import NotRecordedError
from stream.access import kafka_settings, topic
from stream.commands import CommandSender
from stream.log.read import RangeReader
from stream.partition import partition_of

_CALL_S = 15.0
_PATIENCE_S = 30.0
_LOOK_EVERY_S = 0.1


class Recorded(NamedTuple):
    """Where a command's commit stands, and its hash."""

    jurisdiction: str
    sequence: int
    sha256: str


async def record(runtime: Runtime, commands: Sequence[Command], patience_s: float = _PATIENCE_S) -> list[Recorded]:
    """Send commands and return where each stands.

    Raises:
        NotRecordedError: one was refused, or the dispatcher wrote nothing in time. KafkaError, OSError, TimeoutError.
    """
    if not commands:
        return []
    reader = RangeReader(kafka_settings(runtime), topic(runtime, COMMITS))
    producer = AIOKafkaProducer(**kafka_settings(runtime), acks="all", linger_ms=2, max_request_size=2 << 20)
    try:
        ends = {partition: await reader.end(partition) for partition in {partition_of(one.jurisdiction) for one in commands}}
        await asyncio.wait_for(producer.start(), _CALL_S)
        sender = CommandSender(producer, topic(runtime, COMMANDS))
        for command in commands:
            await asyncio.wait_for(sender.send(command), _CALL_S)
        return await _standing(reader, ends, {command.id for command in commands}, patience_s)
    finally:
        await asyncio.wait_for(producer.stop(), _CALL_S)
        await reader.stop()


async def _standing(reader: RangeReader, ends: dict[int, int], wanted: set[str], patience_s: float) -> list[Recorded]:
    found: dict[str, Recorded] = {}
    refused: list[str] = []

    def look(_offset: int, raw: bytes) -> None:
        try:
            commit = decode_commit(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return
        if commit.command_id in wanted:
            found[commit.command_id] = Recorded(commit.jurisdiction, commit.sequence, digest(raw))
            refused.extend(f"{event.code} {event.detail}".strip() for event in commit.events if isinstance(event, CommandRejected))

    deadline = time.monotonic() + patience_s
    while len(found) < len(wanted):
        if time.monotonic() > deadline:
            raise NotRecordedError(f"The dispatcher wrote {len(found)} of {len(wanted)} commits in {patience_s:.0f} s.")
        for partition, start in ends.items():
            ends[partition] = await reader.read(partition, start, look)
        await asyncio.sleep(_LOOK_EVERY_S)
    if refused:
        raise NotRecordedError(f"The dispatcher refused: {'; '.join(refused)}.")
    return sorted(found.values())
