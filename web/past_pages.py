"""The past for the replay room, folded by a process of its own: Kafka's consumers do not run beside gevent.

`python -m web.past_pages` reads a question (JSON) from its input and prints the body of the answer. What it prints is what a screen of
that area may see, names masked, sealed fields left out: the same cards that a live screen gets.
"""

import asyncio
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import msgspec

from contracts.documents import Document, encode_document
from contracts.errors import StoreAwayError
from contracts.events import event_name
from contracts.runtime import Runtime
from dispatch import State, all_documents, document
from stream.access import runtime_from_environment
from stream.log.fold import Standing
from stream.past import Past, ReachedError, fold_past
from stream.vault.keystore import FileKeyStore
from stream.vault.sealer import TextSealer
from web.board.board import within
from web.board.cards import SHOWN, card
from web.board.masking import MaskedNames

_TIMEOUT_S = 60.0
# A fold takes a core for as long as it lasts; screens must not wait for auditors.
_AT_ONCE = 2
_PAGE_MOST_BYTES = 4_000_000
_encoder = msgspec.json.Encoder()


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Of a state: until_ms or to_sequence. Of changes: from_sequence and to_sequence, both told, at most `limit`. area: the asker's."""

    jurisdiction: str
    area: str
    until_ms: int | None = None
    from_sequence: int | None = None
    to_sequence: int | None = None
    limit: int = 0


class PastPages:
    """Asks a process of its own, not many at a time."""

    def __init__(self) -> None:
        self._turns = threading.BoundedSemaphore(_AT_ONCE)

    def ask(self, question: Question) -> msgspec.Raw:
        """Return the answer's body. Raises StoreAwayError."""
        if not self._turns.acquire(timeout=_TIMEOUT_S):
            raise StoreAwayError("Others are looking at the past just now.")
        try:
            done = subprocess.run(
                [sys.executable, "-m", "web.past_pages"],
                input=_encoder.encode(question), capture_output=True, timeout=_TIMEOUT_S, check=True,
            )  # fmt: skip
        except subprocess.SubprocessError as err:
            raise StoreAwayError("The log could not be read just now.") from err
        finally:
            self._turns.release()
        return msgspec.Raw(done.stdout)


class _Sight:
    """What an account of an area sees of documents."""

    def __init__(self, jurisdiction: str, area: str, names: MaskedNames) -> None:
        self._jurisdiction, self._area, self._names = jurisdiction, area, names

    def of(self, kind: str, found: Document) -> msgspec.Raw | None:
        """Return the shown form, None for what is outside the area."""
        made = card(kind, encode_document(found), self._names)
        return made.shown if within(made.area, self._area, self._jurisdiction) else None


async def state_then(runtime: Runtime, question: Question, names: MaskedNames) -> dict[str, Any]:
    """The documents as they were, and the sequence they stood at. Raises KafkaError, OSError, TimeoutError."""
    past = Past(question.jurisdiction, until_ms=question.until_ms, to_sequence=question.to_sequence)
    await fold_past(runtime, past)
    sight = _Sight(question.jurisdiction, question.area, names)
    documents: dict[str, list[msgspec.Raw]] = {kind: [] for kind in SHOWN}
    for kind, found in all_documents(past.state):
        shown = sight.of(kind, found) if kind in documents else None
        if shown is not None:
            documents[kind].append(shown)
    return {
        "jurisdiction": question.jurisdiction, "at_ms": past.state.last_at_ms if question.until_ms is None else question.until_ms,
        "sequence": past.state.sequence, "commit_at_ms": past.state.last_at_ms or None, "first_at_ms": past.first_at_ms,
        "documents": documents,
    }  # fmt: skip


async def changes_then(runtime: Runtime, question: Question, names: MaskedNames) -> dict[str, Any]:
    """What each commit of a range changed, as a live screen was told, and who did it. Raises KafkaError, OSError, TimeoutError."""
    start, end = question.from_sequence or 1, question.to_sequence or 0
    sight = _Sight(question.jurisdiction, question.area, names)
    items: list[msgspec.Raw] = []
    size = 0

    def tell(standing: Standing, state: State) -> None:
        nonlocal size
        if standing.commit.sequence < start:
            return
        items.append(msgspec.Raw(_encoder.encode(_entry(standing, state, sight))))
        size += len(bytes(items[-1]))
        if len(items) >= question.limit or size >= _PAGE_MOST_BYTES:
            raise ReachedError

    past = Past(question.jurisdiction, to_sequence=end, on_standing=tell)
    await fold_past(runtime, past)
    told_to = start + len(items) - 1
    full = len(items) >= question.limit or size >= _PAGE_MOST_BYTES
    return {"items": items, "next_from_sequence": told_to + 1 if full and told_to < end else None}


def _entry(standing: Standing, state: State, sight: _Sight) -> dict[str, Any]:
    commit = standing.commit
    changes = []
    for kind, name in standing.touched:
        if kind in SHOWN:
            found = document(state, kind, name)
            changes.append({"kind": kind, "id": name, "document": None if found is None else sight.of(kind, found)})
    return {
        "jurisdiction": commit.jurisdiction, "sequence": commit.sequence, "at_ms": commit.occurred_at_ms, "command_id": commit.command_id,
        "actor": {"account": commit.actor.account, "role": commit.actor.role}, "events": [event_name(event) for event in commit.events],
        "changes": changes,
    }  # fmt: skip


def _main() -> None:
    question = msgspec.json.decode(sys.stdin.buffer.read(), type=Question)
    runtime = runtime_from_environment()
    names = MaskedNames(TextSealer(FileKeyStore(Path(runtime.keystore))))
    answer = (state_then if question.from_sequence is None else changes_then)(runtime, question, names)
    sys.stdout.buffer.write(_encoder.encode(asyncio.run(answer)))


if __name__ == "__main__":
    _main()
