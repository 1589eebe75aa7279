"""Bodies on intake.raw: cases speak of persons, so they are sealed before they are written, and stay sealed in a dead letter."""

import base64
import binascii
from collections.abc import Mapping

from contracts.errors import UnreadableError
from contracts.observations import RawIntake
from contracts.ports import KeyStore


def seal_intake(keys: KeyStore, kind: str, body: bytes, received_at_ms: int, headers: Mapping[str, str] | None = None) -> RawIntake:
    """Return the record of a pushed body, sealed with a new key unless it is weather."""
    key = None if kind == "weather" else keys.create()
    octets = body if key is None else keys.seal(key, body)
    return RawIntake(kind=kind, body=base64.b64encode(octets).decode(), received_at_ms=received_at_ms, key=key, headers=dict(headers or {}))


def open_intake(keys: KeyStore | None, raw: RawIntake) -> bytes:
    """Return the body as it came. Raises UnreadableError, KeyDestroyedError; keys None reads only what is not sealed."""
    try:
        octets = base64.b64decode(raw.body, validate=True)
    except (binascii.Error, ValueError) as err:
        raise UnreadableError("The body is not base64.") from err
    if raw.key is None:
        return octets
    if keys is None:
        raise UnreadableError("The body is sealed, and this reader has no keys.")
    return keys.unseal(raw.key, octets)
