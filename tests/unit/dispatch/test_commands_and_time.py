"""What holds for every command: who, where, once; and time by the log."""

from typing import get_args

import msgspec
import pytest

from contracts import commands as cmd
from contracts import events as e
from contracts.codes import REFUSALS
from contracts.registry_entries import AccountEntry
from contracts.terms import Role, Source, Urgency
from contracts.values import Actor
from dispatch import Known, State, covers, deadline_command_id, deadlines, decide, jurisdiction_of, known, restore, snapshot
from dispatch import state as state_module
from dispatch.decide import HANDLERS
from dispatch.page import page
from dispatch.roles import SENDERS
from dispatch.transitions import ROWS, Machine
from tests.unit.dispatch.night import ADMIN, HOUR_MS, OPERATOR, SQUARE, Night

REPORT = cmd.ReportIncident(source=Source.PUBLIC, place=SQUARE)


def test_a_command_that_comes_again_yields_nothing() -> None:
    """Late or early; with another body it is told apart, and still writes nothing."""
    night = Night()
    command = night.command(REPORT)
    assert known(night.state, command) is Known.NEW
    night.send(command)
    assert night.send(command) == ()
    assert known(night.state, command) is Known.SAME
    other = msgspec.structs.replace(command, body_sha256="other")
    assert known(night.state, other) is Known.OTHER_BODY
    assert night.send(other) == ()
    assert len(night.state.incidents) == 1


def test_a_refusal_is_remembered_too() -> None:
    """The caller gets the same answer again, not a second try."""
    night = Night()
    command = night.command(cmd.ReceiveIncident(incident="nowhere"), OPERATOR)
    night.send(command)
    assert night.send(command) == ()


def test_what_is_older_than_the_memory_is_refused_as_too_old() -> None:
    """Identifiers are kept for seven days of the log's time; the memory is bounded."""
    night = Night()
    old = night.command(REPORT)
    night.send(old)
    night.now_ms += 7 * 24 * HOUR_MS + 1
    night.send(night.command(REPORT))
    assert old.id not in night.state.remembered
    (event,) = decide(night.state, old, night.now_ms).events
    assert isinstance(event, e.CommandRejected)
    assert event.code == "too_old"


def test_the_memory_is_bounded_by_number_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever was forgotten because of it is refused, never done twice."""
    monkeypatch.setattr(state_module, "REMEMBERED_MOST", 5)
    night = Night()
    first = night.command(REPORT)
    night.send(first)
    for _ in range(6):
        night.now_ms += 10
        night.send(night.command(REPORT))
    assert len(night.state.remembered) == 5
    (event,) = decide(night.state, first, night.now_ms).events
    assert isinstance(event, e.CommandRejected)


def test_a_deadline_decided_too_early_writes_nothing_and_stays_armed() -> None:
    """Another writer's clock was fast; its identifier is the same for everybody."""
    night = Night()
    night.reported()
    first = min(deadlines(night.state), key=lambda deadline: deadline.due_at_ms)
    night.now_ms = first.due_at_ms - 1
    assert night.reach(first) == ()
    assert first in list(deadlines(night.state))
    night.now_ms += 1
    assert night.reach(first)
    assert first not in list(deadlines(night.state))
    assert deadline_command_id(first) == f"sys:{first.subject}:{first.clock}:{first.due_at_ms}:{first.percent}"


def test_time_never_runs_backwards_in_the_log() -> None:
    """A writer whose broker's clock is behind decides at the last commit's time."""
    night = Night()
    night.now_ms += HOUR_MS
    night.reported()
    night.now_ms -= HOUR_MS
    incident = night.reported()
    assert night.state.incidents[incident].reported_at_ms == night.now_ms + HOUR_MS


def test_deadlines_of_what_a_commit_touched_are_all_that_changed() -> None:
    """So the writer's heap needs to look at nothing else."""
    night = Night()
    night.units("v1")
    other = night.reported()
    before = set(deadlines(night.state))
    incident, (task,) = night.dispatched("v1")
    night.answer(task)
    after = set(deadlines(night.state))
    changed = {deadline.subject for deadline in before ^ after}
    assert changed <= {incident, task}
    assert {deadline.subject for deadline in deadlines(night.state, [("incident", other)])} == {other}


@pytest.mark.parametrize("role", list(Role))
def test_every_role_is_stopped_at_the_door_of_what_it_may_not_send(role: Role) -> None:
    """Whoever is not listed gets not_your_role, before anything else is looked at."""
    night = Night()
    bodies: dict[type[cmd.Body], cmd.AnyBody] = {
        cmd.ReceiveIncident: cmd.ReceiveIncident(incident="x"),
        cmd.HoldIncident: cmd.HoldIncident(incident="x", wake_at_ms=1, reason="r"),
        cmd.VerifyIncident: cmd.VerifyIncident(incident="x", accepted=True),
        cmd.RegisterUnits: cmd.RegisterUnits(units=()),
        cmd.CheckIn: cmd.CheckIn(assignment="x"),
        cmd.OfferWave: cmd.OfferWave(incident="x", effect="x", wave=1, candidates=()),
        cmd.SetBeds: cmd.SetBeds(point="x", beds_free=1),
        cmd.OverridePlan: cmd.OverridePlan(plan="x", active=True, reason="r"),
    }
    actor = Actor(account="a", role=role, area="37")
    for body, sent in bodies.items():
        events = decide(night.state, night.command(sent, actor), night.now_ms).events
        refused = [event.code for event in events if isinstance(event, e.CommandRejected)]
        assert ("not_your_role" in refused) == (role not in SENDERS[body]), (role, body)


def test_nobody_acts_outside_the_own_area() -> None:
    """An operator of a township stops at its border; the city's may act everywhere in it."""
    night = Night()
    incident = night.reported()
    elsewhere = Actor(account="op2", role=Role.OPERATOR, area="371602002")
    assert night.refusal(cmd.ReceiveIncident(incident=incident), elsewhere) == "not_your_area"
    city = Actor(account="op3", role=Role.OPERATOR, area="371600")
    night.do(cmd.ReceiveIncident(incident=incident), city)


@pytest.mark.parametrize(
    ("own", "area", "inside"),
    [
        ("3716", "371602001002", True), ("371600", "371602001002", True), ("370000", "371602001002", True),
        ("371602000000", "371602001002", True),
        ("371602001", "371602001002", True), ("371602001000", "371602001002", True), ("371602", "371603001002", False),
        ("371602001", "371602", False), ("371602001002", "371602001003", False),
    ],
)
def test_an_area_covers_what_lies_in_it(own: str, area: str, inside: bool) -> None:
    """Division codes, with or without their trailing zeros."""
    assert covers(own, area) is inside
    assert jurisdiction_of(area) == area[:6]


def test_a_command_for_another_jurisdiction_and_accounts_outside_the_city_are_refused() -> None:
    """Each writer decides for itself alone; accounts are the city's."""
    night = Night()
    wrong = msgspec.structs.replace(night.command(REPORT), jurisdiction="371603")
    (event,) = decide(night.state, wrong, night.now_ms).events
    assert isinstance(event, e.CommandRejected)
    assert event.code == "wrong_jurisdiction"
    entry = AccountEntry(account="a", username="u", role=Role.OPERATOR, area="371602")
    assert night.refusal(cmd.RegisterAccounts(accounts=(entry,)), ADMIN) == "only_in_city"
    city = Night("371600")
    city.do(cmd.RegisterAccounts(accounts=(entry,)), ADMIN)
    assert city.state.accounts["a"].entry == entry


def test_decide_leaves_the_state_as_it_was_and_copies_are_independent() -> None:
    """A writer decides ahead of the log on a copy."""
    night = Night()
    night.units("v1")
    incident = night.filed(Urgency.VERY_URGENT)
    copy = night.state.copy()
    before = snapshot(copy)
    night.do(cmd.CancelIncident(incident=incident, reason="no"), OPERATOR)
    assert snapshot(copy) == before
    assert snapshot(night.state) != before


def test_a_snapshot_of_another_version_or_none_at_all_is_refused() -> None:
    """The log is folded from the beginning then."""
    with pytest.raises(ValueError, match="not a snapshot"):
        restore(b"\x00garbage")
    stored = msgspec.msgpack.decode(snapshot(State("371602")))
    stored["version"] = 999
    with pytest.raises(ValueError, match="fold version"):
        restore(msgspec.msgpack.encode(stored))


def test_every_command_has_a_handler_and_a_row_of_senders() -> None:
    """Nothing that can be sent is left undecided."""
    bodies = set(get_args(cmd.AnyBody))
    assert set(HANDLERS) == bodies == set(SENDERS)


def test_every_refusal_that_the_rules_use_is_explained() -> None:
    """With a sentence and what to do."""
    assert all(refusal.title.endswith(".") and refusal.what_to_do.endswith(".") for refusal in REFUSALS.values())


def test_the_page_on_life_cycles_is_up_to_date(pytestconfig: pytest.Config) -> None:
    """`python -m dispatch.page > docs/lifecycle.md` writes it."""
    assert (pytestconfig.rootpath / "docs" / "lifecycle.md").read_text(encoding="utf-8") == page()


def test_every_state_can_be_reached_and_every_open_one_left() -> None:
    """The table has no dead ends but the ends."""
    for machine in (Machine.INCIDENT, Machine.ASSIGNMENT):
        rows = [row for row in ROWS if row.machine is machine]
        reached = {row.to for row in rows}
        left = {before for row in rows for before in row.before}
        assert left <= reached
        assert {state for state in reached - left if state is not None} <= {"cleared", "declined", "expired", "not_needed", "aborted"}


def test_a_commit_touches_each_document_once() -> None:
    """The projector writes each key once per commit."""
    night = Night()
    night.units("v1", "v2", "v3")
    _, (first, _, _) = night.dispatched("v1", "v2", "v3")
    night.answer(first)
    assert len(night.touched[-1]) == len(set(night.touched[-1]))
    assert ("tally", "tally") in night.touched[0]
