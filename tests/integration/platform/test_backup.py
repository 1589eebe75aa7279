"""From a backup alone into an empty machine: the same state, a log that verifies, and whoever was erased stays erased."""

import json
import re
import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from contracts.commands import AddNote, RegisterUnits, ReportIncident
from contracts.errors import KeyDestroyedError, UnreadableError
from contracts.registry_entries import UnitEntry
from contracts.terms import Source, UnitKind
from contracts.values import Picture
from nuandeng.cli import app
from nuandeng.embedded.guard import Guard
from nuandeng.embedded.session import RunningKafka, RunningValkey
from nuandeng.keeping.errors import BackupBrokenError, BackupTakenError, DataDirNotEmptyError
from stream.vault.evidence import FsspecEvidenceStore
from stream.vault.keystore import FileKeyStore
from stream.vault.sealer import TextSealer
from stream.vault.secrets import SecretsStore
from tests.integration.platform.standing_city import ADMIN, COUNTY, StandingCity, place, standing_city


@pytest.fixture
def city(tmp_path: Path, kafka: RunningKafka, valkey: RunningValkey, server_guard: Guard) -> Iterator[StandingCity]:
    """A city in which nothing has happened yet."""
    with standing_city(tmp_path / "data", kafka, valkey, server_guard) as made:
        yield made


def reported(city: StandingCity, words: str) -> tuple[str, Picture]:
    """An incident with words and a picture under one key."""
    key = city.keys.create()
    picture = city.evidence.save(f"original {words}".encode(), f"public {words}".encode(), key=key, taken_at_ms=1, camera=None)
    body = ReportIncident(source=Source.PUBLIC, place=place(), description=city.sealer.seal_text(key, words), pictures=(picture,))
    return city.ask(body).created[0], picture


def nuandeng(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments)])


def digest_said(result: Result) -> str:
    assert result.exit_code == 0, (result.output, result.exception)
    found = re.search(r"digest ([0-9a-f]{64})", result.output)
    assert found is not None, result.output
    return found[1]


def test_a_restored_machine_has_the_same_state_and_verifies_and_the_erased_stay_erased(city: StandingCity, tmp_path: Path) -> None:
    """Two are erased after the backup: one while it is in reach, one after a copy was carried away. Neither comes back."""
    _, kept = reported(city, "留下的人")
    first, in_reach = reported(city, "备份后销毁的人")
    key = city.keys.create()
    name = city.sealer.seal_text(key, "王建国")
    city.ask(RegisterUnits(units=(UnitEntry(unit="u1", kind=UnitKind.VOLUNTEER, area=f"{COUNTY}001", name=name),)), COUNTY, ADMIN)
    city.secrets.put_many({"push:u1:phone": b"endpoint", "vapid": b"kept"})
    assert city.nuandeng("audit", "checkpoint").exit_code == 0
    backup, carried = tmp_path / "backup", tmp_path / "carried"
    said = digest_said(city.nuandeng("backup", backup))
    assert city.nuandeng("backup", backup).exception.__class__ is BackupTakenError
    assert {oct(path.stat().st_mode & 0o077) for path in (backup, backup / "keystore", backup / "backup.json")} == {"0o0"}
    assert city.nuandeng("erase", first, "--reason", "asked").exit_code == 0
    assert in_reach.key.encode() not in (backup / "keystore").read_bytes()
    backup.rename(carried)
    told = city.nuandeng("erase", "unit:u1", "--reason", "left")
    assert f"OUT OF REACH: backup {backup}" in told.output
    assert key.encode() in (carried / "keystore").read_bytes()

    restored = tmp_path / "restored"
    done = nuandeng("restore", carried, "--data-dir", restored, "--erased", city.folder / "erased")
    assert digest_said(done) == said
    # The one that was kept; and its copy in the log, if it stood there already.
    assert re.search(r"[12] checkpoints, all as they must be", done.output)
    replayed = nuandeng("replay", "--data-dir", restored, "--digest")
    assert replayed.stdout.strip() == said
    verified = nuandeng("audit", "verify", "--data-dir", restored)
    assert verified.exit_code == 0, verified.output
    assert "all as they must be" in verified.stdout

    keys = FileKeyStore(restored / "keystore")
    evidence, secrets = FsspecEvidenceStore(str(restored / "evidence"), keys), SecretsStore(restored / "secrets", keys)
    assert evidence.original(kept) == "original 留下的人".encode()
    with pytest.raises(KeyDestroyedError):
        TextSealer(keys).unseal_text(name)
    with pytest.raises(UnreadableError):
        evidence.public(in_reach.public_sha256)
    assert secrets.under("").keys() >= {"vapid", "witness"}
    assert secrets.under("push:") == {}
    assert not keys.names() & {key, in_reach.key}


def test_a_backup_made_after_an_erasure_restores_without_a_list(city: StandingCity, tmp_path: Path) -> None:
    """Even when its list was lost: the log itself says who was erased."""
    incident, picture = reported(city, "销毁后备份的人")
    sneaked = (city.folder / "keystore").read_bytes()
    assert city.nuandeng("erase", incident, "--reason", "asked").exit_code == 0
    backup = tmp_path / "backup"
    digest_said(city.nuandeng("backup", backup, "--no-evidence"))
    (backup / "erased").unlink()
    (backup / "keystore").write_bytes(sneaked)
    assert nuandeng("restore", backup, "--data-dir", tmp_path / "restored").exit_code == 0
    assert picture.key not in FileKeyStore(tmp_path / "restored" / "keystore").names()


def test_what_is_not_whole_is_not_restored_and_nothing_is_written_over(city: StandingCity, tmp_path: Path) -> None:
    """A directory that holds something, a byte changed, a log that was forged sums and all: each has its code and leaves nothing."""
    incident, picture = reported(city, "某人")
    city.ask(AddNote(incident=incident, note=city.sealer.seal_text(picture.key, "note")))
    backup = tmp_path / "backup"
    digest_said(city.nuandeng("backup", backup))
    full, target = tmp_path / "full", tmp_path / "target"
    full.mkdir()
    (full / "something").touch()
    refused = nuandeng("restore", backup, "--data-dir", full)
    assert isinstance(refused.exception, DataDirNotEmptyError)
    assert [path.name for path in full.iterdir()] == ["something"]
    for partition in range(4):
        log = backup / "log" / str(partition)
        if log.stat().st_size:
            break
    raw = log.read_bytes()
    log.write_bytes(raw.replace(b"NoteAdded", b"NoteAddeX"))
    assert isinstance(nuandeng("restore", backup, "--data-dir", target).exception, BackupBrokenError)
    assert not target.exists()
    # Whoever changes the log can change its sum; not the hash that the next record names.
    log.write_bytes(raw.replace(b"IncidentReported.1", b"IncidentReported.9", 1))
    manifest = json.loads((backup / "backup.json").read_text())
    manifest["files"][f"log/{partition}"] = sha256(log.read_bytes()).hexdigest()
    (backup / "backup.json").write_text(json.dumps(manifest))
    assert isinstance(nuandeng("restore", backup, "--data-dir", target).exception, BackupBrokenError)
    assert [path.name for path in target.iterdir()] in ([], ["platform.lock"])
    shutil.rmtree(backup / "log")
    assert isinstance(nuandeng("restore", backup, "--data-dir", tmp_path / "other").exception, BackupBrokenError)


@pytest.mark.timeout(240)
def test_a_log_goes_from_one_broker_to_three_and_every_record_keeps_its_place(city: StandingCity, tmp_path: Path) -> None:
    """Each record has three copies afterwards, in the same partitions; the number of brokers is remembered without any settings."""
    reported(city, "搬家前的人")
    backup, moved = tmp_path / "backup", tmp_path / "moved"
    said = digest_said(city.nuandeng("backup", backup))
    assert digest_said(nuandeng("restore", backup, "--data-dir", moved, "--brokers", "3")) == said
    logs = [{path.name for path in (moved / name / "log").glob("dispatch.commits-*")} for name in ("kafka", "kafka.2", "kafka.3")]
    assert logs[0] == logs[1] == logs[2] == {f"dispatch.commits-{number}" for number in range(4)}
    assert nuandeng("replay", "--data-dir", moved, "--digest").stdout.strip() == said
