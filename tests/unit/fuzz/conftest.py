"""The web application over a town in memory."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fuzz.web_town import WebTown, web_town
from nuandeng.embedded.session import RunningValkey


@pytest.fixture
def town(valkey: RunningValkey, tmp_path: Path) -> Iterator[WebTown]:
    """Fresh for each test."""
    with web_town(f"{valkey.url.rpartition('/')[0]}/14", tmp_path / "web") as opened:
        yield opened
