"""One tree of errors. Each has a stable code, says what to do, and whether trying again can help."""

from typing import ClassVar


class NuandengError(Exception):
    """Base. str(error) is a sentence for a person."""

    code: ClassVar[str] = "internal"
    what_to_do: ClassVar[str] = "Report this with the log lines around it."
    retry_helps: ClassVar[bool] = False


class UnreadableError(NuandengError):
    """Bytes that are not what they should be; they go to the dead letters."""

    code = "unreadable"
    what_to_do = "Look at the dead letter's reason, correct the sender, and resend it."


class KeyDestroyedError(NuandengError):
    """A sealed field whose key is gone: the person was erased, or the keystore is another one."""

    code = "key_destroyed"
    what_to_do = "Nothing; an erased person stays unreadable. If nobody was erased, restore the keystore's backup."


class StoreAwayError(NuandengError):
    """Kafka or the read model does not answer."""

    code = "store_away"
    what_to_do = "Try again in a few seconds; nothing was changed that you were not told of."
    retry_helps = True
