"""One simulated volunteer or crew: on duty, answers offers, goes there, helps, brings the person in, reports."""

import asyncio
import math
import random
import time
from contextlib import suppress
from typing import NamedTuple

import structlog

from nuandeng.city.geography import distance_m
from nuandeng.city.simulation.client import Json, Person, Refused, Room

log = structlog.get_logger()
POSITION_EVERY_S = 20.0
MOVING_EVERY_S = 2.0
ARRIVED_M = 15
LONGEST_TRAVEL_S = 75.0
# Ways that helping ends. Most people on a cold night come along; help is voluntary, and some decline it or have gone.
ENDINGS = (("sheltered", 0.72), ("supplies_left", 0.13), ("refused", 0.08), ("not_found", 0.07))


class Habits(NamedTuple):
    """How a simulated responder behaves.

    accept: share of offers accepted; the demo's assumption for people who set themselves on duty. (App-alerted lay responders who
    may be anywhere accept far less: 1.3 to 5.4 % of cases, Smith et al. 2022, Eur Heart J Acute Cardiovasc Care.)
    answer_median_s: median delay of an answer, log-normal. pace: how many times faster than life they travel and work, so that a newcomer
    sees a whole rescue in minutes; the screen marks what is simulated.
    """

    accept: float = 0.6
    answer_median_s: float = 7.0
    speed_m_s: float = 1.4
    pace: float = 12.0


class Responder:
    """Owns its socket; everything it does goes through the public API."""

    def __init__(self, person: Person, room: Room, at: tuple[float, float], habits: Habits, rng: random.Random) -> None:
        self._person, self._room, self._at, self._home, self._habits, self._rng = person, room, at, at, habits, rng
        self._task: asyncio.Task[None] | None = None
        self._on: str | None = None
        self._goal: tuple[float, float] | None = None
        self._left, self._arrived, self._told = asyncio.Event(), asyncio.Event(), asyncio.Condition()
        room.on_change = self._noticed

    async def run(self) -> None:
        """Stay on duty and tell the position until cancelled."""
        await self._room.open()
        await self._go_on_duty(self._person.me["unit"])
        while True:
            fix = {"lat_wgs84": self._at[0], "lon_wgs84": self._at[1], "at_ms": int(time.time() * 1000), "accuracy_m": 15}
            await self._room.send("position", {"fixes": [fix]})
            if self._goal is None:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._left.wait(), POSITION_EVERY_S * self._rng.uniform(0.8, 1.2))
            else:
                await asyncio.sleep(MOVING_EVERY_S)
                self._step(MOVING_EVERY_S)

    async def _go_on_duty(self, unit: str) -> None:
        try:
            await self._person.post(f"/api/v1/units/{unit}/duty", {"state": "available"})
        except Refused as error:
            # Already on duty from an earlier start is no fault.
            log.debug("duty", unit=unit, code=error.code)

    def _step(self, elapsed_s: float) -> None:
        if self._goal is None:
            return
        left_m = distance_m(self._at, self._goal)
        share = min(1.0, elapsed_s * self._habits.speed_m_s * self._habits.pace / max(left_m, 1.0))
        self._at = (self._at[0] + (self._goal[0] - self._at[0]) * share, self._at[1] + (self._goal[1] - self._at[1]) * share)
        if distance_m(self._at, self._goal) < ARRIVED_M:
            self._arrived.set()

    async def _noticed(self, kind: str, name: str, document: Json | None) -> None:
        if kind != "task":
            return
        async with self._told:
            self._told.notify_all()
        if document is None or document["state"] in {"recalled", "expired", "not_needed", "declined", "aborted", "cleared"}:
            if self._on == name and self._task is not None and document is not None:
                self._task.cancel()
                self._on = self._goal = None
            return
        if self._on is None and document["state"] != "planned":
            self._on = name
            self._task = asyncio.create_task(self._do(name))

    async def _do(self, name: str) -> None:
        try:
            await self._rescue(name)
        except (Refused, OSError) as error:
            log.info("task ended", assignment=name, why=str(error))
        finally:
            if self._on == name:
                self._on = self._goal = None

    def _document(self, name: str) -> Json:
        return self._room.documents.get(("task", name), {})

    async def _rescue(self, name: str) -> None:
        """From wherever the task stands to its end; after a restart it goes on from there."""
        state = self._document(name).get("state")
        if state in {"offered", "standby"}:
            if state == "offered" and not await self._answer(name):
                return
            await self._until(name, "accepted", timeout_s=120)
        if self._document(name).get("state") == "accepted":
            await self._pause(20, 60)
            await self._move(name, "en_route")
        if self._document(name).get("state") == "en_route":
            task = self._document(name)
            await self._travel((task["lat_wgs84"], task["lon_wgs84"]))
            if self._document(name).get("state") == "en_route":
                await self._move(name, "on_scene")
        if self._document(name).get("state") == "on_scene":
            await self._meet(name)

    async def _answer(self, name: str) -> bool:
        await asyncio.sleep(self._rng.lognormvariate(math.log(self._habits.answer_median_s), 0.5))
        if self._document(name).get("state") != "offered":
            return False
        mandatory = self._document(name).get("mandatory", False)
        accept = mandatory or self._rng.random() < self._habits.accept
        await self._person.post(
            f"/api/v1/assignments/{name}/answer", {"accept": accept} if accept else {"accept": False, "reason": "too_far"}
        )
        return accept

    async def _meet(self, name: str) -> None:
        ending = self._rng.choices([kind for kind, _ in ENDINGS], [share for _, share in ENDINGS])[0]
        task = self._document(name)
        if ending == "refused" and task.get("minor"):
            ending = "sheltered"
        await self._pause(60, 120)
        if ending == "not_found":
            await self._move(name, "not_found")
        else:
            await self._move(name, "contacted")
            await self._pause(60, 180)
        point = self._nearest_point(task) if ending == "sheltered" else None
        if ending == "sheltered" and point is None:
            ending = "supplies_left"
        if point is not None:
            await self._move(name, "transporting", point=point["id"])
            await self._travel((point["lat_wgs84"], point["lon_wgs84"]))
            await self._move(name, "at_facility", point=point["id"])
        report: Json = {"disposition": ending, "assignment": name}
        await self._person.post(f"/api/v1/incidents/{task['incident']}/disposition", report | ({"point": point["id"]} if point else {}))
        await self._pause(20, 60)
        if self._document(name).get("state") not in {None, "cleared"}:
            await self._move(name, "cleared")
        await self._travel(self._home)

    def _nearest_point(self, task: Json) -> Json | None:
        free = [point for point in task.get("points", []) if point.get("beds_free", 0) > 0]
        return min(free, key=lambda point: distance_m(self._at, (point["lat_wgs84"], point["lon_wgs84"])), default=None)

    async def _move(self, name: str, to: str, **more: str) -> None:
        await self._person.post(f"/api/v1/assignments/{name}/move", {"to": to, **more})
        await self._until(name, to, timeout_s=20)

    async def _travel(self, goal: tuple[float, float]) -> None:
        self._goal = goal
        self._arrived.clear()
        self._left.set()
        # The limit keeps a demo rescue within minutes, however far the nearest free bed is.
        with suppress(TimeoutError):
            await asyncio.wait_for(self._arrived.wait(), LONGEST_TRAVEL_S)
        self._left.clear()
        self._at, self._goal = goal, None

    async def _until(self, name: str, state: str, *, timeout_s: float) -> None:
        """Wait until the socket says so; the API's answer may be ahead of it."""

        def there() -> bool:
            return self._document(name).get("state") == state or ("task", name) not in self._room.documents

        async with self._told:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait_for(there), timeout_s)

    async def _pause(self, least_s: float, most_s: float) -> None:
        await asyncio.sleep(self._rng.uniform(least_s, most_s) / self._habits.pace)
