"""What attacks need besides the product and its tests: Schemathesis, and Atheris where there is one for this Python."""

import sys

from nuandeng.checkout import cache_dir
from nuandeng.setup.python_packages import LOCKS, install_into
from nuandeng.setup.steps import Progress, Step

TOOLS = cache_dir() / "fuzz-tools"


def reach() -> None:
    """Let this process import them, behind everything that it has already."""
    if str(TOOLS) not in sys.path:
        sys.path.append(str(TOOLS))


def step() -> Step:
    """Unpack the wheels of their lock into a folder of their own: they are heavy, and nothing else needs them."""
    return Step(
        name="fuzz-tools", title="tools for hostile input", inputs=(LOCKS / "fuzz.txt",), settings=(sys.version,), outputs=(TOOLS,),
        run=lambda: install_into(TOOLS, "fuzz.txt"),
    )  # fmt: skip


if __name__ == "__main__":
    Progress(steps=1).perform(step())
