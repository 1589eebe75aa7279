"""Drawn films are the same every time, come round without a jump, decode as a camera's do, and hold the people they promise."""

from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from nuandeng.city.streets.cast import Action, Part, Prop, on_stage_s
from nuandeng.city.streets.film import draw_film, truth_path
from nuandeng.city.streets.light import Light
from nuandeng.city.streets.programme import CITY_FILMS, draw_city_films, film_path
from nuandeng.city.streets.scene import FilmSpec, Scene, Setting
from nuandeng.city.streets.things import Thing

SHORT = FilmSpec(
    name="short",
    setting=Setting.PARK_BENCH,
    light=Light.SNOW,
    seed=3,
    seconds=8,
    parts=(Part(person=3, action=Action.LYING, x=300, y=420, arrives_s=2, leaves_s=6, walks=False),),
    props=(Prop(thing=Thing.BOX, x=520, y=440, appears_s=3),),
)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SHORT, drawn."""
    path = tmp_path_factory.mktemp("films") / "short.mp4"
    draw_film(SHORT, path)
    return path


def test_a_film_is_what_a_camera_sends(film: Path) -> None:
    """H.264, 704 x 576, 25 pictures a second, a keyframe every two seconds, nothing to reorder."""
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.width, stream.height) == ("h264", 704, 576)
        assert stream.average_rate == 25
        packets = [packet for packet in container.demux(stream) if packet.size]
    assert len(packets) == 8 * 25
    assert [number for number, packet in enumerate(packets) if packet.is_keyframe] == [0, 50, 100, 150]
    assert all(packet.pts == packet.dts for packet in packets)


def test_the_same_specification_gives_the_same_bytes(film: Path, tmp_path: Path) -> None:
    """On this machine, twice."""
    draw_film(SHORT, tmp_path / "again.mp4")
    assert (tmp_path / "again.mp4").read_bytes() == film.read_bytes()
    assert truth_path(tmp_path / "again.mp4").read_bytes() == truth_path(film).read_bytes()


def test_the_truth_says_who_is_where_each_second(film: Path) -> None:
    """And the pixels agree: something stands out in the box."""
    scene = Scene(SHORT)
    assert [len(scene.truth(float(second))) for second in range(8)] == [0, 0, 1, 1, 1, 1, 0, 0]
    assert truth_path(film).read_text().count('"lying"') == 4
    x0, y0, x1, y1 = scene.truth(4.0)[0].box
    before, after = scene.empty().astype(int), scene.picture(4.0).astype(int)
    assert np.abs(before - after)[y0:y1, x0:x1].mean() > 3 * np.abs(before - after)[60:200, 400:].mean()


def test_a_film_that_could_not_begin_again_is_refused(tmp_path: Path) -> None:
    """An odd length would leave a gap before the next keyframe."""
    with pytest.raises(ValueError, match="multiple of 2"):
        draw_film(FilmSpec(name="odd", setting=Setting.UNDERPASS, light=Light.NIGHT, seed=1, seconds=7), tmp_path / "odd.mp4")
    assert list(tmp_path.iterdir()) == []


def test_the_city_has_fourteen_films_with_somebody_to_help_early_on() -> None:
    """At least three lie or stand within ten seconds of the start and stay for a minute or more."""
    assert len(CITY_FILMS) == 14
    assert len({spec.name for spec in CITY_FILMS}) == 14
    staying = [
        part
        for spec in CITY_FILMS
        for part in spec.parts
        if part.action is not Action.WALKING and part.arrives_s <= 10 and part.leaves_s - part.arrives_s >= 60
    ]
    assert sum(part.action is Action.LYING for part in staying) >= 3
    assert sum(part.action is Action.STANDING for part in staying) >= 2
    assert sum(not spec.parts for spec in CITY_FILMS) >= 3


@pytest.mark.parametrize("spec", CITY_FILMS, ids=lambda spec: spec.name)
def test_city_films_come_round_without_a_jump(spec: FilmSpec) -> None:
    """Everybody has come and gone within the film, and snow and rain have fallen by whole heights."""
    scene = Scene(spec)
    for part in spec.parts:
        begins_s, ends_s = on_stage_s(part, scene.height_px(part))
        assert begins_s >= 0
        assert ends_s <= spec.seconds
    last, first, second = (scene.luma_chroma(n)[60:576].astype(int) for n in (scene.frames - 1, 0, 1))
    usual = max(np.abs(first - second).mean(), 0.5)
    assert np.abs(last - first).mean() < 1.6 * usual


def test_walkers_walk(film: Path) -> None:
    """They cross the picture at a walk, without jumps."""
    part = Part(person=8, action=Action.WALKING, y=430, arrives_s=0.0)
    scene = Scene(FilmSpec(name="walk", setting=Setting.UNDERPASS, light=Light.NIGHT, seed=1, seconds=20, parts=(part,)))
    middles = [(seen.box[0] + seen.box[2]) / 2 for at_s in np.arange(1.5, 6, 0.5) for seen in scene.truth(float(at_s))]
    steps = [after - before for before, after in pairwise(middles)]
    assert len(steps) >= 6
    assert min(steps) > 0.2 * scene.height_px(part)
    assert max(steps) < 0.6 * scene.height_px(part)


def test_only_missing_films_are_drawn(tmp_path: Path) -> None:
    """A second start draws nothing."""
    for spec in CITY_FILMS:
        film_path(tmp_path, spec).touch()
        truth_path(film_path(tmp_path, spec)).touch()
    assert list(draw_city_films(tmp_path)) == []
