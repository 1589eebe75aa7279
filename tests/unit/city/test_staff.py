"""Simulated staff do what is asked, and leave alone what a person has taken."""

import asyncio
import random
from typing import Any

import pytest

from nuandeng.city.simulation.staff import Staff


class Desk:
    """A room without a network: documents and people on duty come as a test says."""

    def __init__(self) -> None:
        self.documents: dict[tuple[str, str], dict[str, Any]] = {}
        self.on_change: Any = None
        self.on_duty: Any = None


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


def test_a_step_waits_for_somebody_who_logged_in_and_is_done_when_they_leave_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is posted while the rule says that it rests; then it is."""
    monkeypatch.setattr("nuandeng.city.simulation.staff.THINK_S", {"receive": (0, 0)})
    monkeypatch.setattr("nuandeng.city.simulation.staff.RESTING_S", (0, 0))
    now_ms = 1_000_000
    looked = asyncio.Event()

    def passing() -> int:
        nonlocal now_ms
        now_ms += 1_000
        if now_ms > 1_050_000:
            looked.set()
        return now_ms

    monkeypatch.setattr("nuandeng.city.simulation.staff._now_ms", passing)

    async def night() -> tuple[int, list[str]]:
        desk, operator = Desk(), Recorder()
        Staff("371602", desk, {"operator": operator}, {}, random.Random(1))  # type: ignore[arg-type, dict-item]
        desk.on_duty([{"account": "demo-operator", "role": "operator", "area": "3716", "simulated": False}])
        document = incident("receive")
        desk.documents["incident", document["id"]] = document
        await desk.on_change("incident", document["id"], document)
        async with asyncio.timeout(5):
            await looked.wait()
            early = len(operator.posted)
            await operator.done.wait()
        return early, operator.posted

    assert asyncio.run(night()) == (0, ["/api/v1/incidents/371602-i1/receive"])
    assert now_ms > 1_060_000
