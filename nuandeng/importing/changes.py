"""What importing a row would change: a sound row beside what stands in the log."""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple, cast

import msgspec

from contracts.errors import KeyDestroyedError
from contracts.registry_entries import AccountEntry, UnitEntry
from contracts.values import Sealed
from nuandeng.importing.columns import Register
from nuandeng.importing.registers import Draft, Entry
from nuandeng.importing.standing import Standing

Unseal = Callable[[Sealed], str]
# What every row says, whatever its columns: where it is, and that it is real.
_ALWAYS = frozenset({"place", "simulated"})
# How an erasure leaves an account in the log.
_ERASED_ACCOUNT = "erased-"


class Outcome(StrEnum):
    """What a row comes to."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    ERASED = "erased"


class Change(NamedTuple):
    """entry: with what stays sealed as it was. name, phone: to be sealed anew, None: nothing to seal.

    key: the person's, None for a new one. version: of what it replaces, 0 for nothing.
    """

    outcome: Outcome
    draft: Draft
    entry: Entry
    name: str | None = None
    phone: str | None = None
    key: str | None = None
    version: int = 0

    @property
    def personal(self) -> bool:
        """Whether there is something to seal."""
        return bool(self.name or self.phone)


def change_of(register: Register, draft: Draft, standing: Standing, unseal: Unseal) -> Change:
    """Compare a row with what stands. Raises UnreadableError: the keystore is damaged, or another installation's."""
    known = standing.of(register).get(draft.id)
    if draft.id in standing.erased and isinstance(draft.entry, UnitEntry):
        return Change(Outcome.ERASED, draft, draft.entry)
    if known is None:
        return Change(Outcome.NEW, draft, draft.entry, draft.name, draft.phone)
    if isinstance(known.entry, AccountEntry) and known.entry.username.startswith(_ERASED_ACCOUNT):
        return Change(Outcome.ERASED, draft, draft.entry)
    entry = _laid_over(draft, known.entry)
    if not isinstance(entry, UnitEntry):
        outcome = Outcome.SAME if entry == known.entry else Outcome.CHANGED
        return Change(outcome, draft, entry, version=known.version)
    before = cast("UnitEntry", known.entry)
    try:
        name = _to_seal(draft.name, before.name, unseal)
        phone = _to_seal(draft.phone, before.phone, unseal)
    except KeyDestroyedError:
        # Erased, though the log of this jurisdiction does not say so yet: nothing may bring the person back.
        return Change(Outcome.ERASED, draft, draft.entry)
    entry = msgspec.structs.replace(entry, name=before.name if name is None else None, phone=before.phone if phone is None else None)
    outcome = Outcome.SAME if entry == before else Outcome.CHANGED
    held = before.name or before.phone
    return Change(outcome, draft, entry, name, phone, held.key if held else None, known.version)


def _laid_over(draft: Draft, known: Entry) -> Entry:
    """The row's entry, with what the file has no column for left as it stands."""
    kept = {field: getattr(known, field) for field in known.__struct_fields__ if field not in _ALWAYS and field not in draft.given}
    return msgspec.structs.replace(draft.entry, **kept)


def _to_seal(text: str | None, before: Sealed | None, unseal: Unseal) -> str | None:
    """None: leave what is there. '': nothing is to be there."""
    if text is None or (before is None and not text) or (before is not None and unseal(before) == text):
        return None
    return text
