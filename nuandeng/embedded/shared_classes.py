"""Where the archive of Kafka's classes lies, and the argument that makes the JVM use it."""

import hashlib
from functools import lru_cache
from pathlib import Path

from nuandeng.checkout import cache_dir
from nuandeng.embedded.jars import jars_dir


def classes_dir() -> Path:
    """The folder of archives."""
    return cache_dir() / "kafka-classes"


def archive_of(java: Path) -> Path:
    """Where the archive of this Java and of the locked jars is, or would be. A Java that was replaced has another one."""
    real = java.resolve()
    seen = real.stat()
    digest = hashlib.sha256(f"{real}\0{seen.st_size}\0{seen.st_mtime_ns}\0{jars_dir()}".encode()).hexdigest()[:12]
    return classes_dir() / f"{digest}.jsa"


@lru_cache(maxsize=8)
def shared_classes(java: Path) -> tuple[str, ...]:
    """Return the JVM's arguments: none without an archive. One that does not fit the JVM is passed over by it."""
    archive = archive_of(java)
    return (f"-XX:SharedArchiveFile={archive}", "-Xshare:auto") if archive.exists() else ()
