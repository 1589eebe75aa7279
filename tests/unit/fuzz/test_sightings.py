"""One wrong record must not blind a camera."""

import asyncio
import time
from collections import Counter
from typing import Any, cast

import msgspec
import pytest

from fuzz.targets.topics import Followed, Sent, Table
from stream.agents import UnusableError
from stream.sightings.agent import Watcher
from stream.sightings.dwell import AGAIN_FIRST_MS, again_ms
from stream.sightings.tracks import CameraTracks
from tests.unit.dispatch.night import COUNTY

KEY = f"{COUNTY}/cam1".encode()


def detections(*at_ms: int) -> bytes:
    looks = [{"captured_at_ms": one, "boxes": [{"x0": 0.1, "y0": 0.1, "x1": 0.3, "y1": 0.5, "score": 0.9}]} for one in at_ms]
    return msgspec.json.encode({"type": "Detections.1", "camera": "cam1", "jurisdiction": COUNTY, "adapter": "rtsp", "looks": looks})


def watched(table: Table, *records: bytes) -> Counter[str]:
    async def run() -> Counter[str]:
        counts: Counter[str] = Counter()
        watcher = Watcher(table, cast("Any", Followed()), cast("Any", Sent()), counts)
        for record in records:
            await watcher.use(record)
        return counts

    return asyncio.run(run())


def test_a_look_from_the_far_future_silences_nobody() -> None:
    """Its time was kept as the newest, and every look after it was too late for ever. It counts as of when it came."""
    now_ms = time.time_ns() // 1_000_000
    table = Table()
    counts = watched(table, detections(2**63 - 1), detections(10**30), detections(now_ms))
    assert (counts["ahead"], counts["too_late"]) == (2, 0)
    assert now_ms <= msgspec.json.decode(table[KEY], type=CameraTracks).newest_ms < now_ms + 10_000


def test_an_adapter_whose_clock_is_an_hour_ahead_sees_and_may_be_set_right() -> None:
    """Its looks were dropped, all of them, and nobody was told; now they count as of when they came, and the same person goes on."""
    now_ms = time.time_ns() // 1_000_000
    table = Table()
    counts = watched(table, *(detections(now_ms + 3_600_000 + number * 5_000) for number in range(3)), detections(now_ms + 1))
    (track,) = msgspec.json.decode(table[KEY], type=CameraTracks).tracks
    assert now_ms <= track.last_seen_ms < now_ms + 10_000
    assert (counts["ahead"], counts["too_late"]) == (3, 0)


def test_looks_of_one_record_keep_their_distance() -> None:
    """A clock that is ahead runs as fast as any other: how long somebody stays is what it says."""
    now_ms = time.time_ns() // 1_000_000
    table = Table()
    watched(table, detections(*(now_ms + 3_600_000 + number * 5_000 for number in range(5))))
    (track,) = msgspec.json.decode(table[KEY], type=CameraTracks).tracks
    assert (track.dwell_ms, track.looks) == (20_000, 5)


@pytest.mark.parametrize("stored", [b"\xff", b"{", b'{"tracks":[{"id":"\xc0"}]}', b'{"newest_ms":"x"}'])
def test_a_table_that_cannot_be_read_is_begun_anew(stored: bytes) -> None:
    """Every further record of the camera went to the dead letters."""
    table = Table({KEY: stored})
    counts = watched(table, detections(time.time_ns() // 1_000_000))
    assert counts["tracks_unreadable"] == 1
    assert len(msgspec.json.decode(table[KEY], type=CameraTracks).tracks) == 1


def test_a_track_with_impossible_counts_is_followed() -> None:
    """A negative number of reports was a negative shift."""
    assert again_ms(-4) == again_ms(0) == AGAIN_FIRST_MS


def test_names_that_an_adapter_makes_up_are_not_all_remembered() -> None:
    """Each camera that nobody had registered was kept for good: a worker grew by 200 MB in ten million records."""

    async def told(watcher: Watcher, names: range) -> int:
        letters = 0
        for number in names:
            record = {"type": "Detections.1", "camera": f"made-up-{number}", "jurisdiction": COUNTY, "adapter": "rtsp", "looks": []}
            try:
                await watcher.use(msgspec.json.encode(record))
            except UnusableError as unusable:
                letters += unusable.reason == "unknown_camera"
        return letters

    async def run() -> tuple[int, ...]:
        watcher = Watcher(Table(), cast("Any", Followed()), cast("Any", Sent()), Counter())
        return tuple([await told(watcher, names) for names in (range(11_000), range(10_000, 11_000), range(500))])

    # The latest are remembered, and get no second letter; the first are forgotten.
    assert asyncio.run(run()) == (11_000, 0, 500)
