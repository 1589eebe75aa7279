"""Handing a log over to another key: a checkpoint that names the next key, signed by the one it replaces and by the next one itself.

So whoever trusts the old key finds the new one, and nobody can name a key that is not theirs. It stands in the log like any checkpoint.
"""

from collections.abc import Iterable, Sequence

from stream.witness.checkpoint import Checkpoint, LogIdentity, Signed, identity_of, opened_by_any
from stream.witness.errors import NoteForgedError, NoteUnreadableError
from stream.witness.note import parse_verifier_key, signers

_LINE = "next-key "


def handover_text(newest: Checkpoint, following: LogIdentity, jurisdiction: str) -> str:
    """Return the text of the checkpoint that hands a jurisdiction's log over: what is signed already, and who signs from here on."""
    return Checkpoint(newest.origin, newest.size, newest.root, (f"{_LINE}{following.verifier(jurisdiction)}",)).text


def following_identity(signed: Signed) -> LogIdentity | None:
    """Return who signs after a checkpoint, None when it hands nothing over.

    Raises:
        NoteUnreadableError: the line names no key. NoteForgedError: not the key of this log, or it did not sign too.
    """
    lines = [line.removeprefix(_LINE) for line in signed.checkpoint.extensions if line.startswith(_LINE)]
    if not lines:
        return None
    if len(lines) > 1:
        raise NoteUnreadableError("A checkpoint hands the log over once.")
    key = parse_verifier_key(lines[0])
    if key.name != signed.checkpoint.origin or not signers(signed.note, [key]):
        raise NoteForgedError(f"The key that it hands the log over to is of {key.name}, or did not sign it.")
    return identity_of(key)


def followed(trusted: Sequence[LogIdentity], notes: Iterable[bytes]) -> list[LogIdentity]:
    """Return who else may be trusted, because one of those handed a log over to them, or one who was handed it; those first.

    Notes that are none, or that nobody trusted signed, are passed over: they give nobody anything.
    """
    known, left = list(trusted), list(notes)
    grew = True
    while grew:
        grew = False
        for note in left:
            try:
                after = following_identity(opened_by_any(note, known))
            except (NoteUnreadableError, NoteForgedError):
                continue
            if after is not None and after not in known:
                known.append(after)
                grew = True
    return known
