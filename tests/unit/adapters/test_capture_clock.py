"""Capture times come from presentation times and the least delayed arrival, whatever the camera's clock says."""

from hypothesis import given
from hypothesis import strategies as st

from camera_adapters.capture_clock import CaptureClock

NOW_MS = 1_790_000_000_000


@given(
    start_s=st.floats(0, 90_000),
    delays_ms=st.lists(st.integers(0, 4_000), min_size=2, max_size=60),
)
def test_a_picture_is_never_dated_after_it_came_nor_before_the_one_before(start_s: float, delays_ms: list[int]) -> None:
    """Random delays of up to four seconds change neither order nor cause."""
    clock, last = CaptureClock(), 0
    arrived = NOW_MS
    for n, delay in enumerate(delays_ms):
        arrived = max(arrived, NOW_MS + 2000 * n + delay)
        captured = clock.at(start_s + 2 * n, arrived)
        assert captured <= arrived + 1
        assert captured >= last
        last = captured


def test_the_least_delayed_picture_sets_the_clock() -> None:
    """A camera whose own clock starts at 5000 s: after one quick picture, late ones are dated right."""
    clock = CaptureClock()
    clock.at(5000.0, NOW_MS + 900)
    assert clock.at(5002.0, NOW_MS + 2_010) == NOW_MS + 2_010
    assert clock.at(5004.0, NOW_MS + 4_800) == NOW_MS + 4_010


def test_a_clock_that_runs_fast_is_followed() -> None:
    """At +200 ppm over an hour the capture time stays within 50 ms of the truth."""
    clock = CaptureClock()
    for second in range(0, 3600, 2):
        captured = clock.at(second * 1.0002, NOW_MS + second * 1000 + 20)
        assert abs(captured - (NOW_MS + second * 1000 + 20)) < 50


def test_a_restarted_stream_starts_anew() -> None:
    """Presentation times that fall back to zero don't date pictures a day ago, nor stop the clock."""
    clock = CaptureClock()
    clock.at(80_000.0, NOW_MS)
    assert clock.at(0.0, NOW_MS + 2_000) == NOW_MS + 2_000
    assert clock.at(2.0, NOW_MS + 4_000) == NOW_MS + 4_000


def test_without_presentation_times_arrival_counts() -> None:
    """Some cameras send none."""
    assert CaptureClock().at(None, NOW_MS) == NOW_MS
