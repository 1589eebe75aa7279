"""`nuandeng erase PERSON --reason TEXT`."""

import asyncio
import getpass
from pathlib import Path
from typing import Annotated

import typer
from aiokafka.errors import KafkaError

from contracts.errors import StoreAwayError
from nuandeng.data_dir import in_use_by
from nuandeng.keeping.certificate import write_certificate
from nuandeng.keeping.errors import NotRunningError, ReasonMissingError
from nuandeng.log_commands import DataDir, opened


def erase_command(
    person: Annotated[
        str, typer.Argument(metavar="PERSON", help="A key, a unit, an incident (its reporter and whom it is about) or an account.")
    ],
    data_dir: DataDir,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Stands in the log for ever: write no name into it.")] = "",
    by: Annotated[str | None, typer.Option("--by", metavar="WHO", help="Who ordered it; else the user of this machine.")] = None,
    certificates: Annotated[
        Path | None, typer.Option("--certificates", metavar="DIR", help="Where its certificate goes; else data dir/erasures.")
    ] = None,
) -> None:
    """Destroy a person's keys: unreadable everywhere and for ever, while the log verifies as before."""
    from nuandeng.keeping.erase import erase  # noqa: PLC0415 - brings the web's passwords along; no other command pays for it

    if not reason.strip():
        raise ReasonMissingError("An erasure needs a reason.")
    folder = data_dir.resolve()
    if in_use_by(folder) is None:
        raise NotRunningError(f"No platform runs on {folder}, and the log must say that somebody was erased.")
    with opened(folder) as runtime:
        try:
            certificate = asyncio.run(erase(runtime, person, reason=reason.strip(), by=by or getpass.getuser()))
        except (KafkaError, TimeoutError) as err:
            raise StoreAwayError(f"Kafka does not answer: {err}.") from err
    for written in write_certificate(certificates or folder / "erasures", certificate):
        typer.echo(str(written))
    typer.echo(f"{len(certificate.keys)} keys destroyed: {', '.join(certificate.subjects)}")
    for path in certificate.backups_unreached:
        typer.echo(f"OUT OF REACH: backup {path}: restore it with --erased {folder / 'erased'}")
