"""A jurisdiction in the middle of a night: something of everything, so that records find what they name."""

from functools import cache
from random import Random
from typing import Any

from contracts import commands as cmd
from contracts.observations import WeatherWarning
from contracts.registry_entries import AccountEntry, PlanEntry
from contracts.terms import AssignmentState, Hazard, Role, UnitKind, WarningKind, WarningLevel
from contracts.values import Box, PlanSettings
from dispatch import State, restore, snapshot
from fuzz.shaped import Shaper
from stream.partition import partition_of
from tests.unit.dispatch.night import ADMIN, COUNTY, OPERATOR, START_MS, SYSTEM, Night, candidate, responder

PARTITION = partition_of(COUNTY)
NOW_MS = START_MS + 600_000


@cache
def night() -> Night:
    """Units, a point, a camera, a plan, a warning, a sighting, and incidents in several states."""
    town = Night()
    town.units("u1", "u2", "u3", "u4")
    town.units("v1", kind=UnitKind.VEHICLE)
    town.point("p1")
    town.camera("cam1")
    plan = PlanEntry(plan="cold", hazard=Hazard.COLD_WAVE, level=WarningLevel.ORANGE, settings=PlanSettings(call_up=2, message="cold"))
    town.do(cmd.ConfigurePlans(plans=(plan,)), ADMIN)
    town.do(cmd.ApplyWarning(warning=_warning()))
    town.do(cmd.ReportSighting(camera="cam1", track="t1", boxes=(Box(x0=0.1, y0=0.1, x1=0.3, y1=0.5, score=0.8),), first_seen_ms=START_MS,
                               last_seen_ms=START_MS, dwell_threshold_s=600, place=town.state.cameras["cam1"].entry.place))  # fmt: skip
    town.reported()
    filed = town.reported()
    town.do(cmd.ReceiveIncident(incident=filed), OPERATOR)
    town.do(cmd.FileIncident(incident=filed), OPERATOR)
    called = town.reported()
    town.do(cmd.ReceiveIncident(incident=called), OPERATOR)
    town.do(cmd.FileIncident(incident=called), OPERATOR)
    town.do(cmd.DispatchIncident(incident=called, candidates=(candidate("u1"), candidate("u2", 2))), OPERATOR)
    first = next(iter(town.state.assignments))
    town.do(cmd.AnswerOffer(assignment=first, accept=True), responder(town.state.assignments[first].unit))
    town.do(cmd.MoveAssignment(assignment=first, to=AssignmentState.EN_ROUTE), responder(town.state.assignments[first].unit))
    town.now_ms = NOW_MS
    return town


def _warning() -> WeatherWarning:
    return WeatherWarning(identifier="w1", sender="cma", kind=WarningKind.ALERT, hazard=Hazard.COLD_WAVE, level=WarningLevel.ORANGE,
                          headline="cold", areas=("371602",), sent_at_ms=START_MS, effective_at_ms=START_MS)  # fmt: skip


@cache
def _kept() -> bytes:
    return snapshot(night().state)


def fresh_state() -> State:
    """The state as the night left it; a new one each time."""
    return restore(_kept())


def known(state: State) -> dict[str, list[Any]]:
    """Field name → identifiers that exist."""
    return {
        "jurisdiction": [COUNTY], "incident": list(state.incidents), "into": list(state.incidents), "assignment": list(state.assignments),
        "unit": list(state.units), "point": ["p1"], "camera": ["cam1"], "plan": ["cold"], "identifier": ["w1", "w2"],
        "references": [(), ("w1",)], "area": ["371602001002", "371602", "3716"], "areas": [("371602",), ("371602001002",)],
        "effect": list(state.owed) or ["e"], "subject": [*state.incidents, *state.assignments, *state.units],
        "sent_at_ms": [NOW_MS],
    }  # fmt: skip


def shaper(seed: int) -> Shaper:
    """Makes records that name what exists."""
    return Shaper(Random(seed), {name: values for name, values in known(night().state).items() if values})


ACTORS = (OPERATOR, SYSTEM, ADMIN, responder("u1"))
ACCOUNT = AccountEntry(account="op", username="op", role=Role.OPERATOR, area=COUNTY)
