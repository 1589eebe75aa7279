"""Kafka's jars: the locked list, fetched by jgo without a Maven installation, each checked against its sha256.

Locked: what org.apache.kafka:kafka_2.13 needs, Kafka's command-line tools, and the binding that lets Kafka log at all.
"""

import fcntl
import hashlib
import shutil
import tempfile
import tomllib
from collections.abc import Callable
from pathlib import Path

import msgspec

from nuandeng.checkout import ROOT, cache_dir
from nuandeng.failures import SetupMissingError

KAFKA_VERSION = "4.1.1"
LOCK = ROOT / "requirements" / "kafka-jars.toml"


class LockedJar(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One jar by its Maven coordinates and the sha256 (hex) of its bytes."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def filename(self) -> str:
        """The name of the file in the cache."""
        return f"{self.artifact}-{self.version}.jar"


def locked_jars() -> tuple[LockedJar, ...]:
    """The jars of the lock file, in class-path order."""
    return msgspec.convert(tomllib.loads(LOCK.read_text())["jar"], type=tuple[LockedJar, ...])


def jars_dir() -> Path:
    """Where the jars lie once fetched; the name changes with the lock, so a folder that exists is complete."""
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]
    return cache_dir() / "kafka" / f"{KAFKA_VERSION}-{digest}"


def class_path() -> str:
    """The class path to run Kafka with.

    Raises:
        SetupMissingError: the jars were never fetched.
    """
    folder = jars_dir()
    if not folder.is_dir():
        raise SetupMissingError("Kafka's jars are not there.")
    return ":".join(str(folder / jar.filename) for jar in locked_jars())


def fetch_jars(progress: Callable[[int, int], None] = lambda _done, _all: None) -> Path:
    """Fetch every locked jar, check it, and put all of them in place at once.

    Args:
        progress: called with (jars done, jars in all).
    Raises:
        SetupMissingError: a jar's bytes are not the locked ones.
    """
    target = jars_dir()
    target.parent.mkdir(parents=True, exist_ok=True)
    with (target.parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.is_dir():
            staged = Path(tempfile.mkdtemp(prefix=".fetch-", dir=target.parent))
            try:
                _fetch_into(staged, progress)
                staged.rename(target)
            finally:
                shutil.rmtree(staged, ignore_errors=True)
    return target


def _fetch_into(folder: Path, progress: Callable[[int, int], None]) -> None:
    from jgo.config import GlobalSettings  # noqa: PLC0415 - only set-up needs jgo, and it takes long to import
    from jgo.constants import MAVEN_CENTRAL_URL  # noqa: PLC0415
    from jgo.maven import MavenContext  # noqa: PLC0415

    settings = GlobalSettings.load()
    remotes = {"central": MAVEN_CENTRAL_URL, **settings.repositories}
    context = MavenContext(repo_cache=folder / "repository", remote_repos=remotes, timeout=60)
    jars = locked_jars()
    for number, jar in enumerate(jars, start=1):
        fetched = context.project(jar.group, jar.artifact).at_version(jar.version).artifact().resolve()
        found = hashlib.sha256(fetched.read_bytes()).hexdigest()
        if found != jar.sha256:
            raise SetupMissingError(f"{jar.group}:{jar.artifact}:{jar.version} has sha256 {found}, the lock says {jar.sha256}.")
        shutil.move(fetched, folder / jar.filename)
        progress(number, len(jars))
    shutil.rmtree(folder / "repository")


if __name__ == "__main__":
    fetch_jars()
