"""The pure parts of the web process: masking, rounding, nesting, rooms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.runtime import Jurisdiction
from contracts.values import Sealed
from dispatch.places import distance_m
from web.access.caller import rooms_of
from web.access.tokens import Tokens
from web.api.guard import nests_deeper
from web.api.picture_bytes import size_of
from web.board.masking import MaskedNames, mask
from web.board.phone import round_place
from web.clock import now_ms
from web.problems import NoSessionError, UnreadableBodyError

PLACES = tuple(Jurisdiction(code=code, name_zh=code, name_en=code) for code in ("371600", "371602", "371622"))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("王建国", "王**"),
        ("欧阳娜娜", "欧阳**"),
        ("欧阳", "欧**"),
        ("Li Ming", "L. M."),
        ("滨城区 值班长(模拟)", "滨城区 值班长(模拟)"),
        ("", ""),
        (" 李 ", "李**"),
    ],
)
def test_masked_names(name: str, shown: str) -> None:
    """Enough to tell people apart; titles stay."""
    assert mask(name) == shown


@given(st.text(alphabet="一王李建国娜ab", min_size=2, max_size=8))
def test_a_masked_name_is_never_the_name(name: str) -> None:
    """No name without a title passes unmasked."""
    assert mask(name) != name


def test_masked_names_are_forgotten_after_a_while() -> None:
    """Whoever is erased leaves the memory of the process, too."""
    now_s = [0.0]
    asked: list[str] = []

    class Seals:
        def seal_text(self, key: str, text: str) -> Sealed:
            raise NotImplementedError

        def unseal_text(self, sealed: Sealed) -> str:
            asked.append(sealed.key)
            return "王建国"

    names = MaskedNames(Seals(), keep_s=10, clock_s=lambda: now_s[0])
    sealed = Sealed(key="k", box="AAAAAAAAAAAAAAAAAAAAAAAAAAAA")
    assert [names.of(sealed), names.of(sealed)] == ["王**", "王**"]
    assert asked == ["k"]
    now_s[0] = 11
    assert names.of(sealed) == "王**"
    assert asked == ["k", "k"]


@given(st.floats(36, 38.5), st.floats(117, 118.9))
def test_an_approximate_place_is_near_and_says_little(lat: float, lon: float) -> None:
    """Within about 200 m, and the same for everything in its cell."""
    rounded = round_place(lat, lon)
    assert distance_m(lat, lon, *rounded) < 170
    assert round_place(*rounded) == rounded


@given(st.integers(0, 60))
def test_nesting_is_measured_outside_strings(depth: int) -> None:
    """Brackets in texts don't count, escaped quotes don't end a text."""
    assert nests_deeper(b"[" * depth + b"]" * depth, 32) is (depth > 32)
    assert not nests_deeper(b'{"a": "' + b"[" * 100 + b'\\"' + b"{" * 100 + b'"}', 32)


@given(st.binary(max_size=200))
def test_any_bytes_have_a_size_or_are_no_picture(raw: bytes) -> None:
    """Headers are read without trusting them."""
    for prefix in (b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"):
        try:
            width, height = size_of(prefix + raw)
        except UnreadableBodyError:
            continue
        assert width >= 0
        assert height >= 0


@pytest.mark.parametrize(
    ("area", "rooms"),
    [
        ("3716", ("371600", "371602", "371622")),
        ("371600", ("371600", "371602", "371622")),
        ("371602", ("371602",)),
        ("371602001", ("371602",)),
        ("3705", ()),
    ],
)
def test_rooms_of_an_area(area: str, rooms: tuple[str, ...]) -> None:
    """The jurisdiction it lies in, and all inside it."""
    assert rooms_of(area, PLACES) == rooms


@given(st.binary(max_size=120))
def test_made_up_tokens_are_no_session(raw: bytes) -> None:
    """Whatever comes in, it is refused and nothing breaks."""
    tokens = Tokens(b"k" * 32)
    with pytest.raises(NoSessionError):
        tokens.read(raw.decode("latin-1"), now_ms())


@given(st.text(max_size=20))
def test_a_token_of_another_installation_is_refused(account: str) -> None:
    """The key is the installation's own."""
    token, claims = Tokens(b"a" * 32).issue(account, 0)
    assert Tokens(b"a" * 32).read(token, 1) == claims
    with pytest.raises(NoSessionError):
        Tokens(b"b" * 32).read(token, 1)
    with pytest.raises(NoSessionError):
        Tokens(b"a" * 32).read(token, claims.expires_at_ms)
