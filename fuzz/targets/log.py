"""The log's two sides: commands that the writer decides, and commits that every reader folds."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any, get_args

import msgspec

from camera_adapters.camera_register import Known, step
from contracts.commands import AnyBody, Command, encode_command
from contracts.commit import Commit, decode_commit, encode_commit
from contracts.events import Event
from dispatch import State, restore, snapshot
from fuzz.target import Attempt, Target
from fuzz.targets.town import ACTORS, NOW_MS, PARTITION, fresh_state, night, shaper
from stream.log.fold import Fold
from stream.writer.decision import Judge
from tests.unit.dispatch.night import COUNTY

# A state grows with what it accepts; begun anew so often, the memory that is measured is the parser's.
_ANEW_EVERY = 400


def _commands() -> Attempt:
    judge, count = Judge(PARTITION, frozenset({COUNTY})), 0
    states = {COUNTY: fresh_state()}

    def attempt(raw: bytes) -> str:
        nonlocal count
        count += 1
        if count % _ANEW_EVERY == 0:
            kept = snapshot(states[COUNTY])  # whatever was accepted must fit a snapshot, and come back the same
            if snapshot(restore(kept)) != kept:
                raise AssertionError("a snapshot does not come back as it was")
            states[COUNTY] = fresh_state()
        try:
            decision = judge.decide(states, raw, NOW_MS + count)
        except Exception:
            states[COUNTY] = fresh_state()
            raise
        if decision.commit is None:
            return decision.letter.reason if decision.letter else "nothing"
        if decode_commit(decision.record) != decision.commit:
            raise AssertionError("a commit changes on its way through the log")
        first = decision.commit.events[0] if decision.commit.events else None
        return f"{type(first).__name__} {getattr(first, 'code', '')}"

    return attempt


def _fold() -> Fold:
    fold = Fold(PARTITION)
    fold.states[COUNTY] = fresh_state()
    return fold


def _register() -> Known:
    state = fresh_state()
    return Known(heads={COUNTY: (state.sequence, state.head)})


def _commits() -> Attempt:
    """Whatever lies in the log: what is no commit, or does not follow the last one, is ignored alike by all readers."""
    fold, register, offset = _fold(), _register(), 0

    def attempt(raw: bytes) -> str:
        nonlocal fold, register, offset
        offset += 1
        stood = fold.step(offset, raw) is not None
        before = dict(register.heads)
        step(register, PARTITION, raw)
        if (register.heads != before) is not stood:
            raise AssertionError("the register of cameras and the fold do not agree on what stands")
        if stood:
            fold, register = _fold(), _register()
        return "stood" if stood else "ignored"

    return attempt


def _forged() -> Attempt:
    """Commits that follow the last one, as only somebody with the dispatcher's account could write them."""
    base = fresh_state()

    def attempt(raw: bytes) -> str:
        try:
            commit = msgspec.structs.replace(decode_commit(raw), jurisdiction=COUNTY, sequence=base.sequence + 1, previous=base.head)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return "unreadable"
        fold = Fold(PARTITION)
        fold.states[COUNTY] = fresh_state()
        try:
            fold.step(1, encode_commit(commit))
        except KeyError:
            # Known, and said in docs/fuzz.md: a standing commit about what is not there stops its readers.
            return "stops readers"
        return type(commit.events[0]).__name__ if commit.events else "empty"

    return attempt


def _command_samples() -> Iterator[bytes]:
    made, bodies = shaper(2), get_args(AnyBody)
    for number in range(4 * len(bodies)):
        body = msgspec.json.decode(made.record(bodies[number % len(bodies)]), type=AnyBody)
        for actor in ACTORS[: 1 + number % len(ACTORS)][-1:]:
            yield encode_command(Command(id=f"f{number}", jurisdiction=COUNTY, actor=actor, body=body, sent_at_ms=NOW_MS))


def _commit_samples() -> Iterator[bytes]:
    yield from night().records
    made, events, state = shaper(3), get_args(Event), fresh_state()
    for number, kind in enumerate(events * 2):
        event = msgspec.json.decode(made.record(kind), type=kind)
        yield encode_commit(_following(state, number, (event,)))


def _following(state: State, number: int, events: tuple[Any, ...]) -> Commit:
    # Not on the head: what follows it is `forged_commits`' part.
    return Commit(jurisdiction=COUNTY, sequence=state.sequence + 1, previous="0" * 64, command_id=f"f{number}", occurred_at_ms=NOW_MS,
                  actor=ACTORS[0], events=events)  # fmt: skip


def _target(name: str, about: str, samples: Callable[[], Iterator[bytes]], make: Callable[[], Attempt]) -> Target:
    return Target(name=name, about=about, form="json", samples=samples, attack=lambda: nullcontext(make()))


TARGETS = {
    "commands": _target("commands", "dispatch.commands, decided and folded", _command_samples, _commands),
    "commits": _target("commits", "dispatch.commits as readers take them", _commit_samples, _commits),
    "forged_commits": _target("forged_commits", "commits forged with the dispatcher's account", _commit_samples, _forged),
}
