"""Runs the platform: holds the data directory, builds the parts, supervises them until the end."""

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path

from nuandeng.data_dir import NEEDED_TO_RUN_MB, NEEDED_TO_START_MB, check_room, held
from nuandeng.embedded.guard import Guard
from nuandeng.installation import Installation
from nuandeng.platform_parts import platform_parts
from nuandeng.settings import Settings
from nuandeng.supervisor import Part, Supervisor
from nuandeng.supervisor.lines import Terminal
from nuandeng.supervisor.supervisor import run_parts


def run_platform(
    settings: Settings,
    *,
    demo: bool = False,
    more_parts: Callable[[Installation], Sequence[Part]] = lambda _installation: (),
    when_ready: Callable[[Installation], None] = lambda _installation: None,
) -> None:
    """Run until SIGINT or SIGTERM; prints `ready URL` when every part is.

    Args:
        more_parts: parts beside the platform's own, such as the demo city's. when_ready: called before `ready` is printed.
    Raises:
        PlatformError: it could not start or go on; whatever ran was stopped in order.
    """
    folder = Path(settings.data_dir)
    with held(folder) as lock, contextlib.ExitStack() as held_ports:
        check_room(folder, NEEDED_TO_START_MB)
        installation = held_ports.enter_context(contextlib.closing(Installation(settings, demo=demo)))
        terminal = Terminal()

        def announce() -> None:
            when_ready(installation)
            terminal.plain(f"ready {installation.url}")

        def supervisor() -> Supervisor:
            return Supervisor(
                [*platform_parts(installation), *more_parts(installation)],
                log_dir=installation.log_dir,
                terminal=terminal,
                guard=Guard(keep_open=(lock,)),
                when_ready=announce,
                alarm=lambda: check_room(folder, NEEDED_TO_RUN_MB),
            )

        run_parts(supervisor)
