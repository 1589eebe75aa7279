"""How long one incident's recommendation takes, from the read model's positions to ranked candidates with reasons.

Everybody of the roster is on duty and all of them stand in one jurisdiction: twice as crowded as any city is.
"""

import gc
import random
import tempfile
import time
from pathlib import Path
from typing import Any

import redis.asyncio
import uvloop

from contracts import commands as cmd
from contracts.commit import Commit
from contracts.effects import FindWave
from contracts.registry_entries import UnitEntry
from contracts.terms import Role, UnitKind, UnitState
from contracts.values import Actor, Place
from dispatch import State, apply, decide
from nuandeng.embedded.guard import Guard
from nuandeng.embedded.session import RunningValkey
from stream.candidates import candidates_for
from stream.readmodel import keys

CODE = "371602"
ASKED = 300
# A worker has asked before: its connections are open. And it has told the collector to leave alone what lives as long as it does.
ASKED_BEFORE = 20
# About the size of a city's built-up districts, and of a province's.
SIZES = {"ranking_one_ms": (17_000, 0.35), "ranking_one_province_ms": (270_000, 2.0)}
SYSTEM = Actor(account="sys", role=Role.SYSTEM, area=CODE)


def peopled(roster: int) -> State:
    """A jurisdiction with everybody registered and on duty."""
    state = State(CODE)
    for first in range(0, roster, 500):
        units = tuple(UnitEntry(unit=f"v{n}", kind=UnitKind.VOLUNTEER, area=f"{CODE}001") for n in range(first, min(first + 500, roster)))
        _send(state, cmd.RegisterUnits(units=units), SYSTEM)
    for n in range(roster):
        me = Actor(account=f"a{n}", role=Role.RESPONDER, area=CODE, unit=f"v{n}")
        _send(state, cmd.SetDuty(unit=f"v{n}", state=UnitState.AVAILABLE), me)
    return state


def _send(state: State, body: cmd.AnyBody, actor: Actor) -> None:
    number = state.sequence + 1
    command = cmd.Command(id=f"c{number}", jurisdiction=CODE, actor=actor, body=body, sent_at_ms=number)
    events, writes = decide(state, command, number)
    commit = Commit(
        jurisdiction=CODE, sequence=number, previous=state.head, command_id=command.id, occurred_at_ms=number, actor=actor, events=events
    )
    apply(state, commit, "0", writes)


async def _located(store: redis.asyncio.Redis, roster: int, half_degrees: float, rng: random.Random) -> None:
    now_ms = time.time_ns() // 1_000_000
    for first in range(0, roster, 2_000):
        points: list[float | str] = []
        seen: dict[Any, Any] = {}
        for n in range(first, min(first + 2_000, roster)):
            lat, lon = 37.4 + rng.uniform(-half_degrees, half_degrees), 118.0 + rng.uniform(-half_degrees, half_degrees)
            points += [lon, lat, f"v{n}"]
            seen[f"v{n}"] = f"{now_ms - rng.randrange(600_000)},{lat},{lon},15"
        await store.geoadd(keys.geo(CODE, UnitKind.VOLUNTEER, free=True), points)
        await store.hset(keys.seen(CODE), mapping=seen)


async def _p99_ms(url: str, roster: int, half_degrees: float) -> float:
    rng = random.Random(roster)  # noqa: S311 - drawn places
    store = redis.asyncio.Redis.from_url(url)
    await store.flushall()
    state = peopled(roster)
    await _located(store, roster, half_degrees, rng)
    gc.collect()
    gc.freeze()
    spent_s = []
    for number in range(ASKED_BEFORE + ASKED):
        place = Place(
            lat_wgs84=37.4 + rng.uniform(-half_degrees, half_degrees), lon_wgs84=118.0 + rng.uniform(-half_degrees, half_degrees),
            area=f"{CODE}001000", name="桥下",
        )  # fmt: skip
        effect = FindWave(
            effect=f"e{number}", incident=f"i{number}", wave=1, place=place, radius_m=3_000, wanted=3, needs=(), asked_before=()
        )
        began_s = time.perf_counter()
        await candidates_for(store, state, effect, time.time_ns() // 1_000_000)
        spent_s.append(time.perf_counter() - began_s)
    await store.aclose()
    gc.unfreeze()
    del spent_s[:ASKED_BEFORE]
    return sorted(spent_s)[len(spent_s) * 99 // 100] * 1000


async def _measure() -> dict[str, float]:
    guard = Guard()
    with tempfile.TemporaryDirectory() as folder:
        valkey = RunningValkey(Path(folder, "valkey"), guard)
        found = {name: await _p99_ms(valkey.url, roster, spread) for name, (roster, spread) in SIZES.items()}
        valkey.stop()
    guard.close()
    return found


def measure() -> dict[str, float]:
    """One run; see bench/goals.py for what the names mean."""
    return uvloop.run(_measure())


if __name__ == "__main__":
    print(measure())
