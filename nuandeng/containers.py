"""Files for docker-compose.yml: passwords of this installation, the servers' settings, a runtime file for each of Kafka's accounts."""

import uuid
from base64 import urlsafe_b64encode
from pathlib import Path, PurePosixPath

import msgspec

from contracts.accounts import ACCOUNTS, ADMIN, RETIRED
from contracts.runtime import KafkaAccess, Runtime, WebListener
from nuandeng.embedded.kafka_settings import scram_arguments, server_properties
from nuandeng.embedded.secrets import KAFKA_ACCOUNTS, InstallationSecrets, installation_secrets, write_private
from nuandeng.embedded.valkey import ACCOUNT, server_settings
from nuandeng.failures import DataDirBrokenError
from nuandeng.installation import witness_schedule
from nuandeng.settings import Settings

_DATA = PurePosixPath("/var/lib/nuandeng")
_CHECKOUT = PurePosixPath("/opt/nuandeng")
# Runtime file: the Kafka accounts in it. The admin's makes the others, and knows their passwords for that alone.
_ACCOUNTS = {ADMIN: KAFKA_ACCOUNTS} | {account.name: (account.name,) for account in ACCOUNTS}


def write_container_files(folder: Path, settings: Settings, host: str) -> list[Path]:
    """Write what the compose file mounts. Passwords that are there already are kept.

    Args:
        host: the name that phones and browsers use.
    Raises:
        DataDirBrokenError: the folder cannot be written.
    """
    secrets = installation_secrets(folder)
    cluster = folder / "kafka-cluster"
    accounts = folder / "kafka-accounts"
    properties = server_properties(
        listen=":9092",
        advertised="kafka:9092",
        controller="localhost:9093",
        log_dir=PurePosixPath("/var/lib/kafka/data"),
        admin_password=secrets.kafka[ADMIN],
    )
    files = {
        folder / "kafka.properties": properties,
        folder / "valkey.conf": server_settings("*", 6379, PurePosixPath("/data"), secrets.valkey),
    }
    if not cluster.exists():
        files[cluster] = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "A")
    if not accounts.exists():
        files[accounts] = "\n".join(scram_arguments({ADMIN: secrets.kafka[ADMIN]})) + "\n"
    for name, known in _ACCOUNTS.items():
        runtime = _runtime(settings, secrets, host, known)
        files[folder / f"{name}.json"] = msgspec.json.format(msgspec.json.encode(runtime)).decode()
    try:
        for path, content in files.items():
            write_private(path, content.encode())
        for name in RETIRED:
            (folder / f"{name}.json").unlink(missing_ok=True)
    except OSError as err:
        raise DataDirBrokenError(f"{folder} cannot be written: {err.strerror}.") from err
    return list(files)


def _runtime(settings: Settings, secrets: InstallationSecrets, host: str, accounts: tuple[str, ...]) -> Runtime:
    passwords = {account: secrets.kafka[account] for account in accounts}
    return Runtime(
        kafka=KafkaAccess(bootstrap="kafka:9092", account=accounts[0], passwords=passwords, topic_prefix=settings.kafka.topic_prefix),
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
        otlp_url=settings.observability.otlp_url,
    )
