"""JSON for Socket.IO's packets: structs and ready-made msgspec.Raw go out as they are."""

from typing import Any

import msgspec

_encoder = msgspec.json.Encoder()
_MOST_CHARACTERS = 100_000


def dumps(packet: Any, **_: Any) -> str:
    """Return JSON text."""
    return _encoder.encode(packet).decode()


def loads(text: str | bytes, **_: Any) -> Any:
    """Read a packet. Raises ValueError for what is not JSON, too long or too deep."""
    if len(text) > _MOST_CHARACTERS:
        raise ValueError("too long")
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError) as err:
        raise ValueError(str(err)) from err
