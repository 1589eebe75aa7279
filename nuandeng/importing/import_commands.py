"""`nuandeng import …`: a city's registers from spreadsheets, and empty ones to fill in."""

import getpass
import os
from pathlib import Path
from typing import Annotated, cast

import typer

from nuandeng.data_dir import in_use_by
from nuandeng.importing.cell_codes import Language
from nuandeng.importing.columns import REGISTERS, Register
from nuandeng.keeping.errors import NotRunningError
from nuandeng.log_commands import DataDir, opened

import_app = typer.Typer(no_args_is_help=True, help="Registers of a city from CSV and Excel files.")

_HELP: dict[Register, str] = {
    "volunteers": "Volunteers 志愿者: identifier, name, telephone, area, skills. Names and numbers are sealed.",
    "vehicles": "Vehicles and patrol teams 车辆与巡逻队: identifier, label, area, skills.",
    "points": "Rescue points 救助点: identifier, name, area, coordinates, beds.",
    "cameras": "Cameras 摄像机: identifier, name, area, coordinates, owner, address.",
    "accounts": "Accounts 账号: user name, role, area; --passwords makes first passwords.",
}
_File = Annotated[Path, typer.Argument(metavar="FILE", help=".xlsx, or CSV in UTF-8 or GB18030.")]
_Sheet = Annotated[str | None, typer.Option("--sheet", metavar="NAME", help="Of a workbook; without it, the first.")]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Look at every row and change nothing.")]
_SkipBad = Annotated[bool, typer.Option("--skip-bad", help="Import the good rows though others are bad; those go to FILE.rejected.csv.")]
_Columns = Annotated[Path | None, typer.Option("--columns", metavar="TOML", help="What your heads are called, if not as in the template.")]
_Lang = Annotated[str | None, typer.Option("--lang", metavar="zh|en", help="Without it, as the terminal's.")]
_Datum = Annotated[
    str, typer.Option("--datum", metavar="wgs84|gcj02|bd09", help="Of coordinates whose row names none; maps on the web are GCJ-02.")
]
_By = Annotated[str | None, typer.Option("--by", metavar="WHO", help="Who brings them in; else the user of this machine.")]
_Passwords = Annotated[
    Path | None, typer.Option("--passwords", metavar="CSV", help="Make a password for each account that has none, and write them here.")
]


@import_app.callback()
def _import() -> None:
    """Registers of a city from CSV and Excel files."""


@import_app.command("volunteers", help=_HELP["volunteers"])
def volunteers(
    file: _File, data_dir: DataDir, *, sheet: _Sheet = None, dry_run: _DryRun = False, skip_bad: _SkipBad = False, columns: _Columns = None,
    lang: _Lang = None, by: _By = None,
) -> None:  # fmt: skip
    """Volunteers."""
    _run("volunteers", file, data_dir, sheet=sheet, columns=columns, lang=lang, dry_run=dry_run, skip_bad=skip_bad, by=by)


@import_app.command("vehicles", help=_HELP["vehicles"])
def vehicles(
    file: _File, data_dir: DataDir, *, sheet: _Sheet = None, dry_run: _DryRun = False, skip_bad: _SkipBad = False, columns: _Columns = None,
    lang: _Lang = None, by: _By = None,
) -> None:  # fmt: skip
    """Vehicles and patrol teams."""
    _run("vehicles", file, data_dir, sheet=sheet, columns=columns, lang=lang, dry_run=dry_run, skip_bad=skip_bad, by=by)


@import_app.command("points", help=_HELP["points"])
def points(
    file: _File, data_dir: DataDir, *, sheet: _Sheet = None, dry_run: _DryRun = False, skip_bad: _SkipBad = False, columns: _Columns = None,
    lang: _Lang = None, datum: _Datum = "wgs84", by: _By = None,
) -> None:  # fmt: skip
    """Rescue points."""
    _run("points", file, data_dir, sheet=sheet, columns=columns, lang=lang, dry_run=dry_run, skip_bad=skip_bad, datum=datum, by=by)


@import_app.command("cameras", help=_HELP["cameras"])
def cameras(
    file: _File, data_dir: DataDir, *, sheet: _Sheet = None, dry_run: _DryRun = False, skip_bad: _SkipBad = False, columns: _Columns = None,
    lang: _Lang = None, datum: _Datum = "wgs84", by: _By = None,
) -> None:  # fmt: skip
    """Cameras."""
    _run("cameras", file, data_dir, sheet=sheet, columns=columns, lang=lang, dry_run=dry_run, skip_bad=skip_bad, datum=datum, by=by)


@import_app.command("accounts", help=_HELP["accounts"])
def accounts(
    file: _File, data_dir: DataDir, *, sheet: _Sheet = None, dry_run: _DryRun = False, skip_bad: _SkipBad = False, columns: _Columns = None,
    lang: _Lang = None, passwords: _Passwords = None, by: _By = None,
) -> None:  # fmt: skip
    """Accounts."""
    _run(
        "accounts", file, data_dir, sheet=sheet, columns=columns, lang=lang, dry_run=dry_run, skip_bad=skip_bad, by=by, passwords=passwords
    )  # fmt: skip


@import_app.command("template")
def template(
    register: Annotated[str, typer.Argument(metavar="REGISTER", help="volunteers, vehicles, points, cameras or accounts.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .csv or .xlsx that is not there yet.")],
    lang: _Lang = None,
) -> None:
    """Write an empty table with the right heads and an example row that is never imported."""
    from nuandeng.importing.template import write_template  # noqa: PLC0415

    if register not in REGISTERS:
        raise typer.BadParameter(f"{register} is none of {', '.join(REGISTERS)}", param_hint="REGISTER")
    write_template(register, file, _language(lang))
    typer.echo(str(file))


def _run(
    register: Register, file: Path, data_dir: Path, *, sheet: str | None, columns: Path | None, lang: str | None, dry_run: bool,
    skip_bad: bool, by: str | None, datum: str = "wgs84", passwords: Path | None = None,
) -> None:  # fmt: skip
    # What draws borders and speaks to Kafka is loaded by those who import.
    from camera_adapters.datum import Datum  # noqa: PLC0415
    from nuandeng.importing.run import Order, run_import  # noqa: PLC0415
    from nuandeng.importing.words import lines_of  # noqa: PLC0415

    said = _language(lang)
    if datum not in list(Datum):
        raise typer.BadParameter(f"{datum} is none of {', '.join(Datum)}", param_hint="--datum")
    folder = data_dir.resolve()
    if not dry_run and in_use_by(folder) is None:
        raise NotRunningError(f"No platform runs on {folder}, and only a running one decides what enters the registers.")
    order = Order(register, file, sheet, columns, Datum(datum), dry_run, skip_bad, said, passwords, by or getpass.getuser())
    with opened(folder) as runtime:
        imported = run_import(runtime, order)
    for line in lines_of(imported, said, dry_run=dry_run):
        typer.echo(line)
    if not imported.whole:
        raise typer.Exit(1)


def _language(lang: str | None) -> Language:
    if lang is None:
        lang = next((found for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (found := os.environ.get(name))), "en")
        return "zh" if lang.startswith("zh") else "en"
    if lang not in ("zh", "en"):
        raise typer.BadParameter(f"{lang} is neither zh nor en", param_hint="--lang")
    return cast("Language", lang)
