"""Real sources for every adapter: a broadcast of tiny drawn films, folders, small servers."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from nuandeng.city.broadcast.film import Film, load_film
from nuandeng.city.broadcast.server import Broadcast
from tests.unit.adapters.drawn_film import draw_film

SAMPLES = Path(__file__).parent / "samples"


@pytest.fixture(scope="session")
def film_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """320 × 240, 10 pictures a second, a keyframe every half second."""
    return draw_film(tmp_path_factory.mktemp("films") / "small.mp4", keyframe_every=5)


@pytest.fixture(scope="session")
def small(film_file: Path) -> Film:
    """320 × 240."""
    return load_film(film_file)


@pytest.fixture(scope="session")
def large(film_file: Path) -> Film:
    """352 × 288."""
    return load_film(draw_film(film_file.with_name("large.mp4"), width=352, height=288, keyframe_every=5))


@pytest.fixture
def broadcast(small: Film) -> Iterator[Broadcast]:
    """One camera, `street`."""
    with Broadcast({"street": small}) as running:
        yield running


@pytest.fixture(scope="session")
def standard_case() -> dict[str, object]:
    """A case in the documented form."""
    case: dict[str, object] = json.loads((SAMPLES / "case-standard.json").read_bytes())
    return case
