"""Making accounts: the secret goes to the secrets store, the event to the log. `python -m web.access.accounts` makes one by hand."""

import argparse
import getpass
import sys
from hashlib import sha256
from pathlib import Path

import msgspec

from contracts.commands import RegisterAccounts
from contracts.registry_entries import AccountEntry
from contracts.runtime import Runtime
from contracts.terms import Role
from dispatch.areas import city_of, jurisdiction_of
from stream.access import runtime_from_environment
from stream.commands import CommandGate
from stream.vault.keystore import FileKeyStore
from stream.vault.secrets import SecretsStore
from web.access.passwords import hash_password, secret_name
from web.clock import now_ms
from web.ports import Gate, Secrets


def set_password(store: Secrets, account: str, password: str) -> None:
    """Keep the hash of an account's password. Raises OSError."""
    store.put(secret_name(account), hash_password(password, now_ms()))


def create_account(entry: AccountEntry, password: str | None, *, secrets: Secrets, gate: Gate) -> None:
    """Make or change one account: first its secret (None keeps the one it has), then the log is told.

    Raises:
        StoreAwayError: Kafka is away; do it again, it counts once.
    """
    if password is not None:
        set_password(secrets, entry.account, password)
    handle = sha256(msgspec.json.encode(entry)).hexdigest()[:32]
    # The time makes it another command when an account is changed there and back.
    gate.send(
        RegisterAccounts(accounts=(entry,)),
        jurisdiction=city_of(jurisdiction_of(entry.area)),
        command_id=f"sys:account:{handle}:{now_ms()}",
    )


def open_secrets(runtime: Runtime) -> SecretsStore:
    """Open the installation's secrets store."""
    return SecretsStore(Path(runtime.secrets_store), FileKeyStore(Path(runtime.keystore)))


def main(arguments: list[str] | None = None) -> int:
    """Make or change one account from the command line; the password is asked for, or read from standard input."""
    parser = argparse.ArgumentParser(prog="python -m web.access.accounts", description="Make or change an account.")
    parser.add_argument("username")
    parser.add_argument("--role", required=True, choices=[role.value for role in Role if role is not Role.SYSTEM])
    parser.add_argument("--area", required=True, help="prefix of division codes, such as 3716 or 371602")
    parser.add_argument("--name", default="", help="display name")
    parser.add_argument("--unit")
    parser.add_argument("--point")
    parser.add_argument("--disabled", action="store_true", help="refuse log-ins and end those that run")
    given = parser.parse_args(arguments)
    runtime = runtime_from_environment()
    entry = AccountEntry(
        account=given.username, username=given.username, role=Role(given.role), area=given.area, display_name=given.name, unit=given.unit,
        point=given.point, disabled=given.disabled,
    )  # fmt: skip
    password = None
    if not given.disabled:
        password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    gate = CommandGate(runtime)
    create_account(entry, password, secrets=open_secrets(runtime), gate=gate)
    gate.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
