"""The pipeline on coded footage, decoded as the adapters do it: drawn film always, real pedestrians where they are at hand."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from camera_adapters.vision import CameraPipeline, Detection, Detector, VisionSettings, luma_of
from camera_adapters.vision.boxes import Box, inside_share, overlap
from contracts.terms import Posture
from nuandeng.city.streets.cast import Action, Part, Prop
from nuandeng.city.streets.film import draw_film
from nuandeng.city.streets.light import Light
from nuandeng.city.streets.scene import FilmSpec, Scene, Setting
from nuandeng.city.streets.things import Thing
from tests.unit.vision.weights import weights_folder

Picture = npt.NDArray[np.uint8]


@pytest.fixture(scope="module")
def detector() -> Detector:
    """The real one."""
    return Detector.load(weights_folder())


def keyframes(path: Path, every_s: float) -> Iterator[tuple[float, Picture]]:
    """Yield (seconds, BGR) of keyframes at least every_s apart."""
    next_s = 0.0
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.skip_frame = "NONKEY" if path.suffix == ".mp4" else "DEFAULT"
        for frame in container.decode(stream):
            at_s = float((frame.pts or 0) * (stream.time_base or 1))
            if at_s >= next_s:
                next_s = at_s + every_s - 0.01
                yield at_s, np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)


def watched(path: Path, detector: Detector, size: tuple[int, int]) -> Iterator[tuple[float, Picture, list[Detection], list[Box]]]:
    """Yield (seconds, picture, alarms, where people are known to be)."""
    pipeline = CameraPipeline(detector, VisionSettings(), size)
    for at_s, picture in keyframes(path, 2.0):
        found = pipeline.step(at_s, luma_of(picture), lambda picture=picture: picture)  # type: ignore[misc]
        yield at_s, picture, [d for d in found if d.alarm], pipeline.known_people()


def test_drawn_film_a_cold_night(detector: Detector, tmp_path: Path) -> None:
    """In falling snow somebody comes, lies down and stays; a passer-by passes; a box stands there all the time and is nobody."""
    spec = FilmSpec(
        name="night",
        setting=Setting.BUS_SHELTER,
        light=Light.SNOW,
        seed=6,
        seconds=60,
        rate=5,
        drawn_per_s=5,
        parts=(
            Part(person=21, action=Action.LYING, x=300, y=440, arrives_s=14, leaves_s=50, scale=1.15),
            Part(person=22, action=Action.WALKING, y=360, arrives_s=34, from_left=False),
        ),
        props=(Prop(thing=Thing.BOX, x=560, y=420, appears_s=0),),
        headlights_s=(24.0,),
    )
    path = tmp_path / "night.mp4"
    draw_film(spec, path)
    scene = Scene(spec)
    lying_s, walking_s, wrong = [], [], []
    for at_s, _, alarms, _ in watched(path, detector, (704, 576)):
        truth = scene.truth(at_s)
        for alarm in alarms:
            seen = next((person for person in truth if overlap(alarm.box, person.box) > 0.3), None)
            if seen is None:
                wrong.append((at_s, alarm.box))
            elif seen.action is Action.LYING:
                lying_s.append(at_s)
                assert alarm.posture is not Posture.UPRIGHT
            elif seen.person == 22:
                walking_s.append(at_s)
    assert lying_s[0] <= 24
    assert max(np.diff([*lying_s, 50])) <= 6.1
    assert walking_s
    assert wrong == []


def test_real_pedestrians(detector: Detector, shared_footage: Path | None) -> None:
    """Of the people whom the detector sees in the whole frame the pipeline knows nine in ten, looking at small crops only."""
    video = shared_footage / "video" / "vtest.avi" if shared_footage else None
    if video is None or not video.exists():
        pytest.skip("vtest.avi is not beside the checkout; test_drawn_film_a_cold_night is its twin")
    people = known_people = alarms_on_nobody = alarm_count = 0
    for at_s, picture, alarms, known in watched(video, detector, (768, 576)):
        if at_s < 10:
            continue
        if at_s > 50:
            break
        everybody = [(float(r[0]), float(r[1]), float(r[2]), float(r[3])) for r in detector.find(picture, 0.3)]
        clearly = [(float(r[0]), float(r[1]), float(r[2]), float(r[3])) for r in detector.find(picture, 0.5)]
        places = [*known, *(alarm.box for alarm in alarms)]
        people += len(clearly)
        known_people += sum(
            any(overlap(person, place) > 0.3 or inside_share(person, place) > 0.6 for place in places) for person in clearly
        )
        alarm_count += len(alarms)
        alarms_on_nobody += sum(not any(overlap(alarm.box, person) > 0.3 for person in everybody) for alarm in alarms)
        assert not any(alarm.posture is Posture.LYING for alarm in alarms)
    assert people > 50
    assert known_people / people >= 0.88
    assert alarms_on_nobody / alarm_count <= 0.08
