"""Opens weights that set-up made, after comparing them with its record."""

import hashlib
import json
from pathlib import Path

import onnxruntime  # type: ignore[import-untyped]

from camera_adapters.vision.errors import DetectorMissingError, DetectorTamperedError

RECORD_FILE = "detector.json"


def checked_weights(folder: Path, name: str) -> bytes:
    """Return the bytes of `folder / name`.

    Raises:
        DetectorMissingError: the file or the record is not there.
        DetectorTamperedError: its sha256 is not the recorded one.
    """
    try:
        made = json.loads((folder / RECORD_FILE).read_text())["made"]
        expected = made[name]
        content = (folder / name).read_bytes()
    except (OSError, ValueError, KeyError, TypeError) as err:
        raise DetectorMissingError(f"{folder} holds no {name} with a record of it ({err!r})") from err
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise DetectorTamperedError(f"{folder / name} has sha256 {found}, set-up recorded {expected}")
    return content


def open_session(weights: bytes) -> onnxruntime.InferenceSession:
    """One thread: two workers of one thread beat one of two, and a camera's cost stays countable."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
