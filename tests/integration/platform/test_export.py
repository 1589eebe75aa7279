"""A part of the log is handed out: whoever has it verifies it with a script of 60 lines and sums, with nothing of ours running."""

import datetime as dt
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.commands import AddNote, ReceiveIncident, ReportIncident
from contracts.commit import decode_commit
from contracts.terms import Source
from contracts.values import Picture
from nuandeng.embedded.guard import Guard
from nuandeng.embedded.session import RunningKafka, RunningValkey
from nuandeng.keeping.errors import ExportTakenError, NothingToExportError, ReasonMissingError
from stream.replay import replay
from tests.integration.platform.standing_city import COUNTY, OTHER, StandingCity, place, standing_city
from tests.unit.nuandeng.printed_text import pages_of


@pytest.fixture
def city(tmp_path: Path, kafka: RunningKafka, valkey: RunningValkey, server_guard: Guard) -> Iterator[StandingCity]:
    """A city in which nothing has happened yet."""
    with standing_city(tmp_path / "data", kafka, valkey, server_guard) as made:
        yield made


def reported(city: StandingCity, code: str = COUNTY) -> tuple[str, Picture]:
    """An incident with words and a picture under one key, received."""
    key = city.keys.create()
    picture = city.evidence.save(b"original " + key.encode(), b"blurred " + key.encode(), key=key, taken_at_ms=1, camera=None)
    words = city.sealer.seal_text(key, "老人穿灰棉袄")
    incident = city.ask(ReportIncident(source=Source.PUBLIC, place=place(code), description=words, pictures=(picture,)), code).created[0]
    city.ask(ReceiveIncident(incident=incident), code)
    return incident, picture


def run(folder: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    """A process that finds nothing of ours but what lies in the folder."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "NUANDENG"))}
    return subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False)


def test_an_incident_is_exported_with_proofs_and_blurred_pictures_alone(city: StandingCity, tmp_path: Path) -> None:
    """Every proof holds, a changed one does not; another incident's records are not in it; no original, no plain text."""
    incident, picture = reported(city)
    other, _ = reported(city)
    city.ask(AddNote(incident=incident, note=city.sealer.seal_text(picture.key, "备注")))
    folder = tmp_path / "out"
    done = city.nuandeng("export", "--incident", incident, "--to", folder)
    assert done.exit_code == 0, (done.output, done.exception)
    commits = [decode_commit(path.read_bytes()) for path in sorted((folder / "commits").iterdir())]
    assert [type(commit.events[0]).__name__ for commit in commits] == ["IncidentReported", "IncidentReceived", "NoteAdded"]
    assert not any(other in path.read_text() for path in (folder / "commits").iterdir())
    assert [path.name for path in (folder / "evidence").iterdir()] == [f"{picture.public_sha256}.jpg"]
    assert run(folder, "sha256sum", "-c", "--quiet", "SHA256SUMS").returncode == 0
    (key,) = (folder / "keys.txt").read_text().splitlines()
    for proof in sorted((folder / "proofs").iterdir()):
        checked = run(folder, sys.executable, "-I", "verify_proof.py", f"proofs/{proof.name}", key)
        assert checked.returncode == 0, checked
        assert (folder / "commits" / proof.name).read_text() in checked.stdout
    proof.write_text(proof.read_text().replace('"leaf_index": ', '"leaf_index": 1'))
    assert run(folder, sys.executable, "-I", "verify_proof.py", f"proofs/{proof.name}", key).returncode != 0
    page = (folder / "report.html").read_text()
    assert "<h2>上报 <span>Reported</span></h2>" in page
    assert f"evidence/{picture.public_sha256}.jpg" in page
    pdf = (folder / "report.pdf").read_bytes()
    assert pdf.startswith(b"%PDF-1.4")
    (lines,) = pages_of(pdf)
    assert {"上报", "Reported", "受理", "Received", "备注", "Note", "(密文 sealed)", incident} <= set(lines)
    assert "灰棉袄" not in "".join(lines)
    everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert "灰棉袄".encode() not in everything
    assert isinstance(city.nuandeng("export", "--incident", incident, "--to", folder).exception, ExportTakenError)
    assert isinstance(city.nuandeng("export", "--incident", "none", "--to", tmp_path / "none").exception, NothingToExportError)
    assert not (tmp_path / "none").exists()


def test_originals_need_a_reason_and_stand_in_the_log(city: StandingCity, tmp_path: Path) -> None:
    """A time of both counties into a zip; who opened which original and why is an event; somebody who was erased is not in it."""
    incident, picture = reported(city)
    gone, lost = reported(city, OTHER)
    assert city.nuandeng("erase", gone, "--reason", "asked").exit_code == 0
    now = dt.datetime.now()  # noqa: DTZ005 - what an operator types is local time
    span = ("--from", f"{now - dt.timedelta(hours=1):%Y-%m-%dT%H:%M:%S}", "--until", f"{now + dt.timedelta(hours=1):%Y-%m-%dT%H:%M:%S}")
    packed = tmp_path / "out.zip"
    assert isinstance(city.nuandeng("export", *span, "--to", packed, "--unblurred").exception, ReasonMissingError)
    done = city.nuandeng("export", "--incident", incident, "--to", packed, "--unblurred", "--reason", "court order", "--by", "auditor")
    assert done.exit_code == 0, (done.output, done.exception)
    with zipfile.ZipFile(packed) as found:
        assert found.read(f"evidence/original-{picture.sha256}.jpg") == b"original " + picture.key.encode()
    line = replay(city.runtime).states[COUNTY].incidents[incident].timeline[-1]
    assert (line.event, line.account, line.facts) == ("EvidenceOpened", "cli:auditor", {"what": picture.sha256, "reason": "court order"})
    both = city.nuandeng("export", *span, "--to", tmp_path / "both.zip")
    assert both.exit_code == 0, (both.output, both.exception)
    with zipfile.ZipFile(tmp_path / "both.zip") as found:
        names = found.namelist()
    assert f"evidence/{picture.public_sha256}.jpg" in names
    assert not any(lost.public_sha256 in name or "original" in name for name in names)
    assert {name.split("/")[1].split("-")[0] for name in names if name.startswith("commits/") and "-" in name} == {COUNTY, OTHER}
    assert "1 are no longer there" in both.output
