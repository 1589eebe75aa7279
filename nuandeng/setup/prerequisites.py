"""What the machine must bring, looked for before anything is fetched, each with the line that installs it."""

import ctypes
import importlib.util
import os
import platform
import shutil
import sys
from collections.abc import Iterator

from nuandeng.checkout import ROOT, cache_dir

_NEEDED_MB = 3500
# Library → Debian's package. Wheels of numpy and onnxruntime, and Chromium and Java, expect the machine to have these.
_LIBRARIES = {"libstdc++.so.6": "libstdc++6", "libgcc_s.so.1": "libgcc-s1", "libz.so.1": "zlib1g"}


def missing_prerequisites() -> Iterator[str]:
    """One message for each thing that is missing, with what installs it."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this is where an older one is told so
        yield f"Python {platform.python_version()} is too old: apt-get install python3.11 python3.11-venv, then make PYTHON=python3.11 …"
        return
    series = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            yield f"Python's {module} is missing: apt-get install {series}-venv   (Fedora: dnf install python3-pip)"
            break
    if sys.platform == "linux":
        if platform.libc_ver()[0] != "glibc":
            yield "This machine's C library is not glibc (Alpine?), for which our packages are built: use a Debian, Ubuntu or Fedora."
        for library, package in _LIBRARIES.items():
            if not _loads(library):
                yield f"The shared library {library} is missing: apt-get install {package}"
    if not os.access(ROOT, os.W_OK):
        yield f"{ROOT} cannot be written by this user: chown -R $(id -un) {ROOT}"
        return
    existing = next(path for path in (cache_dir(), *cache_dir().parents) if path.exists())
    free_mb = shutil.disk_usage(existing).free // 1_000_000
    if not (cache_dir() / "stamps").exists() and free_mb < _NEEDED_MB:
        yield f"{existing} has {free_mb} MB free, set-up needs {_NEEDED_MB}: free some, or name another disk by NUANDENG_CACHE=DIR"


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
