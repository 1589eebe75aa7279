"""`nuandeng audit`: verify the log, sign checkpoints of it, prove a commit, print the key."""

import asyncio
import re
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from aiokafka.errors import KafkaError

from contracts.errors import StoreAwayError
from contracts.runtime import Runtime
from nuandeng.log_commands import DataDir, opened
from stream.audit import Verified, verify
from stream.witness.against import BadCheckpoint, checkpoints_of
from stream.witness.checkpoint import LogIdentity, identity_of
from stream.witness.comparing import Expected
from stream.witness.errors import NoteUnreadableError
from stream.witness.folder import CheckpointFolder
from stream.witness.keys import log_key
from stream.witness.note import COSIGNATURE, NOTE_LONGEST, VerifierKey, parse_verifier_key
from stream.witness.part import places_of
from stream.witness.prove import prove
from stream.witness.publishing import Places, kept_folder, publish_checkpoints, replace_key
from stream.witness.rotation import followed

audit_app = typer.Typer(no_args_is_help=True, help="Proofs on the log.")

_COMMIT = re.compile(r"([0-9]{4,12})[/:]([0-9]{1,15})")

Against = Annotated[
    list[str] | None,
    typer.Option("--against", metavar="FILE|DIR|URL", help="Checkpoints that somebody kept; may be repeated. Else the installation's own."),
]
Keys = Annotated[
    list[str] | None,
    typer.Option("--key", metavar="VKEY", help="The log's key as you wrote it down, and those of witnesses who must have cosigned."),
]


@audit_app.callback()
def _audit() -> None:
    """Proofs on the log."""


@audit_app.command("verify")
def verify_command(data_dir: DataDir, against: Against = None, key: Keys = None) -> None:
    """Check every sequence and hash, and the checkpoints; exit code 1 names the first bad record or checkpoint."""
    with opened(data_dir) as runtime:
        identities, cosigners = _trusted(runtime, key or [], against or [])
        expected: list[Expected] = []
        forged: list[BadCheckpoint] = []
        kept = kept_folder(runtime)
        for source in against or ([str(kept.path)] if kept.jurisdictions() else []):
            found = checkpoints_of(source, identities, cosigners)
            expected += found.expected
            forged += found.bad
        verified = verify(runtime, expected=expected, identities=identities)
    tell(verified, forged)


def tell(found: Verified, forged: list[BadCheckpoint]) -> None:
    """Print what was found. Raises typer.Exit(1) when something is not as it must be."""
    for jurisdiction, (sequence, head) in sorted(found.heads.items()):
        typer.echo(f"{jurisdiction}  sequence {sequence}  {head}")
    for checkpoint in forged:
        typer.echo(f"BAD: checkpoint {checkpoint.source}: {checkpoint.reason}")
    if found.bad is not None:
        bad = found.bad
        where = f"partition {bad.partition}, offset {bad.offset}, jurisdiction {bad.jurisdiction or '?'}, sequence {bad.sequence or '?'}"
        typer.echo(f"BAD: {where}: {bad.reason}")
    for one in found.unsound:
        where = f"partition {one.partition}, offset {one.offset}, jurisdiction {one.jurisdiction}, sequence {one.sequence}"
        typer.echo(f"UNSOUND: {where}: {one.reason}; it changed nothing, and no writer of ours wrote it")
    if found.bad is not None or forged or found.unsound:
        raise typer.Exit(1)
    typer.echo(f"{found.records} records, {found.fenced} of them fenced off, {found.checkpoints} checkpoints, all as they must be")


@audit_app.command("checkpoint")
def checkpoint_command(
    data_dir: DataDir,
    to: Annotated[list[Path] | None, typer.Option("--to", metavar="DIR", help="Put them into this folder too; may be repeated.")] = None,
    witness: Annotated[
        list[str] | None, typer.Option("--witness", metavar="URL", help="Have this witness cosign them; may be repeated.")
    ] = None,
    witness_key: Annotated[
        list[str] | None, typer.Option("--witness-key", metavar="VKEY", help="Keep cosignatures by these keys alone.")
    ] = None,
) -> None:
    """Sign a checkpoint of what is new, and publish the newest: where the settings say, and where the options do."""
    more = Places(tuple(to or ()), tuple(witness or ()), tuple(parse_verifier_key(raw) for raw in witness_key or ()))
    with opened(data_dir) as runtime:
        always = places_of(runtime.witness)
        places = Places(
            always.folders + more.folders, always.witnesses + more.witnesses, always.witness_keys + more.witness_keys
        )
        done = asyncio.run(publish_checkpoints(runtime, places))
    for name, signed in sorted(done.newest.items()):
        cosigners = [line.name for line in signed.note.signatures if line.name != signed.checkpoint.origin]
        told = f"  cosigned by {', '.join(cosigners)}" if cosigners else ""
        typer.echo(f"{name}  {signed.checkpoint.size} records  {'signed' if name in done.fresh else 'nothing new'}{told}")
    for refusal in done.refused:
        typer.echo(f"REFUSED: {refusal.jurisdiction}: {refusal.why} [{refusal.why.code}]\n         {refusal.why.what_to_do}")
    if done.refused:
        raise typer.Exit(1)


@audit_app.command("prove")
def prove_command(
    commit: Annotated[str, typer.Argument(metavar="COMMIT", help="Jurisdiction and sequence, such as 371602/57.")],
    data_dir: DataDir,
    since: Annotated[
        Path | None, typer.Option("--since", metavar="CHECKPOINT", help="An older checkpoint that you kept: the log continues it.")
    ] = None,
) -> None:
    """Print, as JSON, what shows that a commit stands in the log whose checkpoint is known. docs/verify_proof.py checks it."""
    named = _COMMIT.fullmatch(commit)
    if named is None:
        raise typer.BadParameter("a commit is a jurisdiction and a sequence, such as 371602/57")
    old = None if since is None else _read(since)
    with opened(data_dir) as runtime:
        try:
            proof = asyncio.run(prove(runtime, log_key(runtime), kept_folder(runtime), (named[1], int(named[2])), old))
        except (KafkaError, TimeoutError) as err:
            raise StoreAwayError(f"Kafka does not answer: {err}.") from err
    typer.echo(msgspec.json.format(msgspec.json.encode(proof), indent=2).decode())


@audit_app.command("replace-key")
def replace_key_command(data_dir: DataDir) -> None:
    """Let another key sign from now on. The one before hands every log over to it, which is itself in the log, and is then forgotten."""
    with opened(data_dir) as runtime:
        done = asyncio.run(replace_key(runtime, places_of(runtime.witness)))
        identity = log_key(runtime).identity
    for name in sorted(done.newest):
        typer.echo(str(identity.verifier(name)))
    for refusal in done.refused:
        typer.echo(f"REFUSED: {refusal.jurisdiction}: {refusal.why} [{refusal.why.code}]\n         {refusal.why.what_to_do}")
    if done.refused:
        raise typer.Exit(1)


@audit_app.command("key")
def key_command(
    data_dir: DataDir,
    earlier: Annotated[bool, typer.Option("--earlier", help="Those that were replaced, the newest first.")] = False,
) -> None:
    """Print the key of each jurisdiction's log, for auditors and witnesses to write down."""
    with opened(data_dir) as runtime:
        identities = log_key(runtime).identities
        names = {jurisdiction.code for jurisdiction in runtime.jurisdictions} | set(kept_folder(runtime).jurisdictions())
        if not names:
            names = set(verify(runtime).heads)
    if not names:
        typer.echo("no jurisdiction has a record yet", err=True)
    for name in sorted(names):
        for identity in identities[1:] if earlier else identities[:1]:
            typer.echo(str(identity.verifier(name)))


def _trusted(runtime: Runtime, raw: list[str], sources: list[str]) -> tuple[list[LogIdentity], list[VerifierKey]]:
    """Whose checkpoints count, and who must have cosigned: the installation's own key unless others are named.

    Whoever was handed the log by one of them counts too: its key is named in a checkpoint that the one before signed.
    """
    keys = [parse_verifier_key(one) for one in raw]
    identities = [identity_of(key) for key in keys if key.kind != COSIGNATURE] or list(log_key(runtime).identities)
    handovers = kept_folder(runtime).handovers() + [note for source in sources for note in CheckpointFolder(Path(source)).handovers()]
    return followed(identities, handovers), [key for key in keys if key.kind == COSIGNATURE]


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(NOTE_LONGEST + 1)
    except OSError as err:
        raise NoteUnreadableError(f"{path}: {err.strerror}.") from err
