"""The fourteen films of the demo city's live cameras."""

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from nuandeng.city.streets.cast import Action, Part
from nuandeng.city.streets.film import draw_film, truth_path
from nuandeng.city.streets.light import Light
from nuandeng.city.streets.scene import FilmSpec, Setting


def _stays(
    person: int,
    action: Action,
    x: float,
    y: float,
    *,
    from_left: bool = True,
    arrives_s: float = 8.0,
    leaves_s: float = 84.0,
    scale: float = 1.0,
) -> Part:
    return Part(person=person, action=action, x=x, y=y, arrives_s=arrives_s, leaves_s=leaves_s, from_left=from_left, scale=scale)


def _crosses(person: int, y: float, at_s: float, *, from_left: bool = True) -> Part:
    return Part(person=person, action=Action.WALKING, y=y, arrives_s=at_s, from_left=from_left)


# Whoever stays comes early and stays long enough to count as waiting; everybody has left when the film begins again.
CITY_FILMS: tuple[FilmSpec, ...] = (
    FilmSpec(
        name="shelter-lying",
        setting=Setting.BUS_SHELTER,
        light=Light.SNOW,
        seed=11,
        seconds=96,
        parts=(_stays(21, Action.LYING, 300, 410), _crosses(22, 330, 52, from_left=False)),
        headlights_s=(30.0, 71.0),
    ),
    FilmSpec(
        name="underpass-lying",
        setting=Setting.UNDERPASS,
        light=Light.NIGHT,
        seed=12,
        seconds=96,
        parts=(_stays(23, Action.LYING, 240, 450, from_left=True),),
    ),
    FilmSpec(
        name="bank-sitting",
        setting=Setting.BANK_LOBBY,
        light=Light.NIGHT,
        seed=13,
        seconds=96,
        parts=(_stays(24, Action.SITTING, 540, 400, from_left=False),),
    ),
    FilmSpec(
        name="park-lying",
        setting=Setting.PARK_BENCH,
        light=Light.NIGHT,
        seed=14,
        seconds=96,
        parts=(_stays(25, Action.LYING, 330, 430, from_left=True),),
    ),
    FilmSpec(
        name="street-standing",
        setting=Setting.SHOP_STREET,
        light=Light.SNOW,
        seed=15,
        seconds=96,
        parts=(_stays(26, Action.STANDING, 300, 400, arrives_s=9.0), _crosses(27, 350, 45)),
        headlights_s=(20.0, 60.0),
    ),
    FilmSpec(
        name="shelter-standing",
        setting=Setting.BUS_SHELTER,
        light=Light.NIGHT,
        seed=16,
        seconds=96,
        parts=(_stays(28, Action.STANDING, 390, 380, from_left=False),),
    ),
    FilmSpec(
        name="street-walkers",
        setting=Setting.SHOP_STREET,
        light=Light.NIGHT,
        seed=17,
        seconds=40,
        parts=(_crosses(29, 390, 4), _crosses(30, 340, 18, from_left=False)),
        headlights_s=(12.0, 31.0),
    ),
    FilmSpec(
        name="underpass-walkers", setting=Setting.UNDERPASS, light=Light.INFRARED, seed=18, seconds=40, parts=(_crosses(31, 430, 10),)
    ),
    FilmSpec(
        name="park-walker",
        setting=Setting.PARK_BENCH,
        light=Light.SNOW,
        seed=19,
        seconds=40,
        parts=(_crosses(32, 420, 14, from_left=False),),
    ),
    FilmSpec(name="shelter-empty", setting=Setting.BUS_SHELTER, light=Light.RAIN, seed=20, seconds=24, headlights_s=(7.0,)),
    FilmSpec(name="bank-walker", setting=Setting.BANK_LOBBY, light=Light.NIGHT, seed=21, seconds=40, parts=(_crosses(33, 420, 12),)),
    FilmSpec(name="street-empty", setting=Setting.SHOP_STREET, light=Light.RAIN, seed=22, seconds=24, headlights_s=(5.0, 16.0)),
    FilmSpec(name="park-empty", setting=Setting.PARK_BENCH, light=Light.INFRARED, seed=23, seconds=24),
    FilmSpec(name="underpass-empty", setting=Setting.UNDERPASS, light=Light.NIGHT, seed=24, seconds=24),
)


def film_path(folder: Path, spec: FilmSpec) -> Path:
    """Where a film of the city lies."""
    return folder / f"{spec.name}.mp4"


def missing_films(folder: Path) -> list[FilmSpec]:
    """Return those not drawn yet, the longest first."""
    return sorted(
        (s for s in CITY_FILMS if not (film_path(folder, s).exists() and truth_path(film_path(folder, s)).exists())),
        key=lambda s: -s.seconds,
    )


def _draw(spec: FilmSpec, folder: Path) -> str:
    draw_film(spec, film_path(folder, spec))
    return spec.name


def draw_city_films(folder: Path, workers: int | None = None) -> Iterator[str]:
    """Draw what is missing, a process per core, and yield each name when it is done. About a minute of one core for all of them."""
    missing = missing_films(folder)
    if not missing:
        return
    with ProcessPoolExecutor(workers or min(4, os.cpu_count() or 1)) as pool:
        yield from pool.map(_draw, missing, [folder] * len(missing))
