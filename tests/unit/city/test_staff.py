"""Simulated staff do what is asked, and leave alone what a person has taken."""

import asyncio
import random
from typing import Any

import pytest

from nuandeng.city.simulation.staff import Staff


class Desk:
    """A room without a network: documents and people on duty as a test says."""

    def __init__(self) -> None:
        self.documents: dict[tuple[str, str], dict[str, Any]] = {}
        self.duty: list[dict[str, Any]] = []
        self.on_change: Any = None


class Recorder:
    """A person who writes down what they post."""

    def __init__(self) -> None:
        self.posted: list[str] = []
        self.done = asyncio.Event()

    async def post(self, path: str, _body: dict[str, Any]) -> dict[str, Any]:
        self.posted.append(path)
        self.done.set()
        return {}


def incident(asked: str | None) -> dict[str, Any]:
    """An incident of Bincheng that asks for something."""
    return {"id": "371602-i1", "jurisdiction": "371602", "version": 3, "asked": asked, "assignments": []}


@pytest.mark.parametrize(
    ("duty", "alone"),
    [
        ([{"role": "operator", "area": "3716", "simulated": False}], True),
        ([{"role": "operator", "area": "371602", "simulated": False}], True),
        ([{"role": "operator", "area": "371681", "simulated": False}], False),
        ([{"role": "supervisor", "area": "3716", "simulated": False}], False),
        ([{"role": "operator", "area": "3716", "simulated": True}], False),
    ],
)
def test_a_role_taken_by_hand_is_left_alone(duty: list[dict[str, Any]], alone: bool) -> None:
    """City-wide or in this county, in this role, and really a person."""
    desk = Desk()
    desk.duty = duty
    staff = Staff("371602", desk, {}, {}, random.Random(1))  # type: ignore[arg-type]
    assert staff.by_hand("operator") is alone


def test_what_is_asked_is_done_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reported incident is received; the same document again starts nothing twice."""
    monkeypatch.setattr("nuandeng.city.simulation.staff.THINK_S", {"receive": (0, 0)})

    async def night() -> list[str]:
        desk, operator = Desk(), Recorder()
        Staff("371602", desk, {"operator": operator}, {}, random.Random(1))  # type: ignore[arg-type, dict-item]
        document = incident("receive")
        desk.documents["incident", document["id"]] = document
        await desk.on_change("incident", document["id"], document)
        await desk.on_change("incident", document["id"], document)
        async with asyncio.timeout(5):
            await operator.done.wait()
        return operator.posted

    assert asyncio.run(night()) == ["/api/v1/incidents/371602-i1/receive"]
