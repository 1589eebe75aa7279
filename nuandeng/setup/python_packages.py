"""Virtual environments from the hashed lock files, through uv, which itself comes from a hashed lock."""

import os
import subprocess
from pathlib import Path

from nuandeng.checkout import ROOT, cache_dir
from nuandeng.setup.steps import Step, python_running, run

LOCKS = ROOT / "requirements"
VENV = ROOT / ".venv"


def python_of(venv: Path) -> Path:
    """The interpreter in a virtual environment."""
    return venv / "bin" / "python"


def installer() -> Path:
    """The venv that holds uv and pip."""
    return cache_dir() / "installer"


def setup_venv() -> Path:
    """The venv of what converts weights; nothing at run time imports from it."""
    return cache_dir() / "setup-venv"


def installer_step() -> Step:
    """pip's one job: install uv."""

    def make() -> None:
        run([python_running(), "-m", "venv", "--clear", installer()], log="installer-venv", hint="Is the package python3-venv installed?")
        run(
            [python_of(installer()), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", LOCKS / "uv.txt"],
            log="installer",
            hint="Can this machine reach its Python package index?",
        )

    return Step(
        name="installer", title="the installer (uv)", inputs=(LOCKS / "uv.txt",), settings=(os.fspath(python_running()),),
        outputs=(installer(), installer() / "bin" / "uv"), run=make,
    )  # fmt: skip


def product_step(*, tests: bool) -> Step:
    """`.venv`: exactly what the lock file names, and the checkout itself."""
    name, lock = ("test-packages", "test.txt") if tests else ("packages", "runtime.txt")

    def make() -> None:
        make_venv(VENV, lock, log=name)
        uv(
            "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--python", python_of(VENV), "--editable", ROOT,
            log=f"{name}-product",
        )  # fmt: skip

    return Step(
        name=name,
        title="Python packages",
        inputs=(LOCKS / lock, ROOT / "pyproject.toml"),
        settings=(os.fspath(python_running()),),
        outputs=(VENV,),
        run=make,
    )


def make_venv(venv: Path, lock: str, *, log: str) -> None:
    """Bring a virtual environment to exactly what a lock file names; the product's is compiled, for a quick start. Raises StepError."""
    if not python_of(venv).exists():
        uv("venv", "--quiet", "--clear", "--python", python_running(), venv, log=f"{log}-venv")
    compiled = ("--compile-bytecode",) if venv == VENV else ()
    uv("pip", "sync", "--quiet", *compiled, "--require-hashes", "--python", python_of(venv), LOCKS / lock, log=log)


def install_into(folder: Path, lock: str) -> None:
    """Unpack the wheels of a lock file into a plain folder."""
    uv(
        "pip",
        "install",
        "--quiet",
        "--require-hashes",
        "--python",
        python_of(installer()),
        "--target",
        folder,
        "-r",
        LOCKS / lock,
        log=folder.name,
    )


def uv(*arguments: str | Path, log: str) -> None:
    """Run uv against the index that pip is configured for: uv does not read pip's settings itself."""
    run(
        [installer() / "bin" / "uv", *arguments],
        log=log,
        env={"UV_SYSTEM_CERTS": "1", "UV_LINK_MODE": "copy", **_pips_index()},
        hint="Can this machine reach its Python package index?",
    )


def _pips_index() -> dict[str, str]:
    if "UV_DEFAULT_INDEX" in os.environ or "UV_INDEX_URL" in os.environ:
        return {}
    said = subprocess.run(
        [python_of(installer()), "-m", "pip", "config", "get", "global.index-url"], capture_output=True, text=True, check=False
    ).stdout.strip()
    return {"UV_DEFAULT_INDEX": said} if said else {}
