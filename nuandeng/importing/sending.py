"""From checked rows to commands in the log: sealed, in chunks, each known by what it says, and each answered."""

import hmac
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import NamedTuple, cast

import msgspec

from contracts.commands import AnyBody, Command, RegisterAccounts, RegisterCameras, RegisterPoints, RegisterUnits
from contracts.registry_entries import AccountEntry, CameraEntry, PointEntry, UnitEntry
from contracts.terms import Role
from contracts.values import Actor, Sealed
from nuandeng.importing.changes import Change, Outcome, change_of
from nuandeng.importing.columns import Register
from nuandeng.importing.registers import Draft, Entry
from nuandeng.importing.standing import Standing
from stream.commands import MAX_COMMAND_BYTES, CommandGate, client_command_id, encode_checked
from stream.vault.keystore import FileKeyStore
from stream.vault.sealer import TextSealer

CHUNK_ROWS = 400
ANSWERED_WITHIN_S = 60.0
# A commit repeats the command's entries and says more about itself.
_CHUNK_BYTES = MAX_COMMAND_BYTES * 3 // 4


class Refused(NamedTuple):
    """rows: the first and the last of the file's that were in the command."""

    code: str
    rows: tuple[int, int]
    size: int


class Sent(NamedTuple):
    """Rows: decided stand in the log; unanswered may. commands: how many there were."""

    decided: int
    refused: tuple[Refused, ...]
    unanswered: int
    commands: int


class _Chunk(NamedTuple):
    command_id: str
    rows: tuple[int, int]
    size: int


class Sender:
    """Takes the sound rows of one file and tells the log.

    by: who brings them in. before_sending: is handed the new and changed of each chunk.
    """

    def __init__(
        self, register: Register, standing: Standing, keys: FileKeyStore, gate: CommandGate, *, by: str,
        before_sending: Callable[[Sequence[Change]], None] = lambda _: None,
    ) -> None:  # fmt: skip
        self._register = register
        self._standing = standing
        self._keys = keys
        self._sealer = TextSealer(keys)
        self._gate = gate
        # Whoever may use the machine's command line acts as an administrator there, under a name that nobody can log in with.
        self._account = f"cli:{by}"
        self._before_sending = before_sending
        # Over personal texts too: without a key of ours nobody may try which numbers give an identifier that stands in the log.
        self._secret = keys.derive("identifiers of imported rows")
        self._blocks: dict[str, list[Change]] = defaultdict(list)
        self._sent: list[_Chunk] = []

    def add(self, draft: Draft) -> None:
        """Take one row. Raises StoreAwayError, UnreadableError."""
        # By the rows of the file, whatever they come to: begun again after a breakdown, the same rows make the same commands.
        block = self._blocks[draft.jurisdiction]
        block.append(change_of(self._register, draft, self._standing, self._sealer.unseal_text))
        if len(block) >= CHUNK_ROWS:
            self._flush(draft.jurisdiction)

    def finish(self) -> Sent:
        """Send the rest and wait for every answer. Raises StoreAwayError, UnreadableError."""
        for jurisdiction in list(self._blocks):
            self._flush(jurisdiction)
        decided, unanswered = 0, 0
        refused: list[Refused] = []
        for chunk in self._sent:
            answer = self._gate.answer(chunk.command_id, ANSWERED_WITHIN_S)
            if answer is None:
                unanswered += chunk.size
            elif answer.accepted:
                decided += chunk.size
            else:
                refused.append(Refused(answer.code or "internal", chunk.rows, chunk.size))
        return Sent(decided, tuple(refused), unanswered, len(self._sent))

    def _flush(self, jurisdiction: str) -> None:
        changes = [change for change in self._blocks.pop(jurisdiction) if change.outcome in (Outcome.NEW, Outcome.CHANGED)]
        if changes:
            self._before_sending(changes)
            self._send(jurisdiction, changes, self._sealed(changes))

    def _send(self, jurisdiction: str, changes: Sequence[Change], entries: Sequence[Entry]) -> None:
        body = _body(self._register, entries)
        command = Command(
            id=self._command_id(jurisdiction, changes), jurisdiction=jurisdiction,
            actor=Actor(account=self._account, role=Role.ADMIN, area=jurisdiction), body=body, sent_at_ms=time.time_ns() // 1_000_000,
        )  # fmt: skip
        if len(changes) > 1 and len(msgspec.json.encode(command)) > _CHUNK_BYTES:
            half = len(changes) // 2
            self._send(jurisdiction, changes[:half], entries[:half])
            self._send(jurisdiction, changes[half:], entries[half:])
            return
        encode_checked(command)
        self._gate.send(body, jurisdiction=jurisdiction, command_id=command.id, actor=command.actor)
        self._sent.append(_Chunk(command.id, (changes[0].draft.row, changes[-1].draft.row), len(changes)))

    def _sealed(self, changes: Sequence[Change]) -> list[Entry]:
        newcomers = [number for number, change in enumerate(changes) if change.personal and change.key is None]
        keys = dict(zip(newcomers, self._keys.create_many(len(newcomers)) if newcomers else (), strict=True))
        return [self._with_seals(change, keys.get(number, change.key)) for number, change in enumerate(changes)]

    def _with_seals(self, change: Change, key: str | None) -> Entry:
        texts = {"name": change.name, "phone": change.phone}
        seals: dict[str, Sealed] = {field: self._sealer.seal_text(key, text) for field, text in texts.items() if text and key is not None}
        return msgspec.structs.replace(change.entry, **seals) if seals else change.entry

    def _command_id(self, jurisdiction: str, changes: Sequence[Change]) -> str:
        said = [
            (change.version, msgspec.structs.replace(change.entry, **_no_seals(change.entry)), change.name, change.phone)
            for change in changes
        ]
        mark = hmac.new(self._secret, msgspec.json.encode(said), sha256).hexdigest()[:32]
        return client_command_id(self._account, f"import:{self._register}:{jurisdiction}:{mark}")


def _no_seals(entry: Entry) -> dict[str, None]:
    return {"name": None, "phone": None} if isinstance(entry, UnitEntry) else {}


def _body(register: Register, entries: Sequence[Entry]) -> AnyBody:
    match register:
        case "volunteers" | "vehicles":
            return RegisterUnits(units=cast("tuple[UnitEntry, ...]", tuple(entries)))
        case "points":
            return RegisterPoints(points=cast("tuple[PointEntry, ...]", tuple(entries)))
        case "cameras":
            return RegisterCameras(cameras=cast("tuple[CameraEntry, ...]", tuple(entries)))
        case "accounts":
            return RegisterAccounts(accounts=cast("tuple[AccountEntry, ...]", tuple(entries)))
