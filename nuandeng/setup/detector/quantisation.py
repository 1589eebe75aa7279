"""From float weights to int8, calibrated on drawn streets."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import onnx
from onnxruntime.quantization import (  # type: ignore[import-untyped]
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process  # type: ignore[import-untyped]

from nuandeng.city.streets.cast import Action, Part
from nuandeng.city.streets.light import Light
from nuandeng.city.streets.scene import FilmSpec, Scene, Setting

SCENES = 24
_SIDE_PX = 416
# As camera_adapters.vision.detector feeds it. Source: NanoDet-g's configuration (BGR, ImageNet statistics).
_MEAN = np.array([103.53, 116.28, 123.675], np.float32)
_DEVIATION = np.array([57.375, 57.12, 58.395], np.float32)
_LIGHTS = (Light.DAY, Light.CLOUD, Light.NIGHT, Light.SNOW, Light.INFRARED, Light.RAIN)
_ACTIONS = (Action.STANDING, Action.STANDING, Action.WALKING, Action.LYING, Action.SITTING)


def drawn_scenes() -> Iterator[npt.NDArray[np.uint8]]:
    """Yield SCENES pictures (576, 704, 3) of people near and far in every light."""
    settings = tuple(Setting)
    for number in range(SCENES):
        rng = np.random.default_rng(1000 + number)
        parts = tuple(
            Part(
                person=number * 10 + k,
                action=_ACTIONS[rng.integers(len(_ACTIONS))],
                x=float(rng.uniform(60, 640)),
                y=float(rng.uniform(280, 560)),
                arrives_s=0.0,
                walks=False,
                from_left=bool(rng.random() < 0.5),
                degrees=float(rng.choice([90, -90]) + rng.uniform(-20, 20)),
                scale=float(rng.uniform(0.8, 1.7)),
            )
            for k in range(6)
        )
        scene = Scene(
            FilmSpec(
                name="CALIBRATION",
                setting=settings[number % len(settings)],
                light=_LIGHTS[number % len(_LIGHTS)],
                seed=number,
                seconds=60,
                parts=parts,
            )
        )
        yield scene.picture(float(rng.uniform(2, 6)))


def network_input(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Letterbox a BGR picture to (1, 3, 416, 416)."""
    factor = _SIDE_PX / max(picture.shape[:2])
    small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    canvas = np.zeros((_SIDE_PX, _SIDE_PX, 3), np.float32)
    canvas[: small.shape[0], : small.shape[1]] = small
    return np.ascontiguousarray(((canvas - _MEAN) / _DEVIATION).transpose(2, 0, 1)[None], np.float32)


class _Scenes(CalibrationDataReader):  # type: ignore[misc] # onnxruntime has no types
    def __init__(self) -> None:
        self._pictures = drawn_scenes()

    def get_next(self) -> dict[str, Any] | None:
        picture = next(self._pictures, None)
        return None if picture is None else {"images": network_input(picture)}


def quantise(model: onnx.ModelProto, scratch: Path) -> onnx.ModelProto:
    """Return the model with its convolutions in int8, per channel. The heads' stay float32: scores near the threshold need their digits."""
    plain, prepared, made = (scratch / name for name in ("plain.onnx", "prepared.onnx", "int8.onnx"))
    onnx.save(model, str(plain))
    quant_pre_process(str(plain), str(prepared), skip_symbolic_shape=True)
    graph = onnx.load(str(prepared)).graph
    consumers: dict[str, set[str]] = {}
    for node in graph.node:
        for name in node.input:
            consumers.setdefault(name, set()).add(node.op_type)
    heads = [node.name for node in graph.node if node.op_type == "Conv" and consumers.get(node.output[0], set()) & {"Split", "Sigmoid"}]
    quantize_static(
        str(prepared),
        str(made),
        _Scenes(),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        op_types_to_quantize=["Conv"],
        nodes_to_exclude=heads,
        calibrate_method=CalibrationMethod.MinMax,
    )
    return onnx.load(str(made))
