"""Pictures go a week after their sighting was dismissed; what is still needed, or was sent by a person, stays."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from contracts.commands import CancelIncident, RegisterCameras, ReportIncident, ReportSighting
from contracts.errors import UnreadableError
from contracts.registry_entries import CameraEntry
from contracts.runtime import VARIABLE
from contracts.terms import Source
from contracts.topics import DAY_MS
from contracts.values import Box, Picture, Place
from nuandeng.embedded.guard import Guard
from nuandeng.embedded.session import RunningKafka, RunningValkey
from nuandeng.keeping.sweep import sweep
from stream.access import as_account
from stream.commands import SYSTEM
from stream.heartbeat import read_heartbeats
from stream.readmodel import keys
from tests.integration.platform.standing_city import ADMIN, COUNTY, OTHER, ROOT, StandingCity, place, standing_city, until


@pytest.fixture
def city(tmp_path: Path, kafka: RunningKafka, valkey: RunningValkey, server_guard: Guard) -> Iterator[StandingCity]:
    """A city in which nothing has happened yet."""
    with standing_city(tmp_path / "data", kafka, valkey, server_guard) as made:
        yield made


def saved(city: StandingCity, words: str) -> Picture:
    """A picture under a key of its own."""
    return city.evidence.save(words.encode(), b"blurred " + words.encode(), key=city.keys.create(), taken_at_ms=1, camera=None)


def seen(city: StandingCity, camera: str, north: float, picture: Picture) -> str:
    """Somebody is seen by a camera, which opens an incident."""
    where = Place(lat_wgs84=37.38 + north, lon_wgs84=118.02, area=f"{COUNTY}001000")
    entry = CameraEntry(camera=camera, name=camera, place=where, owner="police")
    city.ask(RegisterCameras(cameras=(entry,)), COUNTY, ADMIN)
    now_ms = time.time_ns() // 1_000_000
    body = ReportSighting(
        camera=camera, track="t1", place=where, boxes=(Box(x0=0.1, y0=0.1, x1=0.2, y1=0.4, score=0.9),), first_seen_ms=now_ms - 60_000,
        last_seen_ms=now_ms, dwell_threshold_s=30, picture=picture,
    )  # fmt: skip
    return city.ask(body, COUNTY, SYSTEM).created[0]


def there(city: StandingCity, picture: Picture) -> bool:
    try:
        city.evidence.public(picture.public_sha256)
        city.evidence.original(picture)
    except UnreadableError:
        return False
    return True


def test_pictures_of_dismissed_sightings_go_after_a_week_and_no_others(city: StandingCity) -> None:
    """Before the week is over nothing goes; after it the dismissed one and a file that nothing names."""
    dismissed, still_open, by_a_person, unnamed = (saved(city, words) for words in ("bag", "man", "sent in", "passer-by"))
    bag = seen(city, "c1", 0.0, dismissed)
    seen(city, "c2", 0.05, still_open)
    cancelled = city.ask(ReportIncident(source=Source.PUBLIC, place=place(), pictures=(by_a_person,))).created[0]
    for incident in (bag, cancelled):
        city.ask(CancelIncident(incident=incident, reason="a bag"))
    now_ms = time.time_ns() // 1_000_000
    assert tuple(asyncio.run(sweep(city.runtime, now_ms + 6 * DAY_MS))) == (0, 0, 0)
    assert tuple(asyncio.run(sweep(city.runtime, now_ms + 8 * DAY_MS))) == (2, 2, 0)
    assert [there(city, one) for one in (dismissed, still_open, by_a_person, unnamed)] == [False, True, True, False]
    assert city.nuandeng("audit", "verify").exit_code == 0


def test_a_clock_that_is_a_year_ahead_removes_nothing(city: StandingCity, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is removed never comes back, and a machine may wake with any date: time is what the log has seen."""
    dismissed, unnamed = saved(city, "bag"), saved(city, "passer-by")
    city.ask(CancelIncident(incident=seen(city, "c1", 0.0, dismissed), reason="a bag"))
    a_year_on_ns = time.time_ns() + 365 * DAY_MS * 1_000_000
    monkeypatch.setattr("nuandeng.keeping.sweep.time", SimpleNamespace(time_ns=lambda: a_year_on_ns))
    assert tuple(asyncio.run(sweep(city.runtime))) == (0, 0, 0)
    assert [there(city, one) for one in (dismissed, unnamed)] == [True, True]


def test_what_is_on_its_way_to_the_log_is_left_alone(city: StandingCity) -> None:
    """By the command: a file of today stays, one of eight days ago goes."""
    city.ask(ReportIncident(source=Source.PUBLIC, place=place()))
    fresh, old = saved(city, "fresh"), saved(city, "old")
    for path in (city.folder / "evidence").rglob(old.sha256):
        os.utime(path, (time.time() - 8 * 86_400,) * 2)
    done = city.nuandeng("sweep")
    assert done.exit_code == 0, (done.output, done.exception)
    assert "0 files of dismissed sightings, 1 that nothing names and 0 positions were removed" in done.output
    assert there(city, fresh)
    assert not there(city, old)


def test_the_platform_sweeps_by_itself(city: StandingCity, tmp_path: Path) -> None:
    """On its schedule, by an account that can write nothing: what is over its time is gone, and the heartbeat counts it."""
    city.ask(ReportIncident(source=Source.PUBLIC, place=place()))
    fresh, old = saved(city, "fresh"), saved(city, "old")
    for path in (city.folder / "evidence").rglob(old.sha256):
        os.utime(path, (time.time() - 8 * 86_400,) * 2)
    # Of a county that the projector knows nothing of, and has nothing to place in.
    now_ms = time.time_ns() // 1_000_000
    here, gone = f"{now_ms - 2 * DAY_MS},37.4,118.0,10", f"{now_ms - 4 * DAY_MS},37.4,118.0,10"
    city.store.hset(keys.seen(OTHER), mapping={"u-here": here, "u-gone": gone})
    for unit in ("u-here", "u-gone"):
        city.store.geoadd(keys.geo(OTHER, "volunteer", free=True), (118.0, 37.4, unit))
    runtime = msgspec.structs.replace(as_account(city.runtime, "keeper"), sweep_every_s=1)
    file = tmp_path / "keeper.json"
    file.write_bytes(msgspec.json.encode(runtime))
    part = subprocess.Popen(
        [sys.executable, "-m", "nuandeng.keeping.part"], env={**os.environ, VARIABLE: str(file), "PYTHONPATH": str(ROOT)}, cwd=tmp_path
    )
    try:
        until(lambda: int(read_heartbeats(city.store).get("keeper", {}).get("count.sweeps", 0)) > 0, "it has swept")
        beat = read_heartbeats(city.store)["keeper"]
    finally:
        part.terminate()
        assert part.wait(15) == 0
    assert (there(city, fresh), there(city, old)) == (True, False)
    assert [int(beat[f"count.swept:{kind}"]) for kind in ("dismissed", "unnamed", "positions")] == [0, 1, 1]
    assert city.store.hgetall(keys.seen(OTHER)) == {b"u-here": here.encode()}
    assert city.store.zrange(keys.geo(OTHER, "volunteer", free=True), 0, -1) == [b"u-here"]
