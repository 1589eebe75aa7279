"""What the commits of one fetch do to the read model, collected for one call of the script. No I/O."""

import msgspec

from contracts.commit import Commit
from contracts.documents import Answer, Change, FeedEntry, encode_document
from contracts.events import CommandRejected, IncidentReported, IncidentReportedAgain, SightingAttached, event_name
from dispatch import State, document
from stream.log.fold import Standing
from stream.readmodel import keys

_CREATES = (IncidentReported, IncidentReportedAgain, SightingAttached)


def answer_to(commit: Commit) -> Answer:
    """What the sender of the command is told."""
    code, detail = None, ""
    created: dict[str, None] = {}
    for event in commit.events:
        if isinstance(event, CommandRejected):
            code, detail = event.code, event.detail
        elif isinstance(event, _CREATES):
            created[event.incident] = None
    return Answer(
        command_id=commit.command_id, jurisdiction=commit.jurisdiction, sequence=commit.sequence, accepted=code is None,
        at_ms=commit.occurred_at_ms, code=code, detail=detail, created=tuple(created),
    )  # fmt: skip


class Batch:
    """Documents are taken right after their commit was folded, so that each feed entry tells the state of its own sequence."""

    def __init__(self) -> None:
        self._documents: dict[tuple[str, str], bytes] = {}
        self._feed: list[tuple[str, str, bytes]] = []
        self._answers: dict[str, bytes] = {}
        self._heads: dict[str, tuple[str, str]] = {}
        self._newest: Commit | None = None

    @property
    def newest(self) -> dict[str, str | int]:
        """The last commit taken, for a log line about the whole."""
        commit = self._newest
        return {} if commit is None else {"jurisdiction": commit.jurisdiction, "sequence": commit.sequence, "command": commit.command_id}

    def add(self, standing: Standing, state: State) -> None:
        """Take a commit that stands; `state` is just after it. One that could not be folded is an empty line: it answers nobody."""
        commit = self._newest = standing.commit
        jurisdiction, sound = commit.jurisdiction, standing.unsound is None
        changes: list[Change] = []
        for kind, id_ in standing.touched:
            found = document(state, kind, id_)
            raw = b"" if found is None else encode_document(found)
            self._documents[keys.documents(jurisdiction, kind), id_] = raw
            changes.append(Change(kind=kind, id=id_, document=msgspec.Raw(raw) if raw else None))
        entry = FeedEntry(
            jurisdiction=jurisdiction,
            sequence=commit.sequence,
            at_ms=commit.occurred_at_ms,
            command_id=commit.command_id if sound else "",
            events=tuple(event_name(event) for event in commit.events) if sound else (),
            changes=tuple(changes),
        )
        self._feed.append((keys.feed(jurisdiction), f"{commit.sequence}-0", encode_document(entry)))
        if sound:
            self._answers[keys.answer(commit.command_id)] = encode_document(answer_to(commit))
        before = self._heads.get(jurisdiction)
        previous = "" if commit.sequence == 1 else f"{commit.sequence - 1}:{commit.previous}"
        self._heads[jurisdiction] = (previous if before is None else before[0], f"{commit.sequence}:{standing.head}")

    def arguments(self, epoch: str, partition: int, first: int, last: int) -> list[str | bytes | int]:
        """The script's ARGV; see stream/readmodel/script.py."""
        documents = [part for (key, id_), raw in self._documents.items() for part in (key, id_, raw)]
        feed = [part for entry in self._feed for part in entry]
        answers = [part for key, raw in self._answers.items() for part in (key, keys.ANSWER_S, raw)]
        heads = [part for jurisdiction, (before, after) in self._heads.items() for part in (keys.head(jurisdiction), before, after)]
        wake = list(self._heads)
        return [
            epoch, partition, first, last,
            len(documents), *documents, len(feed), *feed, len(answers), *answers, len(heads), *heads, len(wake), *wake,
        ]  # fmt: skip
