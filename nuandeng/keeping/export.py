"""Exporting an incident or a time: commits as they stand, proofs, pictures, a report; whoever has it needs nothing of ours to verify it."""

import asyncio
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec

from contracts.commands import OpenEvidence
from contracts.commit import Commit
from contracts.errors import KeyDestroyedError, UnreadableError
from contracts.events import CheckpointRecorded
from contracts.runtime import Runtime
from contracts.terms import Role
from contracts.topics import COMMITS
from contracts.values import Actor, Picture
from nuandeng.checkout import ROOT
from nuandeng.keeping.backup_files import sum_of
from nuandeng.keeping.errors import NothingToExportError
from nuandeng.keeping.printed import printed
from nuandeng.keeping.proofs import Tree
from nuandeng.keeping.recording import record
from nuandeng.keeping.report import html_of
from nuandeng.keeping.subjects import sealed_in
from stream.access import kafka_settings, topic
from stream.commands import client_command_id, system_command
from stream.log.read import RangeReader
from stream.partition import partition_count
from stream.vault.evidence import FsspecEvidenceStore
from stream.vault.keystore import FileKeyStore
from stream.witness.checkpoint import open_checkpoint
from stream.witness.keys import log_key
from stream.witness.publishing import Places, kept_folder, publish_checkpoints
from stream.witness.trees import PartitionTrees

_README = """\
本文件夹无需我方程序即可核对 · This folder verifies without our program.

commits/    日志记录原文 records as they stand in the log; personal fields are ciphertext
proofs/     每条记录的证明 a proof of each, to a signed checkpoint
evidence/   打码图片,文件名即 SHA-256 pictures with heads blurred, named by their SHA-256; original-* only where they were asked for
report.*    经过 the same in words (the PDF names its Chinese font and does not embed it; the page shows the pictures too)
keys.txt    日志公钥 the logs' keys: compare them with those you wrote down
SHA256SUMS  sha256sum -c SHA256SUMS

    python verify_proof.py proofs/371602-57.json "$(grep /371602+ keys.txt)"     # needs Python and the package cryptography
"""


class Selection(NamedTuple):
    """What to export. incident, or commits that occurred from one time (epoch ms) to before another."""

    title: str
    incident: str | None = None
    from_ms: int = 0
    until_ms: int = 0


class Exported(NamedTuple):
    """What was written. missing: pictures that are no longer there, or whose person was erased."""

    commits: int
    pictures: int
    originals: int
    missing: int


class _Found(NamedTuple):
    commit: Commit
    record: bytes


async def export(runtime: Runtime, selection: Selection, folder: Path, *, unblurred: tuple[str, str] | None = None) -> Exported:
    """Write an export into an empty folder.

    Args:
        unblurred: who wants the originals, and why; each opening is in the log before a picture is opened.
    Raises:
        NothingToExportError. NotRecordedError: an opening was not recorded, and nothing was opened.
        KafkaError, OSError, TimeoutError, NuandengError.
    """
    found = await _select(runtime, selection)
    if not found:
        raise NothingToExportError(f"The log holds nothing of {selection.title}.")
    found = await _prove(runtime, found, folder)
    pictures = _pictures(found)
    opened = await _open(runtime, pictures, unblurred) if unblurred else frozenset()
    done = await asyncio.to_thread(_evidence, runtime, pictures, folder / "evidence", opened)
    commits = [one.commit for one in found]
    shown = sorted(f"evidence/{path.name}" for path in (folder / "evidence").glob("[0-9a-f]*.jpg"))
    (folder / "report.html").write_text(html_of(selection.title, commits, shown), encoding="utf-8")
    (folder / "report.pdf").write_bytes(printed(selection.title, commits))
    (folder / "README.txt").write_text(_README, encoding="utf-8")
    shutil.copyfile(ROOT / "docs" / "verify_proof.py", folder / "verify_proof.py")
    files = sorted(path for path in folder.rglob("*") if path.is_file())  # noqa: ASYNC240
    sums = "".join(f"{sum_of(path)}  {path.relative_to(folder)}\n" for path in files)
    (folder / "SHA256SUMS").write_text(sums, encoding="utf-8")
    return Exported(len(found), *done)


async def _select(runtime: Runtime, selection: Selection) -> list[_Found]:
    found: list[_Found] = []
    wanted = _of_incident(selection.incident) if selection.incident else _of_time(selection)
    reader = RangeReader(kafka_settings(runtime), topic(runtime, COMMITS))
    try:
        for partition in range(partition_count()):
            trees = PartitionTrees(partition)

            def take(offset: int, raw: bytes, trees: PartitionTrees = trees) -> None:
                grown = trees.step(offset, raw)
                if grown is not None and wanted(grown.commit):
                    found.append(_Found(grown.commit, raw))

            await reader.read(partition, 0, take)
    finally:
        await reader.stop()
    return sorted(found, key=lambda one: (one.commit.occurred_at_ms, one.commit.jurisdiction, one.commit.sequence))


def _of_time(selection: Selection) -> Callable[[Commit], bool]:
    return lambda commit: selection.from_ms <= commit.occurred_at_ms < selection.until_ms


def _of_incident(incident: str) -> Callable[[Commit], bool]:
    """Whether a commit speaks of an incident or of one of its tasks; asked in the order of the log."""
    tasks: set[str] = set()

    def wanted(commit: Commit) -> bool:
        hit = False
        for event in commit.events:
            task = getattr(event, "assignment", None)
            if incident in (getattr(event, "incident", None), getattr(event, "into", None), getattr(event, "revisit_of", None)):
                hit = True
                if isinstance(task, str):
                    tasks.add(task)
            hit |= task in tasks
        return hit

    return wanted


async def _prove(runtime: Runtime, found: list[_Found], folder: Path) -> list[_Found]:
    """Write records, proofs and keys; return what they are of."""
    # So that the newest of them are covered too.
    await publish_checkpoints(runtime, Places())
    key, kept = log_key(runtime), kept_folder(runtime)
    names = sorted({one.commit.jurisdiction for one in found})
    trees = {name: Tree(kept, open_checkpoint(kept.checkpoint(name) or b"", key.identity)) for name in names}
    # The record of the newest checkpoint itself: it is covered by the one after it.
    found = [one for one in found if one.commit.sequence <= trees[one.commit.jurisdiction].size or not _only_checkpoints(one.commit)]
    for kind in ("commits", "proofs", "evidence"):
        (folder / kind).mkdir(parents=True)
    for commit, raw in found:
        name = f"{commit.jurisdiction}-{commit.sequence}.json"
        (folder / "commits" / name).write_bytes(raw)
        proof = trees[commit.jurisdiction].prove(commit.sequence, raw)
        (folder / "proofs" / name).write_bytes(msgspec.json.format(msgspec.json.encode(proof), indent=2))
    (folder / "keys.txt").write_text("".join(f"{key.identity.verifier(name)}\n" for name in names), encoding="utf-8")
    return found


def _only_checkpoints(commit: Commit) -> bool:
    return all(isinstance(event, CheckpointRecorded) for event in commit.events)


def _pictures(found: list[_Found]) -> dict[Picture, tuple[str, str]]:
    """Each picture with jurisdiction and incident that hold it."""
    pictures: dict[Picture, tuple[str, str]] = {}
    for commit, _ in found:
        for event in commit.events:
            for one in sealed_in(event):
                if isinstance(one, Picture):
                    pictures.setdefault(one, (commit.jurisdiction, getattr(event, "incident", "")))
    return pictures


async def _open(runtime: Runtime, pictures: dict[Picture, tuple[str, str]], unblurred: tuple[str, str]) -> frozenset[str]:
    by, reason = unblurred
    commands = []
    for picture, (jurisdiction, incident) in pictures.items():
        # Whoever may use the machine's command line acts as a supervisor there, under a name that nobody can log in with.
        actor = Actor(account=f"cli:{by}", role=Role.SUPERVISOR, area=jurisdiction)
        command_id = client_command_id(actor.account, f"{picture.sha256}:{time.time_ns()}")
        body = OpenEvidence(incident=incident, what=picture.sha256, reason=reason)
        command = system_command(body, jurisdiction=jurisdiction, command_id=command_id)
        commands.append(msgspec.structs.replace(command, actor=actor))
    await record(runtime, commands)
    return frozenset(picture.sha256 for picture in pictures)


def _evidence(runtime: Runtime, pictures: dict[Picture, tuple[str, str]], folder: Path, opened: frozenset[str]) -> tuple[int, int, int]:
    store = FsspecEvidenceStore(runtime.evidence, FileKeyStore(Path(runtime.keystore)))
    public = originals = missing = 0
    for picture in pictures:
        try:
            (folder / f"{picture.public_sha256}.jpg").write_bytes(store.public(picture.public_sha256))
            public += 1
            if picture.sha256 in opened:
                (folder / f"original-{picture.sha256}.jpg").write_bytes(store.original(picture))
                originals += 1
        except (KeyDestroyedError, UnreadableError):
            missing += 1
    return public, originals, missing
