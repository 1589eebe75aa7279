"""The one Protocol of all adapters, and what one says about itself."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar, runtime_checkable

from contracts.errors import NuandengError

Fact_co = TypeVar("Fact_co", covariant=True)


class Reason(StrEnum):
    """Why a source gives nothing. Stable: stands in CameraHealth.reason and on the console."""

    UNREACHABLE = "unreachable"
    REFUSED_LOGIN = "refused_login"
    NOT_FOUND = "not_found"
    NO_VIDEO = "no_video"
    GARBAGE = "garbage"
    SILENT = "silent"
    ENDED = "ended"
    TOO_LARGE = "too_large"
    BAD_ADDRESS = "bad_address"
    INTERNAL = "internal"


class SourceError(NuandengError):
    """A source that cannot be read now. The caller waits and tries again; reason says what the console shows."""

    code = "source_failed"
    what_to_do = "Look at the camera or the service, its address and its login; it is tried again by itself."
    retry_helps = True

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(detail or reason.value)
        self.reason = reason


@runtime_checkable
class Adapter(Protocol[Fact_co]):
    """One source of one protocol. facts() is one session: the caller reconnects."""

    @property
    def kind(self) -> str:
        """The adapter's name: its folder, its row in kinds.KINDS, the `adapter` field of its facts."""

    def facts(self, stop: threading.Event) -> Iterator[Fact_co]:
        """Yield facts until the source ends (return), fails (SourceError) or `stop` is set (return, within seconds)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """What an adapter can do, as data: who needs to know looks here and not at its class.

    live: facts come when things happen; else they are read from something stored. pulls: we ask; else we are told.
    """

    facts: tuple[type, ...]
    schemes: tuple[str, ...]
    live: bool
    pulls: bool
    video: bool = False
    keyframes_only: bool = False
    sub_streams: bool = False
