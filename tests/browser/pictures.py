"""What a camera saw, drawn by the product's own streets: the original and the copy with the head blurred."""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from camera_adapters.vision.blur import blurred, head_regions
from camera_adapters.vision.crops import Turn
from camera_adapters.vision.detection import Detection
from contracts.terms import Posture
from contracts.values import Box
from nuandeng.city.streets.cast import Action
from nuandeng.city.streets.programme import CITY_FILMS
from nuandeng.city.streets.scene import Scene
from nuandeng.city.streets.sheet import HEIGHT_PX, WIDTH_PX

_POSTURES = {Action.LYING: Posture.LYING, Action.SITTING: Posture.UNKNOWN, Action.STANDING: Posture.UPRIGHT}


@dataclass(frozen=True)
class StreetPicture:
    """JPEG bytes, and where the person is."""

    original: bytes
    public: bytes
    box: Box


@cache
def street_picture(film: str, at_s: float = 40.0) -> StreetPicture:
    """A moment of one of the demo city's films. film: its name, such as `shelter-lying`."""
    scene = Scene(next(spec for spec in CITY_FILMS if spec.name == film))
    frame, person = scene.picture(at_s), scene.truth(at_s)[0]
    x0, y0, x1, y1 = (float(edge) for edge in person.box)
    posture = _POSTURES.get(person.action, Posture.UNKNOWN)
    turn = Turn.RIGHT if posture is Posture.LYING else Turn.UPRIGHT
    regions = head_regions(Detection(box=(x0, y0, x1, y1), score=0.8, posture=posture, alarm=True, turn=turn))
    box = Box(x0=x0 / WIDTH_PX, y0=y0 / HEIGHT_PX, x1=x1 / WIDTH_PX, y1=y1 / HEIGHT_PX, score=0.8, posture=posture)
    return StreetPicture(_jpeg(frame), _jpeg(blurred(frame, regions)), box)


def _jpeg(frame: "np.typing.NDArray[np.uint8]") -> bytes:
    return bytes(cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, 85])[1])
