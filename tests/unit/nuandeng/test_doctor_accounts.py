"""The doctor says which of Kafka's accounts an installation has, and what the next start does about it."""

from pathlib import Path

import msgspec
import pytest

from nuandeng.doctor import Finding, examine
from nuandeng.embedded.secrets import KAFKA_ACCOUNTS, InstallationSecrets, installation_secrets, write_private
from nuandeng.settings import Settings, WebSettings


def about_accounts(folder: Path) -> Finding:
    """What it says of them."""
    (finding,) = (one for one in examine(Settings(data_dir=str(folder), web=WebSettings(port=0))) if one.subject == "accounts")
    return finding


def test_an_installation_of_this_release_has_them_all(tmp_path: Path) -> None:
    """One for each part."""
    installation_secrets(tmp_path)
    assert about_accounts(tmp_path)[1:] == ("ok", f"Kafka has one for each part, {len(KAFKA_ACCOUNTS)} in all", "")


@pytest.mark.parametrize(
    ("names", "verdict", "said"),
    [
        (("admin", "dispatcher", "platform"), "ok", "accounts are there; the next start makes the others and removes platform"),
        ((*KAFKA_ACCOUNTS[:-1],), "ok", "the next start makes the others"),
        ((*KAFKA_ACCOUNTS[1:],), "broken", "the password of Kafka's account admin is missing"),
    ],
)  # fmt: skip
def test_what_is_missing_or_over_is_named(tmp_path: Path, names: tuple[str, ...], verdict: str, said: str) -> None:
    """Of an earlier release, of one before a new part, and of a file that somebody cut."""
    secrets = InstallationSecrets(kafka=dict.fromkeys(names, "p"), valkey="v")
    write_private(tmp_path / "secrets.json", msgspec.json.encode(secrets))
    finding = about_accounts(tmp_path)
    assert (finding.verdict, said in finding.says) == (verdict, True), finding
