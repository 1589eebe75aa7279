"""Who stays is found whatever the camera's rhythm, and who passes is not."""

import random
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.observations import Look
from contracts.registry_entries import CameraEntry
from contracts.values import Box, Picture, Place, PlanSettings
from stream.sightings.dwell import LOOKS_LEAST, Due, due_reports, report_id, threshold_s
from stream.sightings.tracks import GAP_MS, LATENESS_MS, CameraTracks, TooLateError, follow, overlap

START_MS = 1_760_000_000_000


def box(x: float = 0.4, y: float = 0.5, size: float = 0.1) -> Box:
    return Box(x0=x, y0=y, x1=x + size, y1=y + size, score=0.8)


def look(at_s: float, *boxes: Box, picture: str | None = None) -> Look:
    shot = None if picture is None else Picture(sha256=picture, public_sha256=picture, taken_at_ms=0, key="k")
    return Look(captured_at_ms=START_MS + int(at_s * 1000), boxes=boxes, picture=shot)


def run(looks: list[Look], threshold: int = 60) -> tuple[CameraTracks, list[str]]:
    camera, sent = CameraTracks(), []
    for one in looks:
        camera, due = due_reports(follow(camera, one), threshold)
        sent += [report_id("c", report) for report in due]
    return camera, sent


@given(
    step_s=st.floats(1.0, 60.0), jitter=st.floats(0.0, 0.02), missed=st.floats(0.0, 0.5), seed=st.integers(0, 1000),
)
@settings(max_examples=60, deadline=None)
def test_somebody_who_stays_is_one_track_reported_once(step_s: float, jitter: float, missed: float, seed: int) -> None:
    """Jittering boxes, missed detections and any rhythm up to a look a minute: one person, one first report, at the threshold."""
    chance = random.Random(seed)
    moments = [number * step_s for number in range(int(900 / step_s))]
    seen = [at_s for number, at_s in enumerate(moments) if number == 0 or chance.random() >= missed]
    if any(later - earlier > GAP_MS / 1000 for earlier, later in pairwise(seen)) or len(seen) < LOOKS_LEAST:
        return
    looks = [look(at_s, box(0.4 + chance.uniform(-jitter, jitter)), picture="p") if at_s in seen else look(at_s) for at_s in moments]
    camera, sent = run(looks, 120)
    assert camera.numbered == 1
    dwell = seen[-1] - seen[0]
    assert (len(sent) >= 1) == (dwell >= 120)
    assert len(set(sent)) == len(sent)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_a_passer_by_is_never_reported(seed: int) -> None:
    """Somebody who crosses the picture is nowhere long enough."""
    chance = random.Random(seed)
    speed = chance.uniform(0.06, 0.2)
    _, sent = run([look(number * 2, box(number * speed, 0.5), picture="p") for number in range(int(0.9 / speed))], 30)
    assert sent == []


@given(st.permutations(range(12)))
@settings(max_examples=40, deadline=None)
def test_late_looks_change_no_dwell(order: list[int]) -> None:
    """Looks that arrive out of order within the bound give the same span as in order."""
    step_s = LATENESS_MS / 1000 / 12
    in_order, _ = run([look(number * step_s, box(), picture="p") for number in range(12)], 10_000)
    shuffled, _ = run([look(number * step_s, box(), picture="p") for number in order], 10_000)
    assert [(track.first_seen_ms, track.last_seen_ms) for track in shuffled.tracks] == [
        (track.first_seen_ms, track.last_seen_ms) for track in in_order.tracks
    ]


def test_a_look_beyond_the_bound_is_refused() -> None:
    """It is counted, not silently taken."""
    camera, _ = run([look(100, box())])
    with pytest.raises(TooLateError):
        follow(camera, look(100 - LATENESS_MS / 1000 - 1, box()))


@given(st.lists(st.tuples(st.floats(0, 600), st.lists(st.tuples(st.floats(0, 0.9), st.floats(0, 0.9)), max_size=4)), max_size=40))
@settings(max_examples=60, deadline=None)
def test_a_redelivered_look_changes_nothing(raw: list[tuple[float, list[tuple[float, float]]]]) -> None:
    """Kafka gives a record twice: no track, no dwell, no report comes of the second."""
    once, twice = CameraTracks(), CameraTracks()
    sent_once: list[Due] = []
    sent_twice: list[str] = []
    for at_s, corners in sorted(raw):
        one = look(at_s, *(box(x, y) for x, y in corners), picture="p")
        once, due = due_reports(follow(once, one), 60)
        sent_once += due
        for _ in range(2):
            twice, due = due_reports(follow(twice, one), 60)
            sent_twice += [report_id("c", report) for report in due]
    assert sorted(set(sent_twice)) == sorted(report_id("c", report) for report in sent_once)


def test_somebody_who_left_and_somebody_who_came_are_two() -> None:
    """After the gap it is somebody new, with a clock of their own."""
    camera, sent = run([look(at_s, box(), picture="p") for at_s in (*range(0, 100, 5), *range(400, 500, 5))])
    assert camera.numbered == 2
    assert len(sent) == 2
    assert sent[0] != sent[1]


def test_reports_come_again_at_growing_intervals() -> None:
    """While somebody stays for three hours the console hears of it, less and less often."""
    camera, sent = CameraTracks(), []
    for at_s in range(0, 10_800, 30):
        camera, due = due_reports(follow(camera, look(at_s, box(), picture="p")), 600)
        sent += [at_s for _ in due]
    gaps = [later - earlier for earlier, later in pairwise(sent)]
    assert gaps == sorted(gaps)
    assert 4 <= len(sent) <= 7


def test_a_first_report_waits_a_little_for_its_picture() -> None:
    """The picture that shows them comes with the report; without one the report comes all the same."""
    camera, sent = CameraTracks(), []
    for at_s in range(0, 90, 5):
        camera, due = due_reports(follow(camera, look(at_s, box(), picture="p" if at_s == 70 else None)), 60)
        sent += [(at_s, report.track.picture is not None) for report in due]
    assert sent == [(70, True)]
    _, without = run([look(at_s, box()) for at_s in range(0, 90, 5)])
    assert len(without) == 1


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=8, max_size=8))
def test_overlap_is_a_fraction(values: list[float]) -> None:
    """Whatever an adapter sends, no error and nothing outside 0..1."""
    score = overlap(tuple(values[:4]), tuple(values[4:]))  # type: ignore[arg-type]
    assert not score > 1.0 + 1e-9
    assert not score < 0.0


def test_a_cameras_own_threshold_overrides_the_plans() -> None:
    """A camera at a bus stop keeps its own; all others follow the plan in force."""
    entry = CameraEntry(camera="c", name="c", place=Place(lat_wgs84=0, lon_wgs84=0, area="371602"), owner="police", dwell_threshold_s=300)
    assert threshold_s(entry, PlanSettings(dwell_threshold_s=600)) == 300
    assert threshold_s(entry, PlanSettings(dwell_threshold_s=120)) == 300
    assert threshold_s(msgspec.structs.replace(entry, dwell_threshold_s=None), PlanSettings(dwell_threshold_s=120)) == 120
