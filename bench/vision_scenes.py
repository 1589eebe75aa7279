"""Drawn sequences with known truth: one person per posture, light and seed, in a street with passers-by and things that are nobody."""

from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

from nuandeng.checkout import cache_dir
from nuandeng.city.streets.cast import Action, Part, Prop
from nuandeng.city.streets.film import draw_film
from nuandeng.city.streets.light import Light
from nuandeng.city.streets.scene import FilmSpec, Setting
from nuandeng.city.streets.things import Thing

FILMS = cache_dir() / "bench-films"
APPEARS_S = 40
SECONDS = 100
THINGS_A_FILM = 2
_WALKS_S = (40, 62, 84)
_SETTINGS = (Setting.BUS_SHELTER, Setting.SHOP_STREET, Setting.PARK_BENCH, Setting.UNDERPASS, Setting.BANK_LOBBY)
OBLIQUE = "lying_oblique"


def sequence(posture: str, light: Light, seed: int) -> FilmSpec:
    """A film of one picture a second, every second one a keyframe. The person in question is number 1000 + seed and appears at once."""
    rng = np.random.default_rng([seed, *posture.encode(), *light.encode()])
    person = 1000 + seed + int(rng.integers(500)) * 10_000
    x, y, scale = float(rng.uniform(110, 600)), float(rng.uniform(300, 520)), float(rng.uniform(0.8, 1.3))
    from_left = bool(rng.random() < 0.5)
    degrees, squash = float(rng.choice([90, -90]) + rng.uniform(-20, 20)), float(rng.uniform(0.75, 1.0))
    if posture == OBLIQUE:
        degrees, squash = float(rng.uniform(0, 360)), float(rng.uniform(0.5, 0.8))
    action = Action.LYING if posture == OBLIQUE else Action(posture)
    if action is Action.WALKING:
        parts = tuple(Part(person=person, action=action, y=y, arrives_s=at_s, from_left=from_left, scale=scale) for at_s in _WALKS_S)
    else:
        parts = (
            Part(
                person=person,
                action=action,
                x=x,
                y=y,
                arrives_s=APPEARS_S,
                leaves_s=SECONDS,
                walks=False,
                degrees=degrees,
                squash=squash,
                scale=scale,
            ),
        )
    # Two things that nobody is, one from the start and one put down later, not in front of the person.
    kinds = rng.permutation(len(Thing))[:THINGS_A_FILM]
    free_x = [column for column in (80.0, 220.0, 360.0, 500.0, 640.0) if abs(column - x) > 130]
    places = rng.permutation(len(free_x))[:THINGS_A_FILM]
    props = tuple(
        Prop(
            thing=tuple(Thing)[kind],
            x=free_x[place],
            y=float(rng.uniform(300, 540)),
            appears_s=appears_s,
            size=float(rng.uniform(0.9, 1.6)),
        )
        for kind, place, appears_s in zip(kinds, places, (0.0, 26.0), strict=True)
    )
    return FilmSpec(
        name=f"{posture}-{seed}",
        setting=_SETTINGS[seed % len(_SETTINGS)],
        light=light,
        seed=seed,
        seconds=SECONDS,
        parts=parts,
        props=props,
        headlights_s=(20, 55, 90),
        rate=1,
        drawn_per_s=1.0,
    )


def film_of(spec: FilmSpec, folder: Path) -> Path:
    """Draw it unless it is there."""
    path = folder / f"{spec.name}-{spec.light}-{spec.setting}.mp4"
    if not path.exists():
        draw_film(spec, path)
    return path


def keyframes(path: Path) -> Iterator[tuple[float, av.VideoFrame]]:
    """Yield (seconds, picture) of every keyframe, as the adapters decode it."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "NONE"
        stream.codec_context.thread_count = 1
        stream.codec_context.skip_frame = "NONKEY"
        for frame in container.decode(stream):
            yield float((frame.pts or 0) * (stream.time_base or 1)), frame


def luma(frame: av.VideoFrame) -> npt.NDArray[np.uint8]:
    """The (144, 176) luma, straight from the decoder's plane."""
    plane = frame.planes[0]
    full = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: frame.height, : frame.width]
    return np.asarray(cv2.resize(full, (176, 144), interpolation=cv2.INTER_AREA), np.uint8)


def bgr(frame: av.VideoFrame) -> npt.NDArray[np.uint8]:
    """The whole picture."""
    return np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
