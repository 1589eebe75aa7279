"""Checkpoints to verify the log against: a file, a folder, an address."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from contracts.errors import NuandengError
from stream.witness.checkpoint import LogIdentity, Signed, opened_by_any
from stream.witness.comparing import Expected
from stream.witness.errors import NoteForgedError, NoteUnreadableError
from stream.witness.folder import CheckpointFolder
from stream.witness.note import NOTE_LONGEST, VerifierKey, signers
from stream.witness.outside import fetch_note


class BadCheckpoint(NamedTuple):
    """A checkpoint that the log can't be compared with, and why."""

    source: str
    reason: str


class Found(NamedTuple):
    """What a source holds."""

    expected: list[Expected]
    bad: list[BadCheckpoint]


def checkpoints_of(source: str, identities: Sequence[LogIdentity], cosigners: Sequence[VerifierKey] = ()) -> Found:
    """Read the checkpoint of a file or an http(s) address, or all of a folder.

    Args:
        identities: who may have signed. cosigners: witnesses each of whom must have cosigned.
    Raises:
        WitnessAwayError, WitnessRefusedError: the address has no answer. NoteUnreadableError: there is nothing.
    """
    folder = CheckpointFolder(Path(source))
    if source.startswith(("http://", "https://")):
        notes = [(source, fetch_note(source))]
    elif folder.path.is_dir():
        notes = [(str(folder.path / name / "checkpoint"), folder.checkpoint(name) or b"") for name in folder.jurisdictions()]
    else:
        try:
            with folder.path.open("rb") as file:
                notes = [(source, file.read(NOTE_LONGEST + 1))]
        except OSError as err:
            raise NoteUnreadableError(f"{source}: {err.strerror}.") from err
    if not notes:
        raise NoteUnreadableError(f"{source} holds no checkpoint.")
    expected: list[Expected] = []
    bad: list[BadCheckpoint] = []
    for name, raw in notes:
        try:
            signed = opened_by_any(raw, identities)
            _check_cosigners(signed, cosigners)
        except NuandengError as err:
            bad.append(BadCheckpoint(name, str(err)))
            continue
        kept = folder if folder.path.is_dir() and folder.leaf_count(signed.jurisdiction) else None
        if kept is not None and kept.tree(signed.jurisdiction, signed.checkpoint.size).root() != signed.checkpoint.root:
            leaves = kept.path / signed.jurisdiction / "leaves"
            bad.append(BadCheckpoint(str(leaves), "The hashes are not those of the signed checkpoint beside them."))
            kept = None
        expected.append(Expected(name, signed, kept))
    return Found(expected, bad)


def _check_cosigners(signed: Signed, cosigners: Sequence[VerifierKey]) -> None:
    missing = set(cosigners) - set(signers(signed.note, cosigners))
    if missing:
        raise NoteForgedError(f"It is not cosigned by {', '.join(sorted(key.name for key in missing))}.")
