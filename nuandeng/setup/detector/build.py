"""The whole build: sources checked, converted, calibrated, recorded."""

import json
import os
import tempfile
import time
from pathlib import Path

import onnx

from nuandeng.setup.detector.converter import Converter
from nuandeng.setup.detector.graph import read_graph
from nuandeng.setup.detector.quantisation import quantise
from nuandeng.setup.detector.sources import (
    CENTERFACE_SHA256,
    NANODET_BIN_SHA256,
    NANODET_JSON_SHA256,
    centerface_file,
    nanodet_files,
    sha256,
)

DETECTOR_FILE, FACES_FILE, RECORD_FILE = "nanodet-g-int8.onnx", "centerface.onnx", "detector.json"
_FORMAT = 1


def any_size(content: bytes) -> bytes:
    """Return the face detector's model with open batch, height and width: as published it is for 32 x 32 px only."""
    model = onnx.load_from_string(content)
    del model.graph.value_info[:]
    # Initialisers listed as inputs as well keep the runtime from folding them.
    constants = {constant.name for constant in model.graph.initializer}
    for entry in [entry for entry in model.graph.input if entry.name in constants]:
        model.graph.input.remove(entry)
    for entry, names in [
        (model.graph.input[0], {0: "n", 2: "h", 3: "w"}),
        *((output, {0: "n", 2: "oh", 3: "ow"}) for output in model.graph.output),
    ]:
        dimensions = entry.type.tensor_type.shape.dim
        for axis, name in names.items():
            dimensions[axis].ClearField("dim_value")
            dimensions[axis].dim_param = name
    return bytes(model.SerializeToString())


def build(package: Path, faces: Path | None, out: Path) -> dict[str, float]:
    """Make the weights in `out` and return what each step took in seconds. `detector.json` is written last.

    Raises:
        SourceError: a source is missing or is not the locked one.
        UnknownOperationError: the graph cannot be converted.
    """
    took: dict[str, float] = {}
    began = time.monotonic()
    out.mkdir(parents=True, exist_ok=True)
    topology, weights = nanodet_files(package)
    face_model = centerface_file(faces) if faces is not None else None
    nodes, values = read_graph(topology, weights)
    model = Converter(nodes, values).convert()
    took["convert"] = time.monotonic() - began
    with tempfile.TemporaryDirectory(dir=out) as scratch:
        quantised = quantise(model, Path(scratch))
    took["calibrate"] = time.monotonic() - began - took["convert"]
    made = {DETECTOR_FILE: bytes(quantised.SerializeToString())}
    sources = {"nanodet.json": NANODET_JSON_SHA256, "nanodet.bin": NANODET_BIN_SHA256}
    if face_model is not None:
        made[FACES_FILE] = any_size(face_model)
        sources["centerface.onnx"] = CENTERFACE_SHA256
    for name, content in made.items():
        _write(out / name, content)
    record = {"format": _FORMAT, "made_from": sources, "made": {name: sha256(content) for name, content in made.items()}}
    _write(out / RECORD_FILE, json.dumps(record, indent=1, sort_keys=True).encode())
    took["all"] = time.monotonic() - began
    return took


def _write(path: Path, content: bytes) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_bytes(content)
    part.replace(path)
