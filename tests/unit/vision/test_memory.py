"""When a region is looked at again, becomes an alarm, is forgotten or absorbed."""

import numpy as np
import pytest

from camera_adapters.vision.crops import Turn
from camera_adapters.vision.memory import Region, RegionMemory
from camera_adapters.vision.settings import MemorySettings

FRAME_BOX, LUMA_BOX = (200.0, 200.0, 280.0, 240.0), (50, 50, 70, 60)
PICTURE = np.random.default_rng(1).integers(0, 255, (144, 176)).astype(np.uint8)


def memory_with_region(at_s: float = 0.0) -> tuple[RegionMemory, Region]:
    memory = RegionMemory(MemorySettings())
    memory.observe(at_s, [(FRAME_BOX, LUMA_BOX)], PICTURE)
    return memory, memory.regions[0]


def looks(memory: RegionMemory, seconds: int, score: float | None, *, seen: bool = True, start_s: int = 0) -> list[int]:
    """Look every two seconds; return when the region was due. score None: nobody is found."""
    due = []
    for at_s in range(start_s, start_s + seconds, 2):
        memory.observe(float(at_s), [(FRAME_BOX, LUMA_BOX)] if seen else [], PICTURE)
        for region in memory.due(float(at_s)):
            due.append(at_s)
            if score is None:
                memory.record_miss(region, float(at_s))
            else:
                memory.record_hit(region, float(at_s), score, Turn.RIGHT)
    return due


def test_a_new_region_is_due_at_once_and_then_less_and_less_often() -> None:
    """0, then again after 2, 2, 4, 8, 16, 30 and 60 s while it stays nobody and does not move."""
    memory, _ = memory_with_region()
    due = looks(memory, 300, None)
    assert due[:8] == [0, 2, 4, 8, 16, 32, 62, 122]


def test_known_people_are_due_every_four_seconds() -> None:
    """So that the dwell of someone who lies still goes on being reported."""
    memory, _ = memory_with_region()
    due = looks(memory, 120, 0.7)
    assert np.diff(due).tolist() == [4] * (len(due) - 1)
    assert len(due) == 30


def test_a_known_person_outlives_the_gate() -> None:
    """If the light or the learning hides them from the gate, they are looked at all the same."""
    memory, region = memory_with_region()
    looks(memory, 12, 0.7)
    assert region.pinned
    assert looks(memory, 40, 0.7, seen=False, start_s=12)
    assert memory.known() == [region]


def test_who_left_is_forgotten() -> None:
    """After four misses the alarm ends, and the region with it."""
    memory, region = memory_with_region()
    looks(memory, 12, 0.7)
    looks(memory, 40, None, seen=False, start_s=12)
    assert not region.alarm
    assert memory.regions == []


def test_one_weak_look_is_no_alarm_two_in_half_the_looks_are() -> None:
    """.5 on something still needs a second look."""
    memory, region = memory_with_region()
    memory.observe(2.0, [(FRAME_BOX, LUMA_BOX)], PICTURE)
    memory.record_hit(region, 2.0, 0.5, Turn.RIGHT)
    assert not region.alarm
    assert region.next_test_s == pytest.approx(4.0)
    memory.record_hit(region, 4.0, 0.5, Turn.RIGHT)
    assert region.alarm


def test_a_mover_needs_less_to_be_believed() -> None:
    """.5 on something that just appeared or moves is enough."""
    memory, region = memory_with_region()
    memory.record_hit(region, 0.0, 0.5, Turn.UPRIGHT)
    assert region.alarm


def test_a_thing_is_absorbed_only_after_ten_minutes_and_eight_looks() -> None:
    """And never if somebody was ever found in it."""
    memory, region = memory_with_region()
    looks(memory, 598, None)
    assert not memory.absorbable(region, 599.0)
    looks(memory, 200, None, start_s=598)
    assert memory.absorbable(region, 800.0)
    memory.record_hit(region, 802.0, 0.7, Turn.LEFT)
    assert not memory.absorbable(region, 900.0)


def test_a_changed_look_is_due_at_once() -> None:
    """Somebody sits down where a bag stood: no waiting for the next turn."""
    memory, _ = memory_with_region()
    looks(memory, 130, None)
    other = np.ascontiguousarray(255 - PICTURE)
    memory.observe(130.0, [(FRAME_BOX, LUMA_BOX)], other)
    assert memory.due(130.0)


def test_at_most_five_regions_a_look_the_never_seen_first() -> None:
    """A crowd does not starve whoever is new."""
    memory, known = memory_with_region()
    memory.record_hit(known, 0.0, 0.7, Turn.UPRIGHT)
    new = [((20.0 + 90 * k, 400.0, 60.0 + 90 * k, 480.0), (5 + 22 * k, 100, 15 + 22 * k, 120)) for k in range(7)]
    memory.observe(4.0, [(FRAME_BOX, LUMA_BOX), *new], PICTURE)
    due = memory.due(4.0)
    assert len(due) == 5
    assert known not in due
