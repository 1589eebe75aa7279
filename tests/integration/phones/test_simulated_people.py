"""The demo city's people come the way that everybody comes."""

import asyncio
from typing import Any

import httpx
import pytest

from contracts.terms import Role
from nuandeng.city.simulation.client import Person, Room
from tests.integration.phones.conftest import PhoneProcesses
from tests.integration.web.town import Town


@pytest.mark.usefixtures("web")
def test_a_simulated_volunteer_hears_of_an_offer(town: Town, person: Any, processes: PhoneProcesses) -> None:
    """Through the Python client, at the port that `me` names."""
    token = person(Role.RESPONDER, unit="u1").token
    processes.start("phones-1")

    async def live() -> list[str]:
        heard: list[str] = []
        offered = asyncio.Event()

        async def changed(kind: str, name: str, document: Any) -> None:
            heard.append(f"{kind} {name} {document and document['state']}")
            if kind == "task":
                offered.set()

        async with httpx.AsyncClient(base_url="http://127.0.0.1:1") as http:
            somebody = Person(http, "u1", "")
            somebody.__dict__.update(_token=token, me={"phones_port": processes.port})
            room = Room("http://127.0.0.1:1", somebody, "/field")
            room.on_change = changed
            await room.open()
            await asyncio.to_thread(town.dispatched, "u1")
            await asyncio.wait_for(offered.wait(), 20)
            await room.close()
        return heard

    heard = asyncio.run(live())
    assert heard[0] == "me u1 available"
    assert [one for one in heard if one.startswith("task ") and one.endswith(" offered")]
