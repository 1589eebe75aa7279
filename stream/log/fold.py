"""Folding one partition of the log: the one place where it is said which records stand and what they do."""

from typing import NamedTuple

import msgspec

from contracts.commit import Commit, decode_commit, digest, stands
from dispatch import State, UnsoundError, apply, pass_over
from dispatch.tables import Key, Writes
from stream.partition import partition_of


class Standing(NamedTuple):
    """A record that stands: its commit, its hash, and the (kind, id) of the documents it touched.

    unsound: why it could not be folded; it stands, and nothing but its sequence and hash is taken of it.
    """

    commit: Commit
    head: str
    touched: tuple[Key, ...]
    unsound: str | None = None


class Fold:
    """The jurisdictions of one partition, folded in log order up to `next_offset` - 1. ignored: records that don't stand."""

    def __init__(self, partition: int, until_ms: int | None = None) -> None:
        """until_ms: take no commit that occurred later; those after it then don't stand on it, and are ignored too."""
        self.partition = partition
        self._until_ms = until_ms
        self.states: dict[str, State] = {}
        self.next_offset = 0
        self.ignored = 0
        self.last_record = ""

    def copy(self) -> "Fold":
        """An independent copy as it is now; quick, because entities are frozen and shared."""
        other = Fold(self.partition, self._until_ms)
        other.states = {jurisdiction: state.copy() for jurisdiction, state in self.states.items()}
        other.next_offset, other.ignored, other.last_record = self.next_offset, self.ignored, self.last_record
        return other

    def step(self, offset: int, record: bytes) -> Standing | None:
        """Take the next record of the log. None: it does not stand, and every reader ignores it alike."""
        self.next_offset = offset + 1
        head = self.last_record = digest(record)
        commit = standing_commit(self.states, self.partition, record)
        if commit is None or (self._until_ms is not None and commit.occurred_at_ms > self._until_ms):
            self.ignored += 1
            return None
        return self.fold(commit, head)

    def fold(self, commit: Commit, head: str) -> Standing:
        """Fold a commit that stands. One that cannot be folded is passed over: the log goes on after it, in every reader alike."""
        state = self.states.get(commit.jurisdiction) or self.state(commit.jurisdiction)
        try:
            return Standing(commit, head, apply(state, commit, head))
        except UnsoundError as reason:
            pass_over(state, commit, head)
            return Standing(commit, head, (), str(reason))

    def step_own(self, offset: int, commit: Commit, head: str, writes: Writes | None) -> tuple[Key, ...]:
        """Take a commit that its writer knows to stand, with what deciding it has folded already; return what it touched."""
        self.next_offset, self.last_record = offset + 1, head
        return apply(self.state(commit.jurisdiction), commit, head, writes)

    def state(self, jurisdiction: str) -> State:
        """The state of a jurisdiction, empty before its first commit."""
        state = self.states.get(jurisdiction)
        if state is None:
            state = self.states[jurisdiction] = State(jurisdiction)
        return state


def standing_commit(states: dict[str, State], partition: int, record: bytes) -> Commit | None:
    """Return the commit if it stands after these states, None otherwise: unreadable, on a wrong partition, or not built on the last one."""
    try:
        commit = decode_commit(record)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    state = states.get(commit.jurisdiction)
    if state is None:
        if partition_of(commit.jurisdiction) != partition:
            return None
        state = State(commit.jurisdiction)
    return commit if stands(commit, sequence=state.sequence, head=state.head) else None
