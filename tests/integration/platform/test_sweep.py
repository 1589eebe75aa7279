"""Pictures go a week after their sighting was dismissed; what is still needed, or was sent by a person, stays."""

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.commands import CancelIncident, RegisterCameras, ReportIncident, ReportSighting
from contracts.errors import UnreadableError
from contracts.registry_entries import CameraEntry
from contracts.terms import Source
from contracts.topics import DAY_MS
from contracts.values import Box, Picture, Place
from nuandeng.embedded.guard import Guard
from nuandeng.embedded.session import RunningKafka, RunningValkey
from nuandeng.keeping.sweep import sweep
from stream.commands import SYSTEM
from tests.integration.platform.standing_city import ADMIN, COUNTY, StandingCity, place, standing_city


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
    assert tuple(asyncio.run(sweep(city.runtime, now_ms + 6 * DAY_MS))) == (0, 0)
    assert tuple(asyncio.run(sweep(city.runtime, now_ms + 8 * DAY_MS))) == (2, 2)
    assert [there(city, one) for one in (dismissed, still_open, by_a_person, unnamed)] == [False, True, True, False]
    assert city.nuandeng("audit", "verify").exit_code == 0


def test_what_is_on_its_way_to_the_log_is_left_alone(city: StandingCity) -> None:
    """By the command, on the clock of the machine: a file of today stays, one of eight days ago goes."""
    fresh, old = saved(city, "fresh"), saved(city, "old")
    for path in (city.folder / "evidence").rglob(old.sha256):
        os.utime(path, (time.time() - 8 * 86_400,) * 2)
    done = city.nuandeng("sweep")
    assert done.exit_code == 0, (done.output, done.exception)
    assert "0 files of dismissed sightings and 1 that nothing names were removed" in done.output
    assert there(city, fresh)
    assert not there(city, old)
