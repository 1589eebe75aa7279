"""Commands on the log work beside a platform that has stopped: they start its broker for themselves."""

import contextlib
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from contracts.topics import TOPICS
from nuandeng.cli import app
from nuandeng.data_dir import held
from nuandeng.embedded.guard import Guard
from nuandeng.embedded.ports import listening
from nuandeng.embedded.server_process import ServerProcess
from nuandeng.failures import DataDirBrokenError
from nuandeng.installation import Installation
from nuandeng.settings import Settings, WebSettings


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory whose broker has run once and holds our topics."""
    folder = tmp_path_factory.mktemp("recorded")
    with held(folder):
        installation = Installation(Settings(data_dir=str(folder), web=WebSettings(port=0)))
        assert installation.kafka is not None
        installation.kafka.prepare()
        guard = Guard()
        process = ServerProcess(name="kafka", argv=installation.kafka.argv(), env={}, log=folder / "output.log", guard=guard)
        process.start(installation.kafka.answers)
        installation.kafka.set_up(TOPICS)
        process.stop()
        guard.close()
        installation.close()
    return folder


def test_an_empty_log_replays_to_nothing_and_verifies(recorded: Path) -> None:
    """Replay prints offsets, digest and states; audit finds nothing bad; there are no dead letters."""
    run = CliRunner()
    replayed = run.invoke(app, ["replay", "--data-dir", str(recorded)])
    assert replayed.exit_code == 0, replayed.output
    found = json.loads(replayed.stdout)
    assert (found["records"], found["states"]) == (0, {})
    bare = run.invoke(app, ["replay", "--data-dir", str(recorded), "--digest", "--at", "{}"])
    assert bare.stdout.strip() == found["digest"]
    verified = run.invoke(app, ["audit", "verify", "--data-dir", str(recorded)])
    assert (verified.exit_code, "0 records" in verified.stdout) == (0, True)
    signed = run.invoke(app, ["audit", "checkpoint", "--data-dir", str(recorded)])
    assert (signed.exit_code, signed.stdout) == (0, "")
    letters = run.invoke(app, ["deadletters", "list", "--data-dir", str(recorded)])
    assert (letters.exit_code, letters.stdout) == (0, "")


def test_somebody_on_the_usual_port_is_in_nobodys_way(recorded: Path) -> None:
    """A command on the log serves nothing, so the port of the settings' default may be taken."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # taken already: so much the better
            stack.enter_context(listening(WebSettings().port))
        verified = CliRunner().invoke(app, ["audit", "verify", "--data-dir", str(recorded)])
    assert verified.exit_code == 0, verified.output


def test_a_folder_without_a_log_is_named(tmp_path: Path) -> None:
    """Nothing is made in a folder that was named by mistake."""
    result = CliRunner().invoke(app, ["audit", "verify", "--data-dir", str(tmp_path)])
    assert isinstance(result.exception, DataDirBrokenError)
    assert list(tmp_path.iterdir()) == []
