"""`nuandeng backup DIR` and `nuandeng restore DIR`."""

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from aiokafka.errors import KafkaError

from contracts.errors import StoreAwayError
from nuandeng.keeping.backup import back_up
from nuandeng.keeping.restore import restore
from nuandeng.log_commands import DataDir, opened


class Brokers(StrEnum):
    """As typed."""

    ONE = "1"
    THREE = "3"


def backup_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Empty or not there yet. Whoever has it can read what is sealed.")],
    data_dir: DataDir,
    evidence: Annotated[bool, typer.Option("--evidence/--no-evidence", help="Copy the pictures too.")] = True,
) -> None:
    """Copy the log, keys, secrets, checkpoints and pictures, while the platform runs or not."""
    with opened(data_dir) as runtime:
        try:
            made = back_up(runtime, folder.resolve(), evidence=evidence)
        except (KafkaError, TimeoutError) as err:
            raise StoreAwayError(f"Kafka does not answer: {err}.") from err
    if evidence and not made.evidence:
        typer.echo("The pictures lie in a store of their own and are not in this backup.")
    typer.echo(f"{sum(made.records.values())} records, digest {made.digest}")


def restore_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="What `nuandeng backup` wrote.")],
    data_dir: DataDir,
    erased: Annotated[
        list[Path] | None,
        typer.Option("--erased", metavar="FILE", help="A newer list of the erased: the file `erased` of the lost directory, or a copy."),
    ] = None,
    brokers: Annotated[Brokers, typer.Option("--brokers", help="How many brokers shall hold the log from now on.")] = Brokers.ONE,
) -> None:
    """Restore into an empty data directory. Whoever was erased, by the backup's list or the one you give, stays erased."""
    try:
        done = restore(folder.resolve(), data_dir.resolve(), erased or (), brokers=3 if brokers is Brokers.THREE else 1)
    except (KafkaError, TimeoutError) as err:
        raise StoreAwayError(f"Kafka does not answer: {err}.") from err
    made = dt.datetime.fromtimestamp(done.manifest.made_at_ms / 1000, dt.UTC).isoformat(timespec="seconds")
    verified = done.verified
    typer.echo(f"{verified.records} records, {verified.checkpoints} checkpoints, all as they must be, digest {done.manifest.digest}")
    typer.echo(f"of the erased, this backup still held {done.lost.keys} keys, {done.lost.pictures} pictures, {done.lost.secrets} secrets")
    if not erased:
        typer.echo(f"Whoever was erased after {made} out of this backup's reach is back unless you restore with --erased.")
