"""Files for docker-compose.yml and deploy/kubernetes: passwords, the servers' settings, a runtime file for each of Kafka's accounts."""

from pathlib import Path, PurePosixPath

import msgspec

from contracts.accounts import ACCOUNTS, ADMIN, RETIRED
from contracts.runtime import KafkaAccess, Runtime, WebListener
from nuandeng.embedded.kafka_settings import scram_arguments, server_properties
from nuandeng.embedded.log_shape import cluster_id, log_shape
from nuandeng.embedded.secrets import KAFKA_ACCOUNTS, InstallationSecrets, installation_secrets, write_private
from nuandeng.embedded.valkey import ACCOUNT, server_settings
from nuandeng.failures import DataDirBrokenError
from nuandeng.installation import witness_schedule
from nuandeng.settings import Settings
from nuandeng.supervisor.part import instance
from stream.access import as_account

_DATA = PurePosixPath("/var/lib/nuandeng")
_CHECKOUT = PurePosixPath("/opt/nuandeng")
# Runtime file: the Kafka accounts in it. The admin's makes the others, and knows their passwords for that alone.
_ACCOUNTS = {ADMIN: KAFKA_ACCOUNTS} | {account.name: (account.name,) for account in ACCOUNTS}


def write_container_files(folder: Path, settings: Settings, host: str, *, kubernetes: bool = False) -> list[Path]:
    """Write what the compose files, or the manifests of Kubernetes, mount. Passwords that are there already are kept.

    Args:
        host: the name that phones and browsers use. kubernetes: the brokers are named as pods of the set `kafka`.
    Raises:
        DataDirBrokenError: the folder cannot be written. SettingsError: the log was made with other numbers than the settings say.
    """
    secrets = installation_secrets(folder)
    shape = log_shape(folder, partitions=settings.kafka.partitions, brokers=settings.kafka.brokers)
    cluster = folder / "kafka-cluster"
    accounts = folder / "kafka-accounts"
    hosts = _broker_hosts(shape.brokers, kubernetes=kubernetes)
    voters = {number: f"{name}:9093" for number, name in hosts.items()} if shape.brokers > 1 else {1: "localhost:9093"}
    files = {
        folder / f"{instance('kafka', number).replace('.', '-')}.properties": server_properties(
            listen=":9092",
            advertised=f"{name}:9092",
            controller=":9093" if shape.brokers > 1 else voters[1],
            log_dir=PurePosixPath("/var/lib/kafka/data"),
            admin_password=secrets.kafka[ADMIN],
            node=number,
            voters=voters,
        )
        for number, name in hosts.items()
    }
    files |= {
        folder / "valkey.conf": server_settings("*", 6379, PurePosixPath("/data"), secrets.valkey),
    }
    if not cluster.exists():
        files[cluster] = shape.cluster or cluster_id()
    if not accounts.exists():
        files[accounts] = "\n".join(scram_arguments({ADMIN: secrets.kafka[ADMIN]})) + "\n"
    kafka = KafkaAccess(
        bootstrap=",".join(f"{name}:9092" for name in hosts.values()),
        topic_prefix=settings.kafka.topic_prefix,
        passwords=secrets.kafka,
        partitions=shape.partitions,
    )
    for name, known in _ACCOUNTS.items():
        runtime = as_account(_runtime(settings, secrets, host, kafka), *known)
        files[folder / f"{name}.json"] = msgspec.json.format(msgspec.json.encode(runtime)).decode()
    try:
        for path, content in files.items():
            write_private(path, content.encode())
        for name in RETIRED:
            (folder / f"{name}.json").unlink(missing_ok=True)
    except OSError as err:
        raise DataDirBrokenError(f"{folder} cannot be written: {err.strerror}.") from err
    return list(files)


def _broker_hosts(brokers: int, *, kubernetes: bool) -> dict[int, str]:
    """Number → host name inside: services kafka, kafka-2, kafka-3, or pods kafka-0.kafka and so on."""
    if kubernetes:
        return {number: f"kafka-{number - 1}.kafka" for number in range(1, brokers + 1)}
    return {number: instance("kafka", number).replace(".", "-") for number in range(1, brokers + 1)}


def _runtime(settings: Settings, secrets: InstallationSecrets, host: str, kafka: KafkaAccess) -> Runtime:
    return Runtime(
        kafka=kafka,
        valkey_url=f"redis://{ACCOUNT}:{secrets.valkey}@valkey:6379/0",
        data_dir=str(_DATA),
        keystore=str(_DATA / "keystore"),
        secrets_store=str(_DATA / "secrets"),
        evidence=settings.evidence or str(_DATA / "evidence"),
        models=settings.models or str(_CHECKOUT / ".cache" / "models"),
        borders=settings.borders,
        jurisdictions=settings.jurisdictions,
        web=WebListener(host="0.0.0.0", port=8080, public_url=settings.web.public_url or f"https://{host}"),  # noqa: S104 - inside its container
        adapters=settings.adapters,
        weather_places=settings.weather.places,
        push_contact=settings.push_contact,
        witness=witness_schedule(settings.witness),
        sweep_every_s=settings.keeping.sweep_every_s,
        otlp_url=settings.observability.otlp_url,
    )
