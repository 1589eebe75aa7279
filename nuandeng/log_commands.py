"""Commands on the log: dead letters, replay, audit. They use the running platform's broker, or start the broker alone."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import psutil
import typer

from contracts.runtime import Runtime, decode_runtime
from nuandeng.data_dir import held, holder
from nuandeng.embedded.guard import Guard
from nuandeng.embedded.server_process import ServerProcess
from nuandeng.failures import DataDirBrokenError
from nuandeng.installation import TOOLS, Installation
from nuandeng.settings import Settings
from stream.deadletters import list_dead_letters, resend_dead_letter, show_dead_letter

deadletters_app = typer.Typer(no_args_is_help=True, help="Records that could not be read or decided.")

DataDir = Annotated[Path, typer.Option("--data-dir", metavar="DIR", help="The installation's data directory.")]


@contextlib.contextmanager
def opened(data_dir: Path) -> Iterator[Runtime]:
    """A runtime whose broker answers: of the running platform, or of a broker started for as long as this lasts.

    Raises:
        DataDirBrokenError: nothing was ever recorded there. PlatformError: the broker did not start.
    """
    folder = data_dir.resolve()
    pid = holder(folder)
    if pid is not None and psutil.pid_exists(pid):
        try:
            running = decode_runtime((folder / "run" / f"{TOOLS}.json").read_bytes())
        except (OSError, msgspec.MsgspecError) as err:
            raise DataDirBrokenError(f"{folder} is in use by process {pid}, which says nothing about itself: {err}.") from err
        yield running
        return
    if not (folder / "kafka" / "log").exists():
        raise DataDirBrokenError(f"{folder} holds no log.")
    with held(folder) as lock:
        installation = Installation(Settings(data_dir=str(folder)))
        node = installation.kafka
        assert node is not None  # noqa: S101 - the default settings start one
        node.prepare()
        guard = Guard(keep_open=(lock,))
        log = folder / "logs" / "kafka-tools.log"
        log.parent.mkdir(exist_ok=True)
        process = ServerProcess(name="kafka", argv=node.argv(), env={}, log=log, guard=guard)
        try:
            process.start(node.answers)
            yield installation.runtime
        finally:
            process.stop()
            guard.close()


@deadletters_app.command("list")
def list_(data_dir: DataDir) -> None:
    """One line each: number, reason, source."""
    with opened(data_dir) as runtime:
        for number, letter in list_dead_letters(runtime):
            typer.echo(f"{number:>6}  {letter.reason:<24} {letter.source}  {letter.detail}")


@deadletters_app.command()
def show(number: int, data_dir: DataDir) -> None:
    """All of one, its bytes in base64."""
    with opened(data_dir) as runtime:
        typer.echo(msgspec.json.format(msgspec.json.encode(show_dead_letter(runtime, number)), indent=2).decode())


@deadletters_app.command()
def resend(number: int, data_dir: DataDir) -> None:
    """Send it again to the topic it came from."""
    with opened(data_dir) as runtime:
        typer.echo(f"sent to {resend_dead_letter(runtime, number)}")
