"""The demo city's films: drawn once, kept in the cache, and which camera shows which."""

from pathlib import Path

from nuandeng.checkout import cache_dir
from nuandeng.city.streets.film import draw_film
from nuandeng.city.streets.programme import CITY_FILMS

# Which camera shows which film, by county: the live ones lie where most people are.
_COUNTIES_OF_FILMS = ("371602", "371602", "371603", "371621", "371602", "371622", "371623", "371625", "371681", "371602", "371681", "371603", "371621", "371602")


def films_dir() -> Path:
    """Where the films lie."""
    return cache_dir() / "city-films"


def draw_films() -> None:
    """Draw those that are not there yet."""
    for spec in CITY_FILMS:
        path = films_dir() / f"{spec.name}.mp4"
        if not path.exists():
            draw_film(spec, path)


def live_cameras(port: int) -> dict[str, str]:
    """Camera → URL. Most by RTSP, one each by MPEG-TS over HTTP and by snapshots, as in a real city."""
    found: dict[str, str] = {}
    numbers = dict.fromkeys(_COUNTIES_OF_FILMS, 0)
    for n, spec in enumerate(CITY_FILMS):
        county = _COUNTIES_OF_FILMS[n % len(_COUNTIES_OF_FILMS)]
        numbers[county] += 1
        scheme, suffix = {len(CITY_FILMS) - 1: ("http", ".ts"), len(CITY_FILMS) - 2: ("http", ".jpg")}.get(n, ("rtsp", ""))
        found[f"{county}-{numbers[county]:03d}"] = f"{scheme}://127.0.0.1:{port}/{spec.name}{suffix}"
    return found
