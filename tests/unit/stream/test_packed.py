"""Commands packed in C are the bytes that the library packs itself."""

import pytest
import redis.asyncio
from hypothesis import given
from hypothesis import strategies as st
from redis.exceptions import DataError

from stream.packed import PackedConnection

ARGUMENTS = st.lists(st.binary(max_size=50) | st.text(max_size=20) | st.integers() | st.floats(allow_nan=False), max_size=8)


@given(name=st.sampled_from(("GET", b"GET", "CONFIG GET", b"CLIENT SETINFO")), arguments=ARGUMENTS)
def test_a_command_is_packed_as_the_library_does(name: str | bytes, arguments: list[bytes | str | int | float]) -> None:
    """Whatever the arguments are."""
    packed = b"".join(PackedConnection().pack_command(name, *arguments))
    assert packed == b"".join(redis.asyncio.Connection().pack_command(name, *arguments))


def test_what_no_server_can_be_told_is_refused() -> None:
    """As the library does."""
    with pytest.raises(DataError):
        PackedConnection().pack_command("SET", "key", object())
