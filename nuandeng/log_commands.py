"""Commands on the log: dead letters, replay. They use the running platform's broker, or start the broker alone."""

import contextlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from contracts.accounts import TOOLS
from contracts.documents import AnyDocument
from contracts.runtime import Runtime, decode_runtime
from dispatch import State, all_documents
from nuandeng.data_dir import held, in_use_by
from nuandeng.embedded.brokers import running_brokers
from nuandeng.failures import DataDirBrokenError
from nuandeng.installation import Installation
from nuandeng.settings import Settings, WebSettings
from stream.deadletters import list_dead_letters, resend_dead_letter, show_dead_letter
from stream.partition import choose_partitions
from stream.replay import replay, replay_digest

deadletters_app = typer.Typer(no_args_is_help=True, help="Records that could not be read or decided.")

DataDir = Annotated[Path, typer.Option("--data-dir", metavar="DIR", help="The installation's data directory.")]


@contextlib.contextmanager
def opened(data_dir: Path) -> Iterator[Runtime]:
    """A runtime whose broker answers: of the running platform, or of a broker started for as long as this lasts.

    Raises:
        DataDirBrokenError: nothing was ever recorded there. PlatformError: the broker did not start.
    """
    folder = data_dir.resolve()
    pid = in_use_by(folder)
    if pid is not None:
        try:
            running = decode_runtime((folder / "run" / f"{TOOLS}.json").read_bytes())
        except (OSError, msgspec.MsgspecError) as err:
            raise DataDirBrokenError(f"{folder} is in use by process {pid}, which says nothing about itself: {err}.") from err
        if running.kafka.mechanism and TOOLS not in running.kafka.passwords:
            raise DataDirBrokenError(f"Process {pid} on {folder} is of an earlier release, whose accounts are no longer used: restart it.")
        choose_partitions(running.kafka.partitions)
        yield running
        return
    if not (folder / "kafka" / "log").exists():
        raise DataDirBrokenError(f"{folder} holds no log.")
    with held(folder) as lock:
        # Port 0: nothing is served, so that somebody on the usual port is in nobody's way.
        installation = Installation(Settings(data_dir=str(folder), web=WebSettings(port=0)))
        with contextlib.closing(installation), running_brokers(installation, lock, folder / "logs" / "kafka-tools.log"):
            yield installation.runtime


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


def replay_command(
    data_dir: DataDir,
    at: Annotated[
        str | None, typer.Option("--at", metavar="JSON", help='Last offset of each partition, such as {"0": 41, "2": 7}.')
    ] = None,
    until: Annotated[datetime | None, typer.Option("--until", help="The state of a minute: local time.")] = None,
    jurisdiction: Annotated[str | None, typer.Option("--jurisdiction", metavar="CODE", help="This county or city alone.")] = None,
    digest: Annotated[bool, typer.Option("--digest", help="Print nothing but the digest.")] = False,
) -> None:
    """Fold the log from its beginning and print the state, or its digest."""
    try:
        offsets = None if at is None else msgspec.json.decode(at, type=dict[int, int])
    except msgspec.MsgspecError as err:
        raise typer.BadParameter(f"--at: {err}") from err
    until_ms = None if until is None else round(until.astimezone().timestamp() * 1000)
    with opened(data_dir) as runtime:
        if digest:
            typer.echo(replay_digest(runtime, at=offsets, until_ms=until_ms, jurisdiction=jurisdiction).digest)
            return
        found = replay(runtime, at=offsets, until_ms=until_ms, jurisdiction=jurisdiction)
    shown = {
        "offsets": found.offsets, "digest": found.digest, "records": found.records, "ignored": found.ignored,
        "unsound": [one._asdict() for one in found.unsound],
        "states": {name: _shown(state) for name, state in sorted(found.states.items())},
    }  # fmt: skip
    typer.echo(msgspec.json.format(msgspec.json.encode(shown), indent=2).decode())


def _shown(state: State) -> dict[str, object]:
    """A state as its documents, in the read model's form."""
    documents: dict[str, dict[str, AnyDocument]] = {}
    for kind, found in all_documents(state):
        documents.setdefault(kind, {})[found.id] = found
    return {"sequence": state.sequence, "hash": state.head, "documents": documents}
