"""Everybody who is simulated, in one process: `python -m nuandeng.city.simulation`.

Reads the runtime file for the address and `<data-dir>/simulated-people.json` for who there is.
"""

import asyncio
import random
import signal
from datetime import UTC, datetime
from pathlib import Path

import httpx
import msgspec
import structlog

from nuandeng.city.founding import SIMULATED_PEOPLE, SimulatedPerson
from nuandeng.city.geography import COUNTIES
from nuandeng.city.simulation.client import Person, Refused, Room
from nuandeng.city.simulation.responder import Habits, Responder
from nuandeng.city.simulation.staff import Staff
from nuandeng.city.simulation.weather import cold_wave
from stream.access import runtime_from_environment

log = structlog.get_logger()
WARNING_AFTER_S = 20.0
CREW = Habits(accept=1.0, answer_median_s=5.0, speed_m_s=8.0, pace=12.0)
LOG_INS_AT_ONCE = 4


class Population:
    """Logs everybody in, a few at a time, and keeps them going."""

    def __init__(self, base_url: str, people: list[SimulatedPerson]) -> None:
        self._base_url, self._people = base_url, people
        # The certificate of `--tls auto` is our own, made on this machine.
        self._http = httpx.AsyncClient(base_url=base_url, timeout=20, verify=False, limits=httpx.Limits(max_connections=24))  # noqa: S501
        self._turnstile = asyncio.Semaphore(LOG_INS_AT_ONCE)

    async def run(self) -> None:
        """Until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                for county in COUNTIES:
                    group.create_task(self._staff(county.code))
                group.create_task(self._warning())
                for person in self._people:
                    if person.at is not None:
                        group.create_task(self._responder(person))
        finally:
            await self._http.aclose()

    async def _in(self, person: SimulatedPerson) -> Person:
        async with self._turnstile:
            return await Person.log_in(self._http, person.username, person.password)

    async def _staff(self, county: str) -> None:
        mine = [person for person in self._people if person.area == county]
        people = {person.role: await self._in(person) for person in mine if person.role in {"operator", "supervisor", "verifier"}}
        room = Room(self._base_url, people["operator"], "/console")
        stations: dict[str, Person] = {}
        # Kept alive by the room's callback; the stations join as they log in.
        Staff(county, room, people, stations, random.Random(f"staff/{county}"))  # noqa: S311
        await self._opened(room)
        for person in mine:
            if person.point is not None:
                stations[person.point] = await self._in(person)

    async def _opened(self, room: Room) -> None:
        while True:
            try:
                await room.open()
            except OSError as error:
                log.warning("console not open", error=str(error))
                await asyncio.sleep(3)
            else:
                return

    async def _responder(self, entry: SimulatedPerson) -> None:
        if entry.at is None:
            return
        rng = random.Random(entry.username)  # noqa: S311  # habits of a drawn person, not a secret
        person = await self._in(entry)
        room = Room(self._base_url, person, "/field")
        habits = CREW if entry.crew else Habits(accept=rng.betavariate(6, 4))
        while True:
            try:
                await Responder(person, room, entry.at, habits, rng).run()
            except (OSError, Refused, httpx.TransportError, TimeoutError) as error:
                log.warning("responder starts again", who=entry.username, error=str(error))
                await room.close()
                await asyncio.sleep(rng.uniform(2, 8))

    async def _warning(self) -> None:
        admin = await self._in(next(person for person in self._people if person.role == "admin"))
        await asyncio.sleep(WARNING_AFTER_S)
        sent = await self._http.post(
            "/api/v1/weather/warnings",
            content=cold_wave(datetime.now(UTC)),
            headers={"Authorization": f"Bearer {admin.token}", "Content-Type": "application/xml"},
        )
        log.info("cold wave announced", status=sent.status_code)


async def main() -> None:
    """Run until SIGTERM or SIGINT."""
    runtime = runtime_from_environment()
    scheme = "https" if runtime.web.tls_certificate else "http"
    people = msgspec.json.decode((Path(runtime.data_dir) / SIMULATED_PEOPLE).read_bytes(), type=list[SimulatedPerson])
    task = asyncio.ensure_future(Population(f"{scheme}://127.0.0.1:{runtime.web.port}", people).run())
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        log.info("simulation ended")


if __name__ == "__main__":
    asyncio.run(main())
