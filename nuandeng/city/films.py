"""Which camera of the demo city shows which film, and where the films lie."""

import sys
from pathlib import Path

from nuandeng.checkout import cache_dir
from nuandeng.city.streets.programme import CITY_FILMS, draw_city_films, missing_films

# The counties of the films' cameras, in the films' order: most live ones are where most people are.
_COUNTIES = (
    "371602", "371602", "371603", "371621", "371602", "371622", "371623",
    "371625", "371681", "371602", "371681", "371603", "371621", "371602",
)  # fmt: skip
# One camera each speaks something else than RTSP, as in a real city.
_OTHER_PROTOCOLS = {"street-walkers": ("http", ".ts"), "park-walker": ("http", ".jpg")}


def films_dir() -> Path:
    """Where the films lie."""
    return cache_dir() / "city-films"


def draw_films() -> None:
    """Draw those that are not there yet, and say so: it takes most of a minute once."""
    missing = len(missing_films(films_dir()))
    for n, name in enumerate(draw_city_films(films_dir()), start=1):
        sys.stderr.write(f"[{n}/{missing}] drew the film {name}\n")


def live_cameras(port: int) -> dict[str, str]:
    """Camera → URL at the broadcast."""
    found: dict[str, str] = {}
    numbers = dict.fromkeys(_COUNTIES, 0)
    for spec, county in zip(CITY_FILMS, _COUNTIES, strict=True):
        numbers[county] += 1
        scheme, suffix = _OTHER_PROTOCOLS.get(spec.name, ("rtsp", ""))
        found[f"{county}-{numbers[county]:03d}"] = f"{scheme}://127.0.0.1:{port}/{spec.name}{suffix}"
    return found
