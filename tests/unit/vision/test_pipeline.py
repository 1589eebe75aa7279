"""The pipeline finds people, says how they are, goes on saying so, and asks for frames only when it must."""

import numpy as np
import numpy.typing as npt
import pytest

from camera_adapters.vision import CameraPipeline, Detection, Detector, FrameShapeError, VisionSettings, luma_of
from camera_adapters.vision.boxes import overlap
from camera_adapters.vision.settings import SweepSettings
from contracts.terms import Posture
from nuandeng.city.streets.cast import Action, Part
from nuandeng.city.streets.light import Light
from nuandeng.city.streets.scene import FilmSpec, Scene, Setting

SIZE = (704, 576)
NO_SWEEP = VisionSettings(sweep=SweepSettings(every_s=1e6, every_dark_s=1e6))


def scene_of(*parts: Part, light: Light = Light.NIGHT, setting: Setting = Setting.BUS_SHELTER) -> Scene:
    return Scene(FilmSpec(name="pipeline", setting=setting, light=light, seed=4, seconds=300, parts=parts))


def watch(scene: Scene, detector: Detector, seconds: range, settings: VisionSettings | None = None) -> dict[int, list[Detection]]:
    """Look every two seconds; return the alarms of each look."""
    pipeline = CameraPipeline(detector, settings or VisionSettings(), SIZE)
    found = {}
    for at_s in seconds:
        frame = scene.picture(float(at_s))
        found[at_s] = [d for d in pipeline.step(float(at_s), luma_of(frame), lambda frame=frame: frame) if d.alarm]  # type: ignore[misc]
    return found


def lying(**changes: float) -> Part:
    return Part(person=21, action=Action.LYING, x=300, y=430, arrives_s=30, leaves_s=300, walks=False, **changes)  # type: ignore[arg-type]


def test_someone_lying_at_night_is_found_and_said_to_lie(detector: Detector) -> None:
    """Within ten seconds of appearing, and then reported at least every six while they do not move."""
    scene = scene_of(lying())
    found = watch(scene, detector, range(0, 80, 2))
    truth = scene.truth(50.0)[0].box
    reported = [at_s for at_s, alarms in found.items() if any(overlap(d.box, truth) > 0.4 for d in alarms)]
    assert reported
    assert reported[0] <= 40
    assert max(np.diff(reported)) <= 6
    postures = [d.posture for alarms in found.values() for d in alarms if overlap(d.box, truth) > 0.4]
    assert postures.count(Posture.LYING) >= 0.8 * len(postures)
    assert Posture.UPRIGHT not in postures
    assert not any(alarms for at_s, alarms in found.items() if at_s < 30)


def test_someone_standing_in_snow_is_said_to_be_upright(detector: Detector) -> None:
    """Snow falls through the picture all the time and is nobody."""
    scene = scene_of(Part(person=5, action=Action.STANDING, x=420, y=420, arrives_s=30, leaves_s=300, walks=False), light=Light.SNOW)
    found = watch(scene, detector, range(0, 60, 2))
    assert any(d.posture is Posture.UPRIGHT for alarms in found.values() for d in alarms)
    assert not any(alarms for at_s, alarms in found.items() if at_s < 30)


def test_somebody_who_was_there_first_is_found_by_the_sweep(detector: Detector) -> None:
    """The gate cannot see who belongs to its first picture; the first look sweeps."""
    part = Part(person=5, action=Action.STANDING, x=350, y=460, arrives_s=0, leaves_s=300, walks=False, scale=1.2)
    scene = scene_of(part, light=Light.CLOUD)
    found = watch(scene, detector, range(0, 40, 2))
    assert found[0] or found[2] or found[4]
    assert sum(bool(alarms) for alarms in found.values()) >= 7


def test_an_empty_street_asks_for_no_frame(detector: Detector) -> None:
    """Once the sweep is done, luma alone is enough."""
    scene = scene_of(light=Light.CLOUD)
    pipeline = CameraPipeline(detector, NO_SWEEP, SIZE)
    asked = []
    for at_s in range(0, 60, 2):
        frame = scene.picture(float(at_s))

        def whole(frame: npt.NDArray[np.uint8] = frame, at_s: int = at_s) -> npt.NDArray[np.uint8]:
            asked.append(at_s)
            return frame

        assert pipeline.step(float(at_s), luma_of(frame), whole) == []
    assert asked == [0]
    assert not pipeline.attentive


def test_the_same_film_gives_the_same_answers(detector: Detector) -> None:
    """No clock and no chance inside."""
    scene = scene_of(lying())
    assert watch(scene, detector, range(24, 40, 2)) == watch(scene, detector, range(24, 40, 2))


def test_looks_too_close_together_are_let_go(detector: Detector) -> None:
    """A camera at 25 pictures a second costs no more than one at one."""
    frame = scene_of().picture(0.0)
    pipeline = CameraPipeline(detector, VisionSettings(), SIZE)
    for number in range(26):
        pipeline.step(number / 25, luma_of(frame), lambda: frame)
    assert pipeline.counts.looks == 2


@pytest.mark.parametrize("shape", [(576, 704), (575, 704, 3), (1080, 1920, 3)])
def test_another_frame_size_is_refused(detector: Detector, shape: tuple[int, ...]) -> None:
    """A camera that changes its resolution gets a new pipeline, never a wrong box."""
    pipeline = CameraPipeline(detector, VisionSettings(), SIZE)
    with pytest.raises(FrameShapeError, match="704 x 576"):
        pipeline.step(0.0, np.full((144, 176), 90, np.uint8), lambda: np.zeros(shape, np.uint8))


def test_a_bad_luma_changes_nothing(detector: Detector) -> None:
    """The next good look is as if it never was."""
    pipeline = CameraPipeline(detector, VisionSettings(), SIZE)
    with pytest.raises(FrameShapeError):
        pipeline.step(0.0, np.zeros((10, 10), np.uint8), lambda: np.zeros((576, 704, 3), np.uint8))
    assert pipeline.counts.looks == 0
    with pytest.raises(FrameShapeError):
        CameraPipeline(detector, VisionSettings(), (16, 16))


@pytest.mark.parametrize("size", [(352, 288), (1280, 720), (703, 575)])
def test_other_resolutions_work(detector: Detector, size: tuple[int, int]) -> None:
    """Boxes are in the camera's own pixels."""
    import cv2  # noqa: PLC0415 - only here

    part = Part(person=5, action=Action.STANDING, x=352, y=470, arrives_s=4, leaves_s=300, walks=False, scale=1.3)
    scene = scene_of(part, light=Light.CLOUD)
    pipeline = CameraPipeline(detector, VisionSettings(), size)
    found: list[Detection] = []
    for at_s in range(0, 16, 2):
        frame = np.asarray(cv2.resize(scene.picture(float(at_s)), size), np.uint8)
        found += [d for d in pipeline.step(float(at_s), luma_of(frame), lambda frame=frame: frame) if d.alarm]  # type: ignore[misc]
    truth = scene.truth(10.0)[0].box
    scaled = (truth[0] * size[0] / 704, truth[1] * size[1] / 576, truth[2] * size[0] / 704, truth[3] * size[1] / 576)
    assert any(overlap(d.box, scaled) > 0.4 for d in found)
