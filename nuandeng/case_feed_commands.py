"""`nuandeng case-feed …`: the vendors that may push cases, each with a secret of its own and a mapping file."""

import secrets
from pathlib import Path
from typing import Annotated

import typer

from camera_adapters.case_feed.settings import MappingError, load_mapping, mapping_file, read_mapping
from nuandeng.failures import DataDirBrokenError, VendorKnownError, VendorUnknownError
from nuandeng.log_commands import DataDir
from stream.case_signature import case_secret
from stream.vault.keystore import FileKeyStore
from stream.vault.secrets import SecretsStore

case_feed_app = typer.Typer(no_args_is_help=True, help="The urban-management platforms that push cases to us.")
_SECRET_BYTES = 32
_Name = Annotated[str, typer.Argument(metavar="NAME", help="Lower-case letters, digits, - and _; it stands in the address.")]


@case_feed_app.command("add-vendor")
def add_vendor(
    name: _Name,
    data_dir: DataDir,
    mapping: Annotated[
        Path | None, typer.Option("--mapping", metavar="FILE", help="Its mapping file; without it, the one there is, or ours of that name.")
    ] = None,
    new_secret: Annotated[bool, typer.Option("--new-secret", help="A new secret for a vendor that has one; the old one ends.")] = False,
) -> None:
    """Let a vendor push cases, and print its secret: once, it is kept sealed. The platform may run meanwhile."""
    folder = _folder(data_dir)
    kept = folder / "vendors" / f"{name}.toml"
    read = load_mapping(name, kept.parent) if mapping is None else read_mapping(mapping, name)
    store, secret = _store(folder), secrets.token_urlsafe(_SECRET_BYTES)
    if new_secret:
        store.put(case_secret(name), secret.encode())
    elif store.put_new(case_secret(name), secret.encode()) != secret.encode():
        raise VendorKnownError(f"The vendor {name} has a secret already.")
    if mapping is not None and mapping.resolve() != kept:
        kept.parent.mkdir(mode=0o700, exist_ok=True)
        kept.write_bytes(mapping.read_bytes())
    typer.echo(f"vendor   {name}\naddress  POST /api/v1/adapters/cases/{name}\nsecret   {secret}")
    typer.echo("The secret is not shown again. docs/case-feed.md says how the vendor signs.", err=True)
    if read.poll is not None:
        typer.echo("This vendor is also asked for cases: start the cases adapter again for that.", err=True)


@case_feed_app.command("list-vendors")
def list_vendors(data_dir: DataDir) -> None:
    """One line each: name, and its mapping file or what is wrong with it. No secrets."""
    folder = _folder(data_dir)
    for entry in sorted(_store(folder).under(case_secret(""))):
        name = entry.removeprefix(case_secret(""))
        try:
            load_mapping(name, folder / "vendors")
            said = str(mapping_file(name, folder / "vendors"))
        except MappingError as err:
            said = f"{err} [{err.code}]"
        typer.echo(f"{name:<24} {said}")


@case_feed_app.command("remove-vendor")
def remove_vendor(name: _Name, data_dir: DataDir) -> None:
    """Take a vendor's secret away: what it pushes from now on is refused. Its mapping file stays."""
    store = _store(_folder(data_dir))
    if store.get(case_secret(name)) is None:
        raise VendorUnknownError(f"There is no vendor {name}.")
    store.delete(case_secret(name))


def _folder(data_dir: Path) -> Path:
    folder = data_dir.resolve()
    if not folder.is_dir():
        raise DataDirBrokenError(f"{folder} is no directory.")
    return folder


def _store(folder: Path) -> SecretsStore:
    return SecretsStore(folder / "secrets", FileKeyStore(folder / "keystore"))
