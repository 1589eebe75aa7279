"""The drawn city's broadcast: packets that come apart as they were put together, and a film without a seam."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuandeng.city.broadcast.film import AccessUnit, Film, split_nals
from nuandeng.city.broadcast.rtp import interleaved, payloads
from nuandeng.city.broadcast.timeline import Timeline

NAL = st.binary(min_size=1, max_size=6000).map(lambda b: bytes([b[0] & 0x7F]) + b[1:])


@given(nal=NAL, limit=st.integers(20, 1400))
def test_fragments_of_a_nal_unit_make_it_whole_again(nal: bytes, limit: int) -> None:
    """As a receiver of RFC 6184 puts them together, and none is larger than allowed."""
    parts = list(payloads(nal, limit))
    assert all(len(part) <= limit for part in parts)
    if len(parts) == 1:
        assert parts[0] == nal
        return
    assert [bool(p[1] & 0x80) for p in parts] == [True] + [False] * (len(parts) - 1)
    assert [bool(p[1] & 0x40) for p in parts] == [False] * (len(parts) - 1) + [True]
    assert bytes([(parts[0][0] & 0xE0) | (parts[0][1] & 0x1F)]) + b"".join(p[2:] for p in parts) == nal


@given(nals=st.lists(NAL, min_size=1, max_size=4), sequence=st.integers(0, 0xFFFF), pts=st.integers(0, 1 << 40))
def test_a_picture_ends_with_the_marker_and_sequences_run_on(nals: list[bytes], sequence: int, pts: int) -> None:
    """The marker stands on the last packet alone; numbers wrap at 16 bits, times at 32."""
    framed, following = interleaved(AccessUnit(tuple(nals), 0, 0, keyframe=True), pts=pts, sequence=sequence, ssrc=7, channel=2)
    headers = []
    while framed:
        assert framed[:2] == b"$\x02"
        length = int.from_bytes(framed[2:4], "big")
        headers.append(framed[4:16])
        framed = framed[4 + length :]
    assert [bool(h[1] & 0x80) for h in headers] == [False] * (len(headers) - 1) + [True]
    assert [int.from_bytes(h[2:4], "big") for h in headers] == [(sequence + n) & 0xFFFF for n in range(len(headers))]
    assert all(int.from_bytes(h[4:8], "big") == pts & 0xFFFFFFFF for h in headers)
    assert following == sequence + len(headers)


def _film(units: int, keyframes: set[int], step: int) -> Film:
    coded = tuple(AccessUnit((b"\x65",), n * step, n * step, keyframe=n in keyframes) for n in range(units))
    return Film("film", coded, units * step, b"", b"")


@given(units=st.integers(1, 50), step=st.integers(1000, 20_000), phase=st.floats(0, 1000), at=st.floats(0, 5000))
def test_the_film_runs_on_without_a_seam(units: int, step: int, phase: float, at: float) -> None:
    """The next unit is always one step later, over every loop; the next keyframe is in the future, the last one is not."""
    timeline = Timeline(_film(units, {0, units // 2}, step), phase)
    number = timeline.number_at(at)
    assert timeline.unit(number).at_s <= at + 1e-4
    assert timeline.unit(number + 1).at_s > at - 1e-4
    assert timeline.unit(number + 1).dts - timeline.unit(number).dts == step
    after = timeline.unit(timeline.keyframe_after(at))
    assert after.unit.keyframe
    assert after.at_s >= at - 1e-4
    assert timeline.keyframe_before(at) <= number


@given(nals=st.lists(st.binary(min_size=1, max_size=50).filter(lambda n: b"\0\0" not in n and n[-1] != 0 and n[0] != 0), min_size=1))
def test_start_codes_are_found(nals: list[bytes]) -> None:
    """Three or four bytes long."""
    joined = b"".join((b"\0\0\0\1" if n % 2 else b"\0\0\1") + nal for n, nal in enumerate(nals))
    assert split_nals(joined) == nals


@pytest.mark.parametrize("nonsense", [b"", b"\0\0", b"no start code"])
def test_bytes_without_a_start_code_are_no_nals(nonsense: bytes) -> None:
    """And raise nothing."""
    assert split_nals(nonsense) == []
