"""What simulated staff leave to people: a newcomer is never swamped, can always be first, and what they do not take is done."""

from typing import Any

import pytest

from nuandeng.city.simulation.deference import Deference

MINUTE_MS = 60_000
NOW_MS = 1_768_744_800_000


def person(role: str = "operator", area: str = "3716", *, simulated: bool = False) -> dict[str, Any]:
    """An entry of the heartbeat's duty list."""
    return {"account": f"by-hand-{role}-{area}", "role": role, "area": area, "simulated": simulated}


def incident(*touched: tuple[str, int]) -> dict[str, Any]:
    """An incident of Bincheng with these lines: (account, at_ms)."""
    lines = [{"account": account, "at_ms": at_ms, "event": "IncidentReceived", "role": "operator"} for account, at_ms in touched]
    return {"id": "371602-i1", "jurisdiction": "371602", "timeline": lines}


def county(*duty: dict[str, Any], since_ms: int = NOW_MS - 4 * MINUTE_MS) -> Deference:
    """The staff of Bincheng while these people sit at consoles, there since then."""
    made = Deference("371602")
    made.heard(duty, since_ms)
    made.heard(duty, NOW_MS)
    return made


def test_with_nobody_there_nothing_rests() -> None:
    """Nor for simulated colleagues, nor for somebody who only reads."""
    for duty in ((), (person(simulated=True),), (person("auditor"),), (person(area="371681"),)):
        made = county(*duty, since_ms=NOW_MS)
        assert not any(made.rests(asked, incident(), NOW_MS, NOW_MS) for asked in ("receive", "dispatch", "verify", "bed"))


@pytest.mark.parametrize("area", ["371602", "371602000000", "371602001"])
def test_somebody_of_the_county_has_their_role_to_themselves(area: str) -> None:
    """Entirely, as long as they are there; other roles go on."""
    made = county(person(area=area))
    assert made.rests("receive", incident(), NOW_MS - 60 * MINUTE_MS, NOW_MS)
    assert made.rests("close", incident(), NOW_MS - 60 * MINUTE_MS, NOW_MS)
    assert not made.rests("verify", incident(), NOW_MS, NOW_MS)
    assert not made.rests("phone_supervisor", incident(), NOW_MS, NOW_MS)
    made.heard([], NOW_MS)
    assert not made.rests("receive", incident(), NOW_MS, NOW_MS)


@pytest.mark.parametrize("area", ["3716", "371600"])
def test_somebody_of_the_city_gets_a_minute_longer_for_each_step_and_then_it_is_done(area: str) -> None:
    """Counted from when the county's own operator would have acted."""
    made = county(person(area=area))
    assert made.rests("receive", incident(), NOW_MS, NOW_MS)
    assert made.rests("receive", incident(), NOW_MS, NOW_MS + MINUTE_MS - 1)
    assert not made.rests("receive", incident(), NOW_MS, NOW_MS + MINUTE_MS)
    assert not made.rests("verify", incident(), NOW_MS, NOW_MS), "nobody who verifies is there"


def test_what_they_touched_is_theirs_until_they_leave() -> None:
    """However long ago; also for a supervisor who filed it, whom nobody asks to dispatch."""
    for role in ("operator", "supervisor"):
        hand = person(role)
        made = county(hand)
        taken = incident(("sim-operator-371602", 1), (hand["account"], NOW_MS - 60 * MINUTE_MS))
        made.noticed(taken)
        assert made.rests("dispatch", taken, NOW_MS - 60 * MINUTE_MS, NOW_MS), role
        assert not made.rests("dispatch", incident(), NOW_MS - 60 * MINUTE_MS, NOW_MS), role
        assert not made.rests("verify", taken, NOW_MS, NOW_MS), "they handled it, so somebody else verifies"
        made.heard([], NOW_MS)
        assert not made.rests("dispatch", taken, NOW_MS, NOW_MS)


def test_the_county_they_work_in_is_theirs_for_ten_minutes() -> None:
    """After their last step on any of its incidents; then its own operator takes the rest again."""
    hand = person()
    made = county(hand)
    made.noticed(incident((hand["account"], NOW_MS)))
    other = {**incident(), "id": "371602-i2"}
    long_ago_ms = NOW_MS - 60 * MINUTE_MS
    made.heard([hand], NOW_MS + 9 * MINUTE_MS)
    assert made.rests("receive", other, long_ago_ms, NOW_MS + 10 * MINUTE_MS - 1)
    assert not made.rests("receive", other, long_ago_ms, NOW_MS + 10 * MINUTE_MS)
    assert not county(hand).rests("receive", other, long_ago_ms, NOW_MS), "another county goes on"


def test_everything_rests_for_a_minute_after_somebody_logged_in() -> None:
    """They look around first. Who reloads the page did not log in anew; who comes back after a while did."""
    hand = person("supervisor")
    made = Deference("371602")
    made.heard([hand], NOW_MS)
    assert made.rests("verify", incident(), 0, NOW_MS + MINUTE_MS - 1)
    assert not made.rests("verify", incident(), 0, NOW_MS + MINUTE_MS)
    made.heard([], NOW_MS + 2 * MINUTE_MS)
    made.heard([hand], NOW_MS + 3 * MINUTE_MS)
    assert not made.rests("verify", incident(), 0, NOW_MS + 3 * MINUTE_MS)
    made.heard([], NOW_MS + 4 * MINUTE_MS)
    made.heard([hand], NOW_MS + 30 * MINUTE_MS)
    assert made.rests("verify", incident(), 0, NOW_MS + 30 * MINUTE_MS)
