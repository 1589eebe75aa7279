"""Whatever somebody writes into the log with the writer's account: it folds whole, or changes nothing and stops nobody."""

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import inspect

from contracts import commands as cmd
from contracts import events as e
from contracts.commit import Commit, decode_commit, digest, encode_commit
from contracts.documents import encode_document
from contracts.registry_entries import PlanEntry
from contracts.terms import AssignmentState, Hazard, WarningLevel
from contracts.values import PlanSettings
from dispatch import State, UnsoundError, all_documents, apply, deadlines, pass_over, restore, snapshot
from tests.unit.dispatch.night import OPERATOR, SYSTEM, Night
from tests.unit.dispatch.test_any_command import busy_night, values

_NIGHT = busy_night()
_IDS = sorted((*_NIGHT.state.incidents, *_NIGHT.state.assignments, *_NIGHT.state.sightings, *_NIGHT.state.past_sightings))
_NAMED = frozenset(("incident", "into", "revisit", "assignment", "sighting"))


def aimed(event: type[e.Fact]) -> st.SearchStrategy[e.Fact]:
    """Any event of a type, its identifiers often those of something that is there."""
    kind = inspect.type_info(event)
    assert isinstance(kind, inspect.StructType)
    return st.builds(
        event,
        **{field.name: st.sampled_from(_IDS) | values(field.type) if field.name in _NAMED else values(field.type) for field in kind.fields},
    )


EVENTS = st.one_of(*(aimed(event) for event in get_args(e.Event)))


def forged(state: State, events: tuple[e.Fact, ...]) -> tuple[Commit, str]:
    """The next commit, with the right sequence and hash."""
    record = encode_commit(
        Commit(
            jurisdiction=state.jurisdiction, sequence=state.sequence + 1, previous=state.head, command_id=f"forged{state.sequence}",
            occurred_at_ms=state.last_at_ms, actor=SYSTEM, events=events,  # type: ignore[arg-type]
        )
    )
    return decode_commit(record), digest(record)


@settings(max_examples=400, deadline=None)
@given(forgeries=st.lists(st.lists(EVENTS, min_size=1, max_size=3).map(tuple), min_size=1, max_size=4))
def test_no_forgery_stops_a_reader_or_folds_by_half(forgeries: list[tuple[e.Fact, ...]]) -> None:
    """After each: every document, deadline and snapshot can be made; a commit that cannot be folded has changed nothing but the head."""
    state = _NIGHT.state.copy()
    for events in forgeries:
        before = snapshot(state)
        commit, head = forged(state, events)
        try:
            apply(state, commit, head)
        except UnsoundError:
            assert snapshot(state) == before
            pass_over(state, commit, head)
            assert state.unsound[-1] == commit.sequence
        assert all(encode_document(document) for _, document in all_documents(state))
        assert all(isinstance(deadline.subject, str) for deadline in deadlines(state))  # of an incident without a name, too
        again = restore(snapshot(state))
        assert snapshot(again) == snapshot(state)
        assert (again.tally.sums, again.references) == (state.tally.sums, state.references)


@pytest.mark.parametrize(
    "event",
    [
        e.IncidentReceived(incident="371602-i404", file_due_at_ms=1),
        e.OfferAccepted(assignment="nobody", by="x", channel="app", nudge_at_ms=1, depart_due_at_ms=2),  # type: ignore[arg-type]
        e.AssignmentMoved(assignment="nobody", to=AssignmentState.EN_ROUTE),
        e.DutyChanged(unit="nobody", state="available"),  # type: ignore[arg-type]
        e.CameraHealthChanged(camera="none", status="offline", reason="x", since_ms=1),  # type: ignore[arg-type]
    ],
    ids=lambda event: type(event).__name__,
)
def test_a_forged_half_is_not_taken(event: e.Fact) -> None:
    """What stands before the impossible in the same commit is not folded either, and the state goes on after it."""
    night = Night()
    incident = night.reported()
    kept = night.state.copy()
    commit, head = forged(night.state, (e.IncidentReceived(incident=incident, file_due_at_ms=1), event))
    with pytest.raises(UnsoundError):
        apply(night.state, commit, head)
    assert snapshot(night.state) == snapshot(kept)
    pass_over(night.state, commit, head)
    assert (night.state.head, night.state.sequence, night.state.unsound) == (head, kept.sequence + 1, (commit.sequence,))
    assert night.state.incidents == kept.incidents
    assert night.refusal(cmd.ReceiveIncident(incident="371602-i404"), OPERATOR) == "unknown_incident"


def test_what_a_half_commit_removed_comes_back_in_its_order() -> None:
    """Plans are told anew beside the impossible: the old ones stand as before, in the order they were told in, and are shown so."""
    night = Night()
    snow, cold, wind = (
        PlanEntry(plan=hazard.value, hazard=hazard, level=WarningLevel.BLUE, settings=PlanSettings())
        for hazard in (Hazard.BLIZZARD, Hazard.COLD_WAVE, Hazard.GALE)
    )
    apply(night.state, *forged(night.state, (e.PlansConfigured(plans=(snow, cold, wind)),)))
    kept = night.state.copy()
    commit, head = forged(night.state, (e.PlansConfigured(plans=(wind,)), e.ReturnEnded(unit="nobody")))
    with pytest.raises(UnsoundError):
        apply(night.state, commit, head)
    assert list(night.state.plans) == ["blizzard", "cold_wave", "gale"]
    assert snapshot(night.state) == snapshot(kept)
    assert not night.state.journal
