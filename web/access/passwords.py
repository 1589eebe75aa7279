"""Password hashes: argon2id in the secrets store, verified off the event loop."""

import gevent
import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from web.ports import Secrets

# OWASP's second choice for argon2id (19 MiB, two passes, one lane): 20 ms here, so that two hundred people can log in at once.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Verified when there is no such account, so that the time tells nothing.
_NOBODY = _hasher.hash("nobody has this password")
LONGEST = 200


class Password(msgspec.Struct, frozen=True, kw_only=True):
    """What the secrets store holds under `password/{account}`."""

    argon2: str
    set_at_ms: int


def hash_password(password: str, now_ms: int) -> bytes:
    """Return the value for the secrets store."""
    return msgspec.json.encode(Password(argon2=_hasher.hash(password), set_at_ms=now_ms))


def secret_name(account: str) -> str:
    """Return the name that a password's hash has in the secrets store."""
    return f"password/{account}"


def verify(secrets: Secrets, account: str | None, password: str) -> bool:
    """Say whether a password is an account's; takes as long for an account that does not exist. Raises UnreadableError."""
    raw = secrets.get(secret_name(account)) if account is not None else None
    known = msgspec.json.decode(raw, type=Password).argon2 if raw is not None else _NOBODY
    right: bool = gevent.get_hub().threadpool.apply(_matches, (known, password))
    return right and raw is not None


def _matches(known: str, password: str) -> bool:
    try:
        return _hasher.verify(known, password)
    except (VerificationError, InvalidHashError):
        return False
