"""From one record of dispatch.commands to a commit, a refusal, nothing, or a dead letter."""

from typing import NamedTuple

import msgspec

from contracts.commands import Command, decode_command
from contracts.commit import MAX_COMMIT_BYTES, Commit, digest, encode_commit
from contracts.events import CommandRejected
from contracts.terms import Role
from dispatch import Known, Ruling, State, apply, decide, known
from dispatch.tables import Writes
from stream.partition import partition_of

# Identifiers that only the platform makes; nobody waits for the answer.
PLATFORM_IDS = "sys:"


class Letter(NamedTuple):
    """Why a command goes to the dead letters. reason: a stable code."""

    reason: str
    detail: str


class Decision(msgspec.Struct, frozen=True, gc=False):
    """commit None: nothing to append (a repetition, a deadline that is not due, or a dead letter alone)."""

    commit: Commit | None = None
    key: bytes = b""
    record: bytes = b""
    head: str = ""
    writes: Writes | None = None
    letter: Letter | None = None
    repeated: bool = False


UNDECIDED = Decision()


class FailedError(Exception):
    """The rules raised, and may have left the state they were given half changed. Decide again from a fresh one, as `failed`.

    sequence: of the commit that the command would have become.
    """

    def __init__(self, detail: str, command: Command, sequence: int) -> None:
        super().__init__(detail)
        self.command_id, self.jurisdiction, self.sequence = command.id, command.jurisdiction, sequence


class Judge:
    """Decides for one partition. jurisdictions: those that exist; empty: any."""

    def __init__(self, partition: int, jurisdictions: frozenset[str] = frozenset()) -> None:
        self._partition = partition
        self._jurisdictions = jurisdictions
        self._own: set[str] = set()

    def decide(self, states: dict[str, State], raw: bytes, appended_at_ms: int, failed: str | None = None) -> Decision:
        """Decide one command against the states, and bring its state forward.

        Args:
            appended_at_ms: the record's append time at the broker: the only clock of a decision.
            failed: what the rules raised when this command was decided before; it is refused now.
        Raises:
            FailedError: the rules raised.
        """
        try:
            command = decode_command(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as err:
            return Decision(letter=Letter("unreadable", str(err)))
        letter = self._misplaced(command)
        if letter is not None:
            return Decision(letter=letter)
        state = states.get(command.jurisdiction)
        if state is None:
            state = states[command.jurisdiction] = State(command.jurisdiction)
        try:
            ruling = decide(state, command, appended_at_ms) if failed is None else Ruling((CommandRejected(code="internal"),))
            if (failed is not None or not ruling.events) and known(state, command) is not Known.NEW:
                return Decision(repeated=True)
            if not ruling.events and command.id.startswith(PLATFORM_IDS):
                return Decision()
            # A person's command that changes nothing is written all the same: whoever sent it waits for an answer.
            decision = _committed(state, command, appended_at_ms, ruling)
            if len(decision.record) > MAX_COMMIT_BYTES:
                decision = _committed(state, command, appended_at_ms, Ruling((CommandRejected(code="too_large"),)))
            assert decision.commit is not None  # noqa: S101 - for the type checker: _committed always has one
            apply(state, decision.commit, decision.head, decision.writes)
        except Exception as err:
            raise FailedError(f"{type(err).__name__}: {err}", command, state.sequence + 1) from err
        return decision if failed is None else msgspec.structs.replace(decision, letter=Letter("decide_failed", failed))

    def _misplaced(self, command: Command) -> Letter | None:
        if command.id.startswith(PLATFORM_IDS) and command.actor.role is not Role.SYSTEM:
            # Refused by a commit it would be remembered, and the deadline or effect that the identifier is of would never come.
            return Letter("forged_identifier", f"{command.id[:200]} by {command.actor.account}")
        if command.jurisdiction in self._own:
            return None
        if partition_of(command.jurisdiction) != self._partition:
            return Letter("wrong_partition", f"{command.jurisdiction} belongs to partition {partition_of(command.jurisdiction)}")
        if self._jurisdictions and command.jurisdiction not in self._jurisdictions:
            return Letter("unknown_jurisdiction", command.jurisdiction)
        self._own.add(command.jurisdiction)
        return None


def _committed(state: State, command: Command, appended_at_ms: int, ruling: Ruling) -> Decision:
    commit = Commit(
        jurisdiction=command.jurisdiction,
        sequence=state.sequence + 1,
        previous=state.head,
        command_id=command.id,
        occurred_at_ms=max(appended_at_ms, state.last_at_ms),
        actor=command.actor,
        events=ruling.events,
        caused_by=command.caused_by,
        body_sha256=command.body_sha256,
        trace=command.trace,
    )
    record = encode_commit(commit)
    return Decision(commit, command.jurisdiction.encode(), record, digest(record), ruling.writes)
