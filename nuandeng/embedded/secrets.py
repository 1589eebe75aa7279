"""Passwords of one installation: made once, kept in a file of mode 0600 in its data directory."""

import os
import secrets
from pathlib import Path

import msgspec

from contracts.accounts import ACCOUNTS, ADMIN
from nuandeng.failures import DataDirBrokenError

KAFKA_ACCOUNTS = (ADMIN, *(account.name for account in ACCOUNTS))


class InstallationSecrets(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """kafka: password per account. valkey: password of the account `nuandeng`."""

    kafka: dict[str, str]
    valkey: str


def installation_secrets(data_dir: Path) -> InstallationSecrets:
    """Read the secrets of `data_dir`, making them first if there are none, and those of accounts that came with a later release.

    Raises:
        DataDirBrokenError: the file is unreadable, or readable by others.
    """
    path = data_dir / "secrets.json"
    try:
        known = _read(path)
    except FileNotFoundError:
        known = InstallationSecrets(kafka={}, valkey=secrets.token_urlsafe(24))
    if known.kafka.keys() == set(KAFKA_ACCOUNTS):
        return known
    made = InstallationSecrets(
        kafka={account: known.kafka.get(account) or secrets.token_urlsafe(24) for account in KAFKA_ACCOUNTS}, valkey=known.valkey
    )
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        write_private(path, msgspec.json.format(msgspec.json.encode(made)))
    except OSError as err:
        raise DataDirBrokenError(f"Cannot write {path}: {err.strerror}.") from err
    return made


def _read(path: Path) -> InstallationSecrets:
    try:
        if path.stat().st_mode & 0o077:
            raise DataDirBrokenError(f"{path} can be read by others; its mode must be 0600 (`chmod 600 {path}`).")
        return msgspec.json.decode(path.read_bytes(), type=InstallationSecrets)
    except FileNotFoundError:
        raise
    except (OSError, msgspec.MsgspecError) as err:
        raise DataDirBrokenError(f"{path} cannot be read: {err}.") from err


def write_private(path: Path, content: bytes) -> None:
    """Write `path` with mode 0600, whole or not at all, on the disk when this returns."""
    staged = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    staged.rename(path)
