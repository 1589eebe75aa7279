"""What a command, a case and a start cost as the country and its log grow: `python -m bench.growing [--ten-million]`.

First 9, 90, 900 and 2,800 counties live in one process. Then one city's log grows on a real Kafka to 0.1 and 1 million commits (and 10 on
request): how long a writer needs to be ready from its snapshots and the log after them, and how large these are, is measured there;
what a command costs in the end, by turns. At last the whole log is replayed to its digest, as `nuandeng replay --digest` does.
Ten million need 5 GiB of disk for as long as it runs.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import uvloop

from bench.__main__ import machine
from bench.cost import Confirmed, Cost, World, costs
from bench.county_life import Counties
from bench.growing_city import City, Grown
from contracts.runtime import KafkaAccess, Runtime
from nuandeng.embedded.guard import Guard
from nuandeng.embedded.session import RunningKafka
from stream.replay import replay_digest
from stream.worker import look_rarely_for_cycles

JURISDICTIONS = (9, 90, 900, 2_800)
COMMITS_KEPT = (100_000, 1_000_000)
TEN_MILLION = Path(__file__).parent / "results" / "ten-million.json"
# Each county has had a few cases: none is new.
_CASES_BEFORE = 180


class Along(NamedTuple):
    """What it costs at each length of a log."""

    grown: dict[int, Grown]
    costs: dict[int, Cost]
    replay_events_per_s: float


def world_of(count: int) -> World:
    """So many counties with their registers."""
    counties, confirmed = Counties(count), Confirmed()
    for code in counties.codes:
        for done in counties.register(code):
            confirmed.take(done)
    world = World(counties, confirmed)
    for code in counties.codes * max(1, _CASES_BEFORE // count):
        world.help_somebody(code)
    return world


def replaying_per_s(runtime: Runtime, city: City) -> float:
    """Events a second of a replay of the whole log to its digest."""
    began_s = time.monotonic()
    found = replay_digest(runtime)
    took_s = time.monotonic() - began_s
    if (found.digest, found.records) != (city.digest, city.commits):
        raise SystemExit("the replayed digest is not the writers'")
    return city.events / took_s


def spread(values: list[float]) -> float:
    """The last against the first: what growing costs. Below one: it became cheaper."""
    return values[-1] / values[0]


async def _grown(city: City, lengths: tuple[int, ...]) -> dict[int, Grown]:
    await city.begin()
    found = {}
    for length in lengths:
        found[length] = await city.grow_to(length)
        print(f"{length:,} commits: ready in {found[length].start_s:.3g} s, {found[length].snapshot_bytes:,} bytes", flush=True)
    await city.end()
    return found


def along_a_log(lengths: tuple[int, ...]) -> Along:
    """A city on a Kafka of its own, and the replay of all it has in the end."""
    guard = Guard()
    with tempfile.TemporaryDirectory() as folder:
        kafka = RunningKafka(Path(folder, "kafka"), guard)
        runtime = Runtime(
            kafka=KafkaAccess(bootstrap=kafka.bootstrap, passwords=dict(kafka.passwords)), valkey_url="", data_dir=folder, keystore=folder,
            secrets_store=folder, evidence=folder,
        )  # fmt: skip
        city = City(runtime, Path(folder, "snapshots"))
        grown = uvloop.run(_grown(city, lengths))
        compared = costs({length: one.world for length, one in grown.items()})
        for length, one in compared.items():
            print(f"{length:,} commits: {one}", flush=True)
        replayed = replaying_per_s(runtime, city)
        kafka.stop()
    guard.close()
    return Along(grown, compared, replayed)


def measure() -> dict[str, float]:
    """One run; see bench/goals.py for what the names mean."""
    look_rarely_for_cycles()
    wide = costs({count: world_of(count) for count in JURISDICTIONS})
    for count, one in wide.items():
        print(f"{count:,} jurisdictions: {one}", flush=True)
    along = along_a_log(COMMITS_KEPT)
    grown = list(along.grown.values())
    return {
        "growth_command_us": wide[JURISDICTIONS[0]].command_us,
        "growth_jurisdictions_command": spread([one.command_us for one in wide.values()]),
        "growth_jurisdictions_case": spread([one.case_us for one in wide.values()]),
        "growth_commits_command": spread([one.command_us for one in along.costs.values()]),
        "growth_commits_case": spread([one.case_us for one in along.costs.values()]),
        "growth_start_s": grown[-1].start_s,
        "growth_start": spread([one.start_s for one in grown]),
        "growth_snapshot": spread([float(one.snapshot_bytes) for one in grown]),
        "replay_events_per_s": along.replay_events_per_s,
    }


def ten_million() -> None:
    """Grow the log to ten million commits once, and keep what it cost on the way."""
    look_rarely_for_cycles()
    along = along_a_log((*COMMITS_KEPT, 10_000_000))
    rows = [
        {"commits": commits, **along.costs[commits]._asdict(), "start_s": one.start_s, "snapshot_bytes": one.snapshot_bytes}
        for commits, one in along.grown.items()
    ]
    kept = {
        "date": time.strftime("%Y-%m-%d", time.gmtime()), "machine": machine(), "rows": rows,
        "replay_events_per_s": along.replay_events_per_s,
    }  # fmt: skip
    TEN_MILLION.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    print(json.dumps(kept))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ten-million", action="store_true", help=f"the log alone, to ten million commits; writes {TEN_MILLION.name}")
    if parser.parse_args().ten_million:
        ten_million()
    else:
        print(measure())
