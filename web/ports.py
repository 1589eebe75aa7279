"""What the web process needs of the outside, as Protocols; `stream` and the composition root fill them."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from contracts.commands import AnyBody
from contracts.documents import Answer, FeedEntry
from contracts.values import Actor


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """One jurisdiction of the read model at one moment. documents: kind → id → JSON as the projector wrote it."""

    jurisdiction: str
    epoch: str
    sequence: int
    documents: Mapping[str, Mapping[str, bytes]]


Fixes = Mapping[str, tuple[int, float, float]]


class Moves(msgspec.Struct, frozen=True, kw_only=True):
    """What moved in one jurisdiction, unit → (at_ms, lat_wgs84, lon_wgs84), up to `at`. cut: there may have been more before."""

    at: str
    fixes: Fixes
    cut: bool


class ReadModel(Protocol):
    """The read model. Every method raises StoreAwayError when it does not answer."""

    def epoch(self) -> str | None:
        """Return the present epoch, None while nothing was projected yet."""

    def snapshot(self, jurisdiction: str) -> Snapshot:
        """Read all documents and the sequence they stand at, in one step."""

    def follow(self, after: Mapping[str, int], wait_ms: int) -> tuple[str | None, list[FeedEntry]]:
        """Return entries newer than `after` (jurisdiction → sequence), each jurisdiction's in order; wait for the first.

        The epoch before them was asked after them: one that is known says that they belong to it, too.
        """

    def since(self, jurisdiction: str, sequence: int, *, upto: int) -> list[FeedEntry] | None:
        """Return the entries (sequence, upto], None when the feed no longer holds all of them."""

    def answer(self, command_id: str) -> Answer | None:
        """Return what became of a command, None while unknown."""

    def answers(self, command_ids: Sequence[str]) -> dict[str, Answer]:
        """Return what became of these commands as far as it is known, with one question."""

    def positions(self, jurisdiction: str) -> dict[str, tuple[int, float, float]]:
        """Return unit → (at_ms, lat_wgs84, lon_wgs84) of the last known fixes."""

    def moves_end(self, jurisdiction: str) -> str:
        """Return where the moves stand now, to be asked for what comes after."""

    def moves(self, after: Mapping[str, str]) -> dict[str, Moves]:
        """Return what moved since (jurisdiction → where they stood), without waiting; nothing of a jurisdiction where nobody did."""


class Gate(Protocol):
    """The way to Kafka; stream.commands.CommandGate is it."""

    def send(
        self,
        body: AnyBody,
        *,
        jurisdiction: str,
        command_id: str,
        caused_by: str | None = None,
        actor: Actor = ...,
        body_sha256: str | None = None,
        trace: str | None = None,
        acknowledged_s: float = ...,
    ) -> bool:
        """Send a command; False when it is unknown whether it arrived. Raises StoreAwayError when nothing was sent, UnreadableError."""

    def produce(self, topic_name: str, raw: bytes, *, key: str, partition: int | None = None, acknowledged_s: float = ...) -> bool:
        """Send a raw record, as `send`."""

    def reachable(self) -> bool:
        """Whether the broker's port is open."""

    def close(self) -> None:
        """Send what is waiting, and disconnect."""


class Secrets(Protocol):
    """Small encrypted values by name."""

    def get(self, name: str) -> bytes | None: ...

    def put(self, name: str, value: bytes) -> None: ...

    def put_new(self, name: str, value: bytes) -> bytes:
        """Set unless there is one; return the one that holds."""

    def delete(self, name: str) -> None: ...


class HeadBlur(Protocol):
    """Blurs the head of every person in a picture."""

    def __call__(self, jpeg: bytes) -> bytes:
        """Return a JPEG with every head blurred. Raises UnreadableError."""
