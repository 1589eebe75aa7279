"""Erasing a person: first the log says so, then the list, then the keys go."""

import time
from collections import defaultdict
from hashlib import sha256
from pathlib import Path

import msgspec

from contracts.commands import AnyBody, Command, ErasePerson, RegisterAccounts
from contracts.runtime import Runtime
from nuandeng.keeping.backups_known import secrets_of, tell_backups
from nuandeng.keeping.certificate import FORMAT, Certificate, RecordedAt
from nuandeng.keeping.erased_list import NAME, Erased, add_erased, lose
from nuandeng.keeping.errors import PersonUnknownError
from nuandeng.keeping.recording import record
from nuandeng.keeping.subjects import Person, Subjects, read_subjects
from stream.commands import system_command
from stream.vault.evidence import FsspecEvidenceStore
from stream.vault.keystore import FileKeyStore
from web.access.passwords import secret_name

# As many as one command may name.
_KEYS_MOST = 500


async def erase(runtime: Runtime, name: str, *, reason: str, by: str) -> Certificate:
    """Erase whom a name means. Interrupted and run again, it goes on where it was.

    Args:
        name: `KIND:ID` or an id alone, as `Subjects.find`. by: who ordered it.
    Raises:
        PersonUnknownError, PersonAmbiguousError: nobody was erased.
        NotRecordedError: the log does not say it, so no key was destroyed.
        KafkaError, OSError, TimeoutError, UnreadableError, sqlite3.Error.
    """
    data_dir = Path(runtime.data_dir)
    keys = FileKeyStore(Path(runtime.keystore))
    subjects = await read_subjects(runtime)
    person = subjects.find(name, keys.names())
    if not person.keys:
        raise PersonUnknownError(f"Nothing is sealed for {', '.join(person.subjects)}: there is nothing to erase.")
    recorded = await record(runtime, _commands(runtime, subjects, person, reason, by))
    entries = _entries(subjects, person)
    add_erased(data_dir / NAME, entries)
    secrets = secrets_of(Path(runtime.secrets_store), keys)
    lost = lose(entries, keys, secrets, FsspecEvidenceStore(runtime.evidence, keys))
    told = tell_backups(data_dir, entries)
    return Certificate(
        format=FORMAT, subjects=person.subjects, keys=person.keys, by=by, reason=reason, at_ms=time.time_ns() // 1_000_000,
        also=tuple(one for one in subjects.holders(person.keys) if one not in person.subjects),
        recorded=tuple(RecordedAt(jurisdiction=one.jurisdiction, sequence=one.sequence, sha256=one.sha256) for one in recorded),
        keys_destroyed=lost.keys, pictures_removed=lost.pictures, secrets_removed=lost.secrets,
        backups_reached=told.reached, backups_unreached=told.unreached,
    )  # fmt: skip


def _commands(runtime: Runtime, subjects: Subjects, person: Person, reason: str, by: str) -> list[Command]:
    """What is not in the log yet: in each jurisdiction whose log holds something sealed with a key, and the accounts at the city."""
    open_keys: dict[str, list[str]] = defaultdict(list)
    for key in person.keys:
        for jurisdiction in sorted(subjects.places.get(key) or ({_city(runtime)} if not subjects.erased.get(key) else ())):
            if jurisdiction not in subjects.erased.get(key, ()):
                open_keys[jurisdiction].append(key)
    commands = []
    for jurisdiction, keys in open_keys.items():
        for start in range(0, len(keys), _KEYS_MOST):
            chunk = tuple(keys[start : start + _KEYS_MOST])
            commands.append(_command(ErasePerson(keys=chunk, by=by, reason=reason), jurisdiction, "erase", " ".join(chunk)))
    closed = tuple(
        msgspec.structs.replace(entry, username=f"erased-{entry.account}", display_name="", disabled=True)
        for entry in (subjects.accounts[account] for account in person.accounts)
        if not entry.username.startswith("erased-")
    )
    if closed:
        commands.append(_command(RegisterAccounts(accounts=closed), _city(runtime), "close", " ".join(entry.account for entry in closed)))
    return commands


def _command(body: AnyBody, jurisdiction: str, verb: str, about: str) -> Command:
    # Not by the keys alone: a restored log may be told of the same erasure once more after it was refused.
    unique = sha256(f"{about} {time.time_ns()}".encode()).hexdigest()[:24]
    return system_command(body, jurisdiction=jurisdiction, command_id=f"sys:{verb}:{jurisdiction}:{unique}")


def _city(runtime: Runtime) -> str:
    cities = [one.code for one in runtime.jurisdictions if one.kind == "city"]
    return cities[0] if cities else runtime.jurisdictions[0].code


def _entries(subjects: Subjects, person: Person) -> list[Erased]:
    pictures = sorted(
        ((picture.sha256, picture.public_sha256) for key in person.keys for picture in subjects.pictures.get(key, ())),
    )
    return [
        *(Erased(what="key", name=key) for key in person.keys),
        *(Erased(what="original", name=original) for original, _ in pictures),
        *(Erased(what="public", name=public) for _, public in pictures),
        *(Erased(what="secrets_under", name=f"push:{unit}:") for unit in person.units),
        *(Erased(what="secret", name=secret_name(account)) for account in person.accounts),
    ]
