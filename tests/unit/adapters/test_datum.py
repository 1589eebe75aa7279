"""Chinese datums turn into WGS-84 and back to less than a metre."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera_adapters.datum import Datum, bd09_of_gcj02, gcj02_of_wgs84, in_offset_area, to_wgs84

LATS, LONS = st.floats(18.2, 53.5), st.floats(73.6, 134.7)


def _metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    return math.hypot((a[0] - b[0]) * 111_195, (a[1] - b[1]) * 111_195 * math.cos(math.radians(a[0])))


@given(lat=LATS, lon=LONS)
def test_there_and_back_is_less_than_a_metre(lat: float, lon: float) -> None:
    """Everywhere in China, for both datums."""
    gcj = gcj02_of_wgs84(lat, lon)
    assert _metres((lat, lon), to_wgs84(*gcj, Datum.GCJ02)) < 1
    assert _metres((lat, lon), to_wgs84(*bd09_of_gcj02(*gcj), Datum.BD09)) < 1


def test_binzhou_is_off_by_half_a_kilometre() -> None:
    """A case in GCJ-02 that is read as WGS-84 sends the volunteer 530 m away, nearly all of it east-west."""
    here = (37.38, 117.97)
    assert _metres(here, gcj02_of_wgs84(*here)) == pytest.approx(530, abs=10)


def test_a_known_point() -> None:
    """A point whose GCJ-02 form is published with the formulas: 39.915, 116.404 → 39.91640, 116.41024."""
    assert gcj02_of_wgs84(39.915, 116.404) == pytest.approx((39.916404, 116.410244), abs=1e-5)


@given(lat=st.floats(-90, 90), lon=st.floats(-180, 180))
def test_outside_china_nothing_moves(lat: float, lon: float) -> None:
    """And no number breaks the formulas."""
    moved = to_wgs84(lat, lon, Datum.GCJ02)
    assert all(map(math.isfinite, moved))
    if not in_offset_area(lat, lon):
        assert moved == (lat, lon)
