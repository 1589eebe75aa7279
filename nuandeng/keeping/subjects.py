"""Whose keys and pictures are whose: one pass over the log."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from contracts.commit import Commit, decode_commit
from contracts.events import AccountsRegistered, PersonErased, UnitsRegistered
from contracts.registry_entries import AccountEntry
from contracts.runtime import Runtime
from contracts.topics import COMMITS
from contracts.values import Picture, Sealed
from nuandeng.keeping.errors import PersonAmbiguousError, PersonUnknownError
from stream.access import kafka_settings, topic
from stream.log.read import RangeReader
from stream.partition import partition_count

_KEY = re.compile(r"k[0-9a-f]{24}")
KINDS = ("key", "unit", "incident", "account")


class Person(NamedTuple):
    """Who is meant. subjects: `unit:…`, `incident:…`, `account:…`; units, accounts: whose secrets go too."""

    subjects: tuple[str, ...]
    keys: tuple[str, ...]
    units: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()


class Subjects:
    """What the log's commits name. Commits that don't stand are taken too: they lie there as well.

    accounts: as registered last. keys: subject → its keys. places: key → jurisdictions whose log holds it. pictures: by key.
    erased: key → jurisdictions whose log says that it was erased.
    """

    def __init__(self) -> None:
        self.keys: dict[str, set[str]] = defaultdict(set)
        self.places: dict[str, set[str]] = defaultdict(set)
        self.pictures: dict[str, set[Picture]] = defaultdict(set)
        self.erased: dict[str, set[str]] = defaultdict(set)
        self.accounts: dict[str, AccountEntry] = {}
        self._account_of: dict[str, str] = {}

    def take(self, commit: Commit) -> None:
        """Look at one commit."""
        for event in commit.events:
            if isinstance(event, UnitsRegistered):
                for unit in event.units:
                    self.keys[f"unit:{unit.unit}"].update(())
                    self._sealed(f"unit:{unit.unit}", commit.jurisdiction, unit)
            elif isinstance(event, AccountsRegistered):
                for account in event.accounts:
                    self.accounts[account.account] = account
                    self._account_of[account.username] = account.account
            elif isinstance(event, PersonErased):
                for key in event.keys:
                    self.erased[key].add(commit.jurisdiction)
            else:
                incident = getattr(event, "incident", None)
                if isinstance(incident, str):
                    self.keys[f"incident:{incident}"].update(())
                    self._sealed(f"incident:{incident}", commit.jurisdiction, event)

    def _sealed(self, subject: str, jurisdiction: str, value: Any) -> None:
        for one in sealed_in(value):
            self.keys[subject].add(one.key)
            self.places[one.key].add(jurisdiction)
            if isinstance(one, Picture):
                self.pictures[one.key].add(one)

    def find(self, name: str, in_keystore: frozenset[str] = frozenset()) -> Person:
        """Return whom a name means: `KIND:ID`, or an id alone where one kind goes by it.

        in_keystore: keys that may be named though the log holds none of them, such as a picture's that was never sent off.

        Raises:
            PersonUnknownError, PersonAmbiguousError.
        """
        kind, _, identifier = name.partition(":")
        wanted, rest = ((kind,), identifier) if kind in KINDS and identifier else (KINDS, name)
        found = {kind: person for kind in wanted for person in [self._of_kind(kind, rest, in_keystore)] if person is not None}
        if not found:
            raise PersonUnknownError(f"Nothing in the log goes by {name!r}.")
        if len(found) > 1:
            raise PersonAmbiguousError(f"{name!r} is {' and '.join(sorted(found))}.")
        return next(iter(found.values()))

    def holders(self, keys: tuple[str, ...]) -> tuple[str, ...]:
        """Everything that holds something sealed with one of these keys."""
        wanted = set(keys)
        return tuple(sorted(subject for subject, held in self.keys.items() if held & wanted))

    def _of_kind(self, kind: str, name: str, in_keystore: frozenset[str]) -> Person | None:
        if kind == "key":
            known = name in self.places or name in in_keystore or name in self.erased
            return Person(self.holders((name,)), (name,)) if known and _KEY.fullmatch(name) else None
        if kind == "account":
            account = name if name in self.accounts else self._account_of.get(name)
            if account is None:
                return None
            unit = self.accounts[account].unit
            held = tuple(sorted(self.keys.get(f"unit:{unit}", ()))) if unit else ()
            subjects = (f"account:{account}", *((f"unit:{unit}",) if unit else ()))
            return Person(subjects, held, (unit,) if unit else (), (account,))
        subject = f"{kind}:{name}"
        if subject not in self.keys:
            return None
        accounts = tuple(sorted(one for one, entry in self.accounts.items() if kind == "unit" and entry.unit == name))
        return Person((subject,), tuple(sorted(self.keys[subject])), (name,) if kind == "unit" else (), accounts)


def sealed_in(value: Any) -> Iterator[Sealed | Picture]:
    """Yield every sealed field and picture within a value."""
    if isinstance(value, Sealed | Picture):
        yield value
    elif isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            yield from sealed_in(getattr(value, field))
    elif isinstance(value, tuple):
        for one in value:
            yield from sealed_in(one)


async def read_subjects(runtime: Runtime) -> Subjects:
    """Read the whole log. Raises KafkaError, OSError, TimeoutError."""
    subjects, reader = Subjects(), RangeReader(kafka_settings(runtime), topic(runtime, COMMITS))

    def take(_offset: int, record: bytes) -> None:
        try:
            commit = decode_commit(record)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return  # `audit verify` names it
        subjects.take(commit)

    try:
        for partition in range(partition_count()):
            await reader.read(partition, 0, take)
    finally:
        await reader.stop()
    return subjects
