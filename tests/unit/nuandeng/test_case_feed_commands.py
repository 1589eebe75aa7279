"""An engineer lets a vendor of the case feed in, changes its secret, and shows it the door."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from camera_adapters.case_feed.reader import CaseReader
from camera_adapters.case_feed.settings import MappingError
from contracts.errors import NuandengError
from nuandeng.cli import app
from nuandeng.failures import DataDirBrokenError, VendorKnownError, VendorUnknownError
from stream.case_signature import case_secret
from stream.vault.keystore import FileKeyStore
from stream.vault.sealer import TextSealer
from stream.vault.secrets import SecretsStore

EXAMPLE = Path(__file__).parents[3] / "camera_adapters" / "case_feed" / "mappings" / "szcg-example.toml"


def run(folder: Path, *arguments: str) -> str:
    """Standard output of `nuandeng case-feed …`; raises what the command line would print as a sentence."""
    result = CliRunner().invoke(app, ["case-feed", *arguments, "--data-dir", str(folder)])
    if isinstance(result.exception, NuandengError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def secret_in(said: str) -> str:
    """What an engineer hands to the vendor."""
    return next(line.split()[1] for line in said.splitlines() if line.startswith("secret"))


def kept(folder: Path, vendor: str) -> bytes | None:
    """What the web process checks signatures with."""
    return SecretsStore(folder / "secrets", FileKeyStore(folder / "keystore")).get(case_secret(vendor))


def mapping_of(folder: Path, vendor: str) -> Path:
    """The example under another name, as it came by mail."""
    path = folder.parent / "from the vendor.toml"
    path.write_text(EXAMPLE.read_text("utf-8").replace('vendor = "szcg-example"', f'vendor = "{vendor}"'), "utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data directory."""
    made = tmp_path / "data"
    made.mkdir()
    return made


def test_a_vendor_is_added_with_its_mapping_and_its_secret_is_said_once(folder: Path) -> None:
    """What is printed is what signatures are checked with; nothing on the disk holds it in plain; a second call is refused."""
    said = run(folder, "add-vendor", "szcg", "--mapping", str(mapping_of(folder, "szcg")))
    secret = secret_in(said)
    assert len(secret) >= 40
    assert kept(folder, "szcg") == secret.encode()
    assert "POST /api/v1/adapters/cases/szcg" in said
    assert all(secret.encode() not in path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert run(folder, "list-vendors").split() == ["szcg", str(folder / "vendors" / "szcg.toml")]
    assert secret not in run(folder, "list-vendors")
    with pytest.raises(VendorKnownError):
        run(folder, "add-vendor", "szcg")
    assert kept(folder, "szcg") == secret.encode()


def test_a_new_secret_ends_the_old_one_and_a_removed_vendor_has_none(folder: Path) -> None:
    """The mapping file stays for the day it comes back."""
    first = secret_in(run(folder, "add-vendor", "standard"))
    second = secret_in(run(folder, "add-vendor", "standard", "--new-secret"))
    assert first != second
    assert kept(folder, "standard") == second.encode()
    run(folder, "remove-vendor", "standard")
    assert kept(folder, "standard") is None
    with pytest.raises(VendorUnknownError):
        run(folder, "remove-vendor", "standard")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("szcg", "vendor = 'other'", "missing required field|mapping of"),
        ("szcg", "no = [toml", "from the vendor.toml"),
        ("szcg", None, "no mapping file"),
        ("../szcg", "vendor = '../szcg'", "cannot be a vendor's name"),
    ],
)
def test_a_vendor_whose_mapping_is_wrong_gets_no_secret(folder: Path, name: str, content: str | None, said: str) -> None:
    """Refused with what is wrong, before anything is kept."""
    given = folder.parent / "from the vendor.toml"
    given.write_text(content or "")
    with pytest.raises(MappingError, match=said):
        run(folder, "add-vendor", name, *(("--mapping", str(given)) if content else ()))
    assert list(folder.rglob("*.toml")) == []
    assert run(folder, "list-vendors") == ""


def test_a_folder_named_by_mistake_is_left_alone(tmp_path: Path) -> None:
    """Nothing is made."""
    with pytest.raises(DataDirBrokenError):
        run(tmp_path / "nowhere", "list-vendors")
    assert list(tmp_path.iterdir()) == []


def test_a_corrected_mapping_counts_from_the_next_case_on(folder: Path) -> None:
    """The adapter that runs need not be started again."""
    run(folder, "add-vendor", "szcg", "--mapping", str(mapping_of(folder, "szcg")))
    keys = FileKeyStore(folder / "keystore")
    reader = CaseReader(keys, TextSealer(keys), folder / "vendors")
    before = reader.mapping("szcg").default_urgency
    path = folder / "vendors" / "szcg.toml"
    path.write_text(path.read_text("utf-8").replace('default_urgency = "urgent"', 'default_urgency = "routine"'), "utf-8")
    assert reader.mapping("szcg").default_urgency == "routine" != before
