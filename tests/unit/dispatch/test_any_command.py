"""Whatever can be decoded can be decided: a bad command is refused with a code, never an exception, and never poisons a snapshot."""

from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import inspect

from contracts import commands as cmd
from contracts import events as e
from contracts.codes import REFUSALS
from contracts.terms import AssignmentState, Role, UnitKind
from contracts.values import Actor
from dispatch import all_documents, deadlines, restore, snapshot
from tests.unit.dispatch.night import ADMIN, SUPERVISOR, SYSTEM, Night, responder

WORDS = st.sampled_from(
    (
        "", " ", "v1", "v2", "car1", "p1", "cam1", "w1", "cold_wave-orange", "371602001002", "3716", "warning/w1", "plan/x", "text",
        "371602-i9",
    )
)
NUMBERS = st.sampled_from((0, 1, -1, 2, 50, 51, 10**9, 1_768_744_800_000, 1_768_744_900_000, -(2**70), 2**70))


def values(kind: inspect.Type) -> st.SearchStrategy[Any]:
    """Anything that decodes as this type, identifiers and figures from a small and nasty choice."""
    match kind:
        case inspect.StructType():
            fields = {field.name: values(field.type) for field in kind.fields}
            return st.builds(kind.cls, **fields)
        case inspect.UnionType():
            return st.one_of(*(values(one) for one in kind.types))
        case inspect.EnumType():
            return st.sampled_from(list(kind.cls))
        case inspect.TupleType():
            return st.tuples(*(values(one) for one in kind.item_types))
        case inspect.VarTupleType():
            return st.lists(values(kind.item_type), max_size=2).map(tuple)
        case inspect.BoolType():
            return st.booleans()
        case inspect.IntType():
            return NUMBERS
        case inspect.FloatType():
            return st.sampled_from((0.0, 0.5, 37.38, 117.97, -1e300, 1e300))
        case inspect.NoneType():
            return st.none()
        case inspect.StrType():
            return WORDS
    raise TypeError(f"nothing to draw for {kind}")


BODIES = {body: values(inspect.type_info(body)) for body in get_args(cmd.AnyBody)}
ACTORS = st.sampled_from(
    (SYSTEM, SUPERVISOR, ADMIN, responder("v1"), responder("v2"), *(Actor(account="a", role=role, area="3716") for role in Role))
)


def busy_night() -> Night:
    """Something of everything."""
    night = Night()
    night.units("v1", "v2", "v3")
    night.units("car1", kind=UnitKind.VEHICLE)
    night.point()
    night.camera()
    night.do(cmd.ConfigurePlans(plans=(night.plan(auto_dispatch=False),)), ADMIN)
    night.reported()
    night.filed()
    _, (first,) = night.dispatched("v1")
    night.answer(first)
    night.move(first, AssignmentState.EN_ROUTE, AssignmentState.ON_SCENE, AssignmentState.CONTACTED)
    night.dispatched("v2", "car1")
    return night


BUSY = snapshot(busy_night().state)
IDENTIFIERS = [*restore(BUSY).incidents, *restore(BUSY).assignments]


@st.composite
def bodies(draw: st.DrawFn) -> cmd.AnyBody:
    """A body of any kind, about things that exist more often than not."""
    kind = draw(st.sampled_from(list(BODIES)))
    body = draw(BODIES[kind])
    for field in ("incident", "assignment", "into", "subject"):
        if hasattr(body, field) and draw(st.booleans()):
            fields = {name: getattr(body, name) for name in kind.__struct_fields__}
            body = kind(**{**fields, field: draw(st.sampled_from(IDENTIFIERS))})
    return body  # type: ignore[no-any-return]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(bodies(), ACTORS), min_size=1, max_size=8))
def test_no_command_raises_and_no_commit_poisons_the_state(sent: list[tuple[cmd.AnyBody, Actor]]) -> None:
    """After each: documents, deadlines and snapshots still work; refusals have known codes other than 'internal'."""
    night = Night()
    night.state = restore(BUSY)
    night.now_ms += 1_000
    for number, (body, actor) in enumerate(sent):
        events = night.send(night.command(body, actor, f"x{number}"))
        for event in events:
            if isinstance(event, e.CommandRejected):
                assert event.code in REFUSALS
                assert event.code != "internal"
    assert snapshot(restore(snapshot(night.state))) == snapshot(night.state)
    assert list(all_documents(night.state))
    assert all(-(2**63) <= deadline.due_at_ms < 2**63 for deadline in deadlines(night.state))
