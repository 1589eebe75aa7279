"""Set-up takes only what was locked, and does nothing twice."""

import base64
import hashlib
import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuandeng.checkout import ROOT
from nuandeng.embedded.jars import locked_jars
from nuandeng.setup.borders import write_borders
from nuandeng.setup.npm_package import LOCK, check, locked_package, unpack
from nuandeng.setup.prerequisites import missing_prerequisites
from nuandeng.setup.steps import Progress, Step, StepError, run


def archive(folder: Path, files: dict[str, bytes]) -> Path:
    """An npm package's archive."""
    path = folder / "p.tgz"
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


def test_only_named_files_leave_an_archive(tmp_path: Path) -> None:
    """The rest, and paths that climb out, are never written."""
    packed = archive(tmp_path, {"package/a": b"1", "package/b": b"2", "../evil": b"3", "package/../../evil": b"4"})
    unpack(packed, tmp_path / "out", ("a",))
    assert [path.name for path in (tmp_path / "out").rglob("*")] == ["a"]
    assert not (tmp_path.parent / "evil").exists()


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    """The lock and the package disagree: say so."""
    with pytest.raises(StepError, match="does not hold c"):
        unpack(archive(tmp_path, {"package/a": b"1"}), tmp_path / "out", ("a", "c"))


@given(st.binary(min_size=1, max_size=64), st.integers(0, 63), st.integers(1, 255))
def test_one_changed_byte_is_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes, at: int, by: int) -> None:
    """The locked hash accepts the locked bytes and nothing else."""
    path = tmp_path_factory.getbasetemp() / "content.tgz"
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
    path.write_bytes(content)
    check(path, integrity)
    changed = bytearray(content)
    changed[at % len(content)] ^= by
    path.write_bytes(changed)
    with pytest.raises(StepError, match="not what was locked"):
        check(path, integrity)


def test_a_step_is_done_again_only_when_something_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Same inputs: nothing. Another input, or an output that is gone: once more."""
    monkeypatch.setenv("NUANDENG_CACHE", str(tmp_path / "cache"))
    source, target = tmp_path / "in", tmp_path / "out"
    source.write_text("1")
    made: list[str] = []

    def make() -> None:
        made.append(source.read_text())
        target.write_text(made[-1])

    step = Step(name="s", title="a step", inputs=(source,), outputs=(target,), run=make)
    progress = Progress(steps=1)
    for _ in range(2):
        progress.perform(step)
    assert made == ["1"]
    source.write_text("2")
    progress.perform(step)
    target.unlink()
    progress.perform(step)
    assert made == ["1", "2", "2"]


def test_a_failing_command_shows_the_end_of_what_it_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And where the rest is."""
    monkeypatch.setenv("NUANDENG_CACHE", str(tmp_path))
    with pytest.raises(StepError, match=r"(?s)no route.*talk\.log"):
        run([sys.executable, "-c", "print('no route'); raise SystemExit(1)"], log="talk")


def test_this_machine_has_what_set_up_needs() -> None:
    """It ran here, so nothing may be reported missing."""
    assert list(missing_prerequisites()) == []


def test_borders_carry_todays_codes(tmp_path: Path) -> None:
    """Zouping has been a city of its own code since 2018."""
    old = {"features": [{"id": code, "properties": {"name": "x"}, "geometry": None} for code in ("371602", "371626")]}
    (tmp_path / "old").write_text(json.dumps(old))
    write_borders(tmp_path / "old", tmp_path / "new" / "b.geojson")
    made = json.loads((tmp_path / "new" / "b.geojson").read_text())
    assert [feature["properties"]["adcode"] for feature in made["features"]] == ["371602", "371681"]


def test_set_up_runs_on_a_bare_python() -> None:
    """Its modules import the standard library only, but for what runs in environments made by earlier steps."""
    subprocess.run([sys.executable, "-S", "-c", "import nuandeng.setup.plan, nuandeng.setup.__main__"], cwd=ROOT, check=True)


def test_locks_are_hashed_and_name_no_registry() -> None:
    """Every pin has a hash; no file says where to fetch from."""
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text()
        assert "://" not in text.replace("via ", ""), lock
        pins = [block for block in text.replace("\\\n", " ").splitlines() if "==" in block and not block.lstrip().startswith("#")]
        assert pins, lock
        assert all("--hash=sha256:" in pin for pin in pins), lock
    assert all(len(jar.sha256) == 64 for jar in locked_jars())
    assert all(locked_package(entry["name"]).integrity.startswith("sha512-") for entry in json.loads(LOCK.read_text()))
