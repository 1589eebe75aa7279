"""A push subscription's address is refused with a reason, whatever it is."""

from typing import Any, cast

import pytest

from contracts.errors import UnreadableError
from stream.push import add_subscription


@pytest.mark.parametrize("endpoint", ["https://[", "https://[::1", "http://[v9.x]y/", "https://a]b/"])
def test_an_address_that_is_none_is_refused(endpoint: str) -> None:
    """`urlsplit` raised ValueError: POST /push/subscription answered 500."""
    raw = f'{{"endpoint":"{endpoint}","keys":{{"p256dh":"{"B" * 87}","auth":"{"A" * 22}"}}}}'.encode()
    with pytest.raises(UnreadableError):
        add_subscription(cast("Any", None), "u1", raw)
