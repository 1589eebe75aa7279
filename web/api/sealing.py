"""Personal texts and pictures of a body, sealed before anything else sees them."""

import msgspec
import redis

from contracts.documents import IncidentDocument
from contracts.errors import StoreAwayError
from contracts.values import Picture, Sealed
from web.api.routes import Call
from web.problems import FieldError, InvalidError

PICTURE_KEPT_S = 86_400


class Upload(msgspec.Struct, frozen=True):
    """A picture that was sent and waits to be named by a command."""

    account: str
    picture: Picture


def key_of(call: Call, incident: IncidentDocument | None) -> str:
    """Return the key of an incident's unknown person: the one it has, else a new one."""
    if incident is not None:
        for sealed in (incident.description, incident.reporter):
            if sealed is not None:
                return sealed.key
        if incident.pictures:
            return incident.pictures[0].key
    return call.services.new_keys.take()


def seal(call: Call, key: str, text: str | None) -> Sealed | None:
    """Seal a text; None and the empty text stay None."""
    return call.services.sealer.seal_text(key, text) if text else None


def remember(call: Call, name: str, picture: Picture) -> None:
    """Keep what was uploaded until a command names it. Raises StoreAwayError."""
    upload = msgspec.json.encode(Upload(call.who().account.account, picture))
    try:
        with call.services.redis.pipeline() as writes:
            writes.set(f"upload:{name}", upload, ex=PICTURE_KEPT_S)
            writes.set(f"uploaded:{picture.public_sha256}:{call.who().account.account}", 1, ex=PICTURE_KEPT_S)
            writes.execute()
    except redis.RedisError as err:
        raise StoreAwayError("Redis does not answer; send the picture again.") from err


def sent_by(call: Call, public_sha256: str) -> bool:
    """Say whether the caller sent this picture within the last day. Raises StoreAwayError."""
    try:
        return bool(call.services.redis.exists(f"uploaded:{public_sha256}:{call.who().account.account}"))
    except redis.RedisError as err:
        raise StoreAwayError("Redis does not answer.") from err


def pictures(call: Call, names: tuple[str, ...]) -> tuple[Picture, ...]:
    """Return the pictures this account uploaded under these ids. Raises InvalidError, StoreAwayError."""
    if not names:
        return ()
    try:
        found = call.services.redis.mget([f"upload:{name}" for name in names])
    except redis.RedisError as err:
        raise StoreAwayError("Redis does not answer; nothing was done.") from err
    taken = []
    for name, raw in zip(names, found, strict=True):
        upload = msgspec.json.decode(raw, type=Upload) if raw else None
        if upload is None or upload.account != call.who().account.account:
            raise InvalidError(
                f"There is no picture {name}.", errors=(FieldError("pictures", f"{name} was not uploaded by you, or is too old"),)
            )
        taken.append(upload.picture)
    return tuple(taken)
