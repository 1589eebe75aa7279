"""Giving back the answers of the last day after the store has lost them: a client that still asks must not wait for ever."""

import time
from collections.abc import Mapping
from typing import NamedTuple

import msgspec
import redis.asyncio
import structlog

from contracts.commit import Commit, decode_commit, digest
from contracts.documents import encode_document
from stream.log.fold import Fold
from stream.log.read import RangeReader
from stream.log_clock import LogClocks
from stream.readmodel import keys
from stream.readmodel.batch import answer_to

log = structlog.get_logger(__name__)

# Small pieces: whoever follows the log beside it must not notice.
_AT_ONCE = 3 * 100
_WRITE = """
for at = 1, #ARGV, 3 do
  redis.call('SET', ARGV[at], ARGV[at + 2], 'EX', ARGV[at + 1])
end
"""


class _Head(NamedTuple):
    """Where a jurisdiction's log ends, and which of its commits answer nobody."""

    record: str
    unsound: frozenset[int]


class _Answered(NamedTuple):
    """One commit and the answer to its command."""

    commit: Commit
    raw: bytes


async def give_back_answers(store: redis.asyncio.Redis, reader: RangeReader, folds: Mapping[int, Fold], clocks: LogClocks) -> int:
    """Write the answers to what was committed in the last day, up to where these folds are now; return how many.

    Which records stand is known from the end: the head's hash names the last one, and each names the one before. The folds may go on.

    Raises:
        redis.RedisError, KafkaError, OSError, TimeoutError: begin again; what was written is right.
    """
    started = time.monotonic()
    ends = {
        partition: (fold.next_offset, [_Head(state.head, frozenset(state.unsound)) for state in fold.states.values()])
        for partition, fold in folds.items()
    }
    written = 0
    for partition, (next_offset, heads) in ends.items():
        found: dict[str, _Answered] = {}

        def collect(_offset: int, record: bytes, found: dict[str, _Answered] = found) -> None:
            try:
                commit = decode_commit(record)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                return
            found[digest(record)] = _Answered(msgspec.structs.replace(commit, events=()), encode_document(answer_to(commit)))

        now_ms = clocks.of(partition).now_ms()
        start = await reader.offset_at(partition, now_ms - keys.ANSWER_S * 1000)
        await reader.read(partition, start, collect, next_offset)
        for head in heads:
            written += await _write(store, found, head, now_ms)
    log.info("answers_given_back", answers=written, seconds=round(time.monotonic() - started, 2))
    return written


async def _write(store: redis.asyncio.Redis, found: Mapping[str, _Answered], head: _Head, now_ms: int) -> int:
    write, arguments, written = store.register_script(_WRITE), list[str | bytes | int](), 0
    record = head.record
    while record in found:
        commit, raw = found[record]
        record = commit.previous
        left_s = keys.ANSWER_S - (now_ms - commit.occurred_at_ms) // 1000
        if left_s > 0 and commit.sequence not in head.unsound:
            arguments += (keys.answer(commit.command_id), left_s, raw)
            written += 1
        if len(arguments) >= _AT_ONCE or (arguments and record not in found):
            await write(args=arguments)
            arguments.clear()
    return written
