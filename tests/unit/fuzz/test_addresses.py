"""Whatever address is asked for, the answer has a code."""

from typing import Any

import pytest

from fuzz.web_town import WebTown

ADDRESSES = [
    "/" + "9" * 300, "/" + "a/" * 3000, "/v/" + "9" * 300, "/assets/" + "é" * 200, "/%00", "/v/%00/x", "/%ff%fe", "/..%2f..%2fetc%2fpasswd",
    "//",
]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES, ids=range(len(ADDRESSES)))
def test_an_address_longer_than_a_name_can_be_is_not_found(town: WebTown, address: str) -> None:
    """The file system's own refusal was answered with 500, to anybody, with a traceback in the log for each."""
    response = town.web.app.test_client().get(address)
    assert response.status_code < 500
    told: Any = response.json if response.is_json else {}
    assert response.status_code < 400 or told["code"]
