"""The pure rules around a camera: back-off, sub-stream addresses, health, packing."""

from hypothesis import given
from hypothesis import strategies as st

from camera_adapters.backoff import CEILING_S, delay_s
from camera_adapters.health import NO_PICTURES, NO_PICTURES_MS, REPEAT_MS, HealthWatch
from camera_adapters.looks import LookPacker, PictureSchedule
from camera_adapters.substream import addresses, without_login
from contracts.observations import Look
from contracts.terms import CameraStatus


@given(attempt=st.integers(0, 10_000), jitter=st.floats(0, 1, exclude_max=True))
def test_waiting_grows_to_a_ceiling_and_is_never_nothing(attempt: int, jitter: float) -> None:
    """However often it failed, the next attempt comes within half a minute, and not at once."""
    assert 0.2 < delay_s(attempt, jitter) <= CEILING_S
    assert delay_s(attempt, jitter) <= delay_s(attempt + 2, jitter) or attempt > 3


def test_the_small_stream_is_tried_first() -> None:
    """Addresses of known vendors name their sub-stream; others are left alone."""
    assert addresses("rtsp://u:p@10.0.0.9/Streaming/Channels/101") == (
        "rtsp://u:p@10.0.0.9/Streaming/Channels/102", "rtsp://u:p@10.0.0.9/Streaming/Channels/101",
    )  # fmt: skip
    assert addresses("rtsp://c/cam/realmonitor?channel=1&subtype=0")[0] == "rtsp://c/cam/realmonitor?channel=1&subtype=1"
    assert addresses("rtsp://c/media/video1")[0] == "rtsp://c/media/video2"
    assert addresses("rtsp://c/live/7") == ("rtsp://c/live/7",)


def test_a_login_never_reaches_the_log() -> None:
    """Addresses in log lines have no user and no password."""
    assert without_login("rtsp://admin:secret@10.0.0.9/live") == "rtsp://10.0.0.9/live"


def test_health_is_told_when_it_changes_and_every_minute() -> None:
    """Nothing is said twice within a minute; a minute's silence would look like a dead adapter."""
    health = HealthWatch(0)
    health.pictured(100, None)
    told = health.tell(100)
    assert told is not None
    assert (told.status, told.reason) == (CameraStatus.WATCHED, "ok")
    health.pictured(2100, None)
    assert health.tell(2100) is None
    for at in range(4100, REPEAT_MS + 2000, 2000):
        health.pictured(at, None)
    assert health.tell(REPEAT_MS + 200) is not None


def test_a_blind_camera_is_not_watched_and_a_lost_one_is_offline() -> None:
    """Too dark, silent and gone are three different things, each with its reason."""
    health = HealthWatch(0)
    health.pictured(0, "too_dark")
    dark = health.tell(0)
    silent = health.tell(NO_PICTURES_MS + 1)
    health.lost("refused_login")
    gone = health.tell(NO_PICTURES_MS + 2)
    assert dark is not None
    assert silent is not None
    assert gone is not None
    assert (dark.status, dark.reason) == (CameraStatus.UNWATCHED, "too_dark")
    assert (silent.status, silent.reason) == (CameraStatus.UNWATCHED, NO_PICTURES)
    assert (gone.status, gone.reason) == (CameraStatus.OFFLINE, "refused_login")


def test_one_unreadable_picture_is_a_glitch_and_three_are_a_fault() -> None:
    """A lost packet must not ring the bell."""
    health = HealthWatch(0)
    health.pictured(0, None)
    health.unreadable()
    first = health.tell(1)
    health.unreadable()
    health.unreadable()
    third = health.tell(2)
    assert first is not None
    assert third is not None
    assert (first.status, third.status, third.reason) == (CameraStatus.WATCHED, CameraStatus.UNWATCHED, "garbage")


def test_looks_go_out_within_a_second_and_none_is_lost() -> None:
    """What is added is sent once, in order."""
    packer = LookPacker(camera="c", jurisdiction="371602", adapter="rtsp")
    packer.add(Look(captured_at_ms=10), 1000)
    assert packer.due(1500) is None
    packer.add(Look(captured_at_ms=20), 1900)
    record = packer.due(2000)
    assert record is not None
    assert [look.captured_at_ms for look in record.looks] == [10, 20]
    assert packer.due(9000) is None
    packer.add(Look(captured_at_ms=30), 9000)
    assert packer.due(9000, at_once=True) is not None


def test_a_picture_at_first_sight_then_every_half_minute() -> None:
    """And at once again when keeping it failed."""
    schedule = PictureSchedule()
    assert not schedule.due(0, people=0)
    assert [schedule.due(at, people=1) for at in (1000, 3000, 30_000, 31_000, 33_000)] == [True, False, False, True, False]
    schedule.missed()
    assert schedule.due(35_000, people=2)
