"""`nuandeng export (--incident ID | --from T --until T) --to DIR|ZIP`."""

import asyncio
import getpass
import shutil
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from aiokafka.errors import KafkaError

from contracts.errors import StoreAwayError
from nuandeng.data_dir import in_use_by
from nuandeng.keeping.errors import ExportTakenError, NotRunningError, ReasonMissingError
from nuandeng.keeping.export import Exported, Selection, export
from nuandeng.log_commands import DataDir, opened


def export_command(
    *,
    data_dir: DataDir,
    to: Annotated[Path, typer.Option("--to", metavar="DIR|ZIP", help="A folder that is empty or not there yet, or a file ending in .zip.")],
    incident: Annotated[str | None, typer.Option("--incident", metavar="ID", help="Everything about one incident and its tasks.")] = None,
    since: Annotated[datetime | None, typer.Option("--from", help="Everything from this minute on: local time.")] = None,
    until: Annotated[datetime | None, typer.Option("--until", help="And before this one.")] = None,
    unblurred: Annotated[bool, typer.Option("--unblurred", help="The original pictures too; each opening goes into the log.")] = False,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why the originals are needed.")] = "",
    by: Annotated[str | None, typer.Option("--by", metavar="WHO", help="Who wants them; else the user of this machine.")] = None,
) -> None:
    """Hand out a part of the log so that it verifies without the product: records, proofs, pictures, a report."""
    selection = _selection(incident, since, until)
    if unblurred and not reason.strip():
        raise ReasonMissingError("Whoever opens an original says why.")
    if unblurred and in_use_by(data_dir.resolve()) is None:
        raise NotRunningError("Nothing runs that could record who opened the originals.")
    if to.exists() and (to.is_file() or any(to.iterdir())):
        raise ExportTakenError(f"{to} is there already.")
    wanted = (by or getpass.getuser(), reason.strip()) if unblurred else None
    with opened(data_dir) as runtime, tempfile.TemporaryDirectory(dir=_parent(to), prefix=".export-") as staged:
        folder = Path(staged) / "export"
        folder.mkdir()
        try:
            done = asyncio.run(export(runtime, selection, folder, unblurred=wanted))
        except (KafkaError, TimeoutError) as err:
            raise StoreAwayError(f"Kafka does not answer: {err}.") from err
        if to.suffix == ".zip":
            Path(shutil.make_archive(str(Path(staged) / "packed"), "zip", folder)).replace(to)
        else:
            folder.replace(to)
    _tell(done, to)


def _selection(incident: str | None, since: datetime | None, until: datetime | None) -> Selection:
    if (incident is None) == (since is None or until is None) or (incident is not None and (since or until)):
        raise typer.BadParameter("give --incident, or both --from and --until")
    if incident is not None:
        return Selection(incident, incident=incident)
    assert since is not None and until is not None  # noqa: S101, PT018 - said above
    from_ms, until_ms = (round(one.astimezone().timestamp() * 1000) for one in (since, until))
    return Selection(f"{since:%Y-%m-%d %H:%M} – {until:%Y-%m-%d %H:%M}", from_ms=from_ms, until_ms=until_ms)


def _parent(to: Path) -> Path:
    folder = to.resolve().parent
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _tell(done: Exported, to: Path) -> None:
    missing = f", {done.missing} are no longer there" if done.missing else ""
    typer.echo(f"{to}: {done.commits} commits with their proofs, {done.pictures} pictures, {done.originals} originals{missing}")
