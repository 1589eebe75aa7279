"""Simulated operators, supervisors, verifiers and stations of one county: they do what the console asks, after the time a person takes.

They leave alone what somebody handles by hand; `deference.py` holds the rule.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

import structlog

from nuandeng.city.simulation.client import Json, Person, Refused, Room
from nuandeng.city.simulation.deference import ASKED_OF, Deference

log = structlog.get_logger()
# Seconds from being asked to acting; people need 5 to 15 s to read and decide (the demo's own assumption, written on its page).
THINK_S = {
    "receive": (4, 9),
    "file": (5, 10),
    "dispatch": (5, 12),
    "phone_supervisor": (6, 12),
    "verify": (8, 15),
    "close": (5, 10),
    "bed": (3, 8),
}
RETRY_S = 12.0
# How often a step that is left to somebody is looked at again.
RESTING_S = (1.5, 3.5)


class Staff:
    """The people of one county's command room and its rescue points, sharing one console socket."""

    def __init__(self, county: str, room: Room, people: dict[str, Person], stations: dict[str, Person], rng: random.Random) -> None:
        self._county, self._room, self._people, self._stations, self._rng = county, room, people, stations, rng
        self._under_way: set[tuple[str, str]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._deference = Deference(county)
        room.on_change = self._noticed
        room.on_duty = self._heard

    def _heard(self, duty: list[Json]) -> None:
        self._deference.heard(duty, _now_ms())

    async def _noticed(self, kind: str, _name: str, document: Json | None) -> None:
        if kind != "incident" or document is None or document["jurisdiction"] != self._county:
            return
        self._deference.noticed(document)
        asked = document.get("asked")
        if asked in ASKED_OF:
            self._start(asked, document["id"])
        for assignment in document["assignments"]:
            if assignment["state"] == "transporting" and not assignment["bed_confirmed"] and assignment.get("point") in self._stations:
                self._start("bed", f"{document['id']}/{assignment['id']}")

    def _start(self, asked: str, subject: str) -> None:
        if (asked, subject) in self._under_way:
            return
        self._under_way.add((asked, subject))
        task = asyncio.create_task(self._act(asked, subject))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _act(self, asked: str, subject: str) -> None:
        """Act until it is no longer asked; somebody else may have been quicker."""
        step: Callable[[Json, str], Awaitable[None]] = getattr(self, f"_{asked}")
        try:
            await asyncio.sleep(self._rng.uniform(*THINK_S[asked]))
            due_ms = _now_ms()
            while (incident := self._still(asked, subject)) is not None:
                if self._deference.rests(asked, incident, due_ms, _now_ms()):
                    await asyncio.sleep(self._rng.uniform(*RESTING_S))
                    continue
                try:
                    await step(incident, subject)
                except Refused as error:
                    log.info("refused", county=self._county, asked=asked, subject=subject, code=error.code)
                await asyncio.sleep(RETRY_S)
        except OSError as error:
            log.warning("gave up", county=self._county, asked=asked, subject=subject, error=str(error))
        finally:
            self._under_way.discard((asked, subject))

    def _still(self, asked: str, subject: str) -> Json | None:
        incident = self._room.documents.get(("incident", subject.split("/", maxsplit=1)[0]))
        if incident is None:
            return None
        if asked == "bed":
            name = subject.split("/", maxsplit=1)[1]
            waiting = any(a["id"] == name and a["state"] == "transporting" and not a["bed_confirmed"] for a in incident["assignments"])
            return incident if waiting else None
        return incident if incident.get("asked") == asked else None

    async def _receive(self, incident: Json, _subject: str) -> None:
        await self._people["operator"].post(f"/api/v1/incidents/{incident['id']}/receive", {"expected_version": incident["version"]})

    async def _file(self, incident: Json, _subject: str) -> None:
        await self._people["operator"].post(
            f"/api/v1/incidents/{incident['id']}/file", {"quota": 1, "expected_version": incident["version"]}
        )

    async def _dispatch(self, incident: Json, _subject: str) -> None:
        await self._send_nearest(self._people["operator"], incident)

    async def _phone_supervisor(self, incident: Json, _subject: str) -> None:
        await self._send_nearest(self._people["supervisor"], incident)

    async def _send_nearest(self, who: Person, incident: Json) -> None:
        found = await who.get(f"/api/v1/incidents/{incident['id']}/recommendation")
        fields = (
            "unit",
            "kind",
            "rank",
            "score",
            "distance_m",
            "eta_s",
            "location_age_s",
            "skills",
            "load_h",
            "acceptance",
            "reasons",
            "wave",
        )
        chosen = [
            {key: candidate[key] for key in fields if candidate.get(key) is not None}
            for candidate in found["candidates"][: found.get("wanted", 3)]
        ]
        if chosen:
            await who.post(f"/api/v1/incidents/{incident['id']}/dispatch", {"candidates": chosen})

    async def _verify(self, incident: Json, _subject: str) -> None:
        await self._people["verifier"].post(f"/api/v1/incidents/{incident['id']}/verify", {"accepted": True})

    async def _close(self, incident: Json, _subject: str) -> None:
        await self._people["operator"].post(f"/api/v1/incidents/{incident['id']}/close", {})

    async def _bed(self, incident: Json, subject: str) -> None:
        name = subject.split("/", maxsplit=1)[1]
        point = next(a["point"] for a in incident["assignments"] if a["id"] == name)
        await self._stations[point].post(f"/api/v1/assignments/{name}/bed", {"point": point, "accepted": True})


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
