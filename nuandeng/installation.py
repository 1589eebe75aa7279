"""One installation: its settings made concrete. Ports taken, passwords read, certificate made, runtime files written."""

import datetime as dt
import errno
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from contracts.accounts import ACCOUNTS, TOOLS
from contracts.runtime import KafkaAccess, Runtime, WebListener, WitnessSchedule
from nuandeng.checkout import cache_dir
from nuandeng.embedded.kafka import KafkaNode, Place
from nuandeng.embedded.log_shape import LogShape, log_shape
from nuandeng.embedded.ports import holder, listening, port_of, reserved
from nuandeng.embedded.secrets import installation_secrets, write_private
from nuandeng.embedded.valkey import ValkeyNode
from nuandeng.failures import PortTakenError, SettingsError
from nuandeng.settings import Settings, WebSettings, WitnessSettings
from nuandeng.supervisor.part import instance
from nuandeng.tls import local_certificate
from stream.access import as_account
from stream.partition import choose_partitions


class Installation:
    """What every part of one run is built from. Made while the data directory is held.

    brokers, valkey: the nodes to start, none where the settings name a server of the user's. Their ports, and the web processes' listening
    sockets, are held until `close()`.
    """

    def __init__(self, settings: Settings, *, demo: bool = False) -> None:
        """Take ports, read or make secrets.

        Raises:
            PortTakenError, DataDirBrokenError, SettingsError.
        """
        self._taken: list[socket.socket] = []
        try:
            self._take(settings, demo=demo)
        except BaseException:
            self.close()
            raise

    def _take(self, settings: Settings, *, demo: bool) -> None:
        self.settings = settings
        self.data_dir = Path(settings.data_dir)
        secrets = installation_secrets(self.data_dir)
        self.brokers: tuple[KafkaNode, ...] = ()
        self.valkey: ValkeyNode | None = None
        kafka_access = _foreign_kafka(settings)
        shape = log_shape(
            self.data_dir, partitions=settings.kafka.partitions, brokers=settings.kafka.brokers if kafka_access is None else None
        )
        choose_partitions(shape.partitions)
        if kafka_access is None:
            self.brokers = self._described(shape, secrets.kafka)
            kafka_access = KafkaAccess(
                bootstrap=self.brokers[0].bootstrap, passwords=dict(secrets.kafka), topic_prefix=settings.kafka.topic_prefix
            )
        kafka_access = msgspec.structs.replace(kafka_access, partitions=shape.partitions)
        valkey_url = settings.valkey.url
        if valkey_url is None:
            self.valkey = ValkeyNode(
                data_dir=self.data_dir / "valkey", port=self._reserve(settings.valkey.port, "valkey.port"), password=secrets.valkey
            )
            valkey_url = self.valkey.url
        self.web = self._claim(listening, settings.web.port, "web.port", settings.web.host)
        self.phones: socket.socket | None = None
        if settings.processes.phones:
            self.phones = self._claim(listening, settings.web.phones_port, "web.phones_port", settings.web.host)
        self.runtime = Runtime(
            kafka=kafka_access,
            valkey_url=valkey_url,
            data_dir=str(self.data_dir),
            keystore=str(self.data_dir / "keystore"),
            secrets_store=str(self.data_dir / "secrets"),
            evidence=settings.evidence or str(self.data_dir / "evidence"),
            models=settings.models or str(cache_dir() / "models"),
            borders=settings.borders,
            jurisdictions=settings.jurisdictions,
            web=_web_listener(settings.web, port_of(self.web), port_of(self.phones) if self.phones else None, self.data_dir),
            demo=demo,
            adapters=settings.adapters,
            weather_places=settings.weather.places,
            push_contact=settings.push_contact,
            witness=witness_schedule(settings.witness),
            sweep_every_s=settings.keeping.sweep_every_s,
            otlp_url=settings.observability.otlp_url,
        )

        # For commands that are run beside the platform: dead letters, replay, audit.
        self.runtime_file(TOOLS, TOOLS)

    @property
    def kafka(self) -> KafkaNode | None:
        """The first of the brokers to start, if any."""
        return self.brokers[0] if self.brokers else None

    def _described(self, shape: LogShape, passwords: Mapping[str, str]) -> tuple[KafkaNode, ...]:
        wanted = self.settings.kafka
        places = {
            number: Place(self._reserve(wanted.port if number == 1 else 0, "kafka.port"), self._reserve(0, ""))
            for number in range(1, shape.brokers + 1)
        }
        return tuple(
            KafkaNode(
                data_dir=self.data_dir / instance("kafka", number),
                port=place.port,
                controller_port=place.controller_port,
                passwords=passwords,
                heap_mb=wanted.heap_mb,
                number=number,
                others={other: there for other, there in places.items() if other != number},
                cluster=shape.cluster,
            )
            for number, place in places.items()
        )

    def listener(self) -> socket.socket:
        """A listening socket on loopback, held like the platform's own; for a further part."""
        return self._claim(listening, 0, "", "127.0.0.1")

    def close(self) -> None:
        """Give the ports back."""
        for taken in self._taken:
            taken.close()
        self._taken.clear()

    def _reserve(self, wanted: int, setting: str) -> int:
        return port_of(self._claim(reserved, wanted, setting, "127.0.0.1"))

    def _claim(self, take: Callable[[int, str], socket.socket], wanted: int, setting: str, host: str) -> socket.socket:
        try:
            taken = take(wanted, host)
        except OSError as err:
            if err.errno != errno.EADDRINUSE:
                raise SettingsError(f"{setting}: nothing can listen on {host}:{wanted} ({err.strerror}).") from err
            who = holder(wanted)
            raise PortTakenError(f"Port {wanted} ({setting}) is taken{f' by {who}' if who else ''}.") from err
        self._taken.append(taken)
        return taken

    @property
    def url(self) -> str:
        """Where a browser on this machine reaches the platform."""
        web = self.runtime.web
        host = "127.0.0.1" if web.host in ("0.0.0.0", "::", "127.0.0.1") else web.host  # noqa: S104 - compared, not bound
        return f"{'https' if web.tls_certificate else 'http'}://{host}:{web.port}"

    @property
    def log_dir(self) -> Path:
        """Where the parts' lines go."""
        return self.data_dir / "logs"

    def runtime_file(self, part: str, *accounts: str) -> Path:
        """Write and return the runtime file of one part, which logs in as the first of these accounts, and knows no more passwords."""
        runtime = as_account(self.runtime, *accounts)
        folder = self.data_dir / "run"
        folder.mkdir(exist_ok=True)
        path = folder / f"{part}.json"
        write_private(path, msgspec.json.format(msgspec.json.encode(runtime)))
        return path


def witness_schedule(witness: WitnessSettings) -> WitnessSchedule:
    """What the part that publishes checkpoints is told."""
    return WitnessSchedule(every_s=witness.every_s, folder=witness.folder, urls=witness.urls, keys=witness.keys)


def _foreign_kafka(settings: Settings) -> KafkaAccess | None:
    kafka = settings.kafka
    if kafka.bootstrap is None:
        return None
    if kafka.passwords_file is None:
        return KafkaAccess(bootstrap=kafka.bootstrap, mechanism=None, topic_prefix=kafka.topic_prefix)
    try:
        passwords = msgspec.json.decode(Path(kafka.passwords_file).read_bytes(), type=dict[str, str])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as err:
        raise SettingsError(f"kafka.passwords_file: {err}") from err
    if missing := [account.name for account in ACCOUNTS if account.name not in passwords]:
        raise SettingsError(f"kafka.passwords_file lacks {', '.join(missing)}; `nuandeng topics` makes the accounts that it names.")
    return KafkaAccess(bootstrap=kafka.bootstrap, passwords=passwords, topic_prefix=kafka.topic_prefix)


def _web_listener(web: WebSettings, port: int, phones_port: int | None, data_dir: Path) -> WebListener:
    certificate, key = web.tls_certificate, web.tls_key
    if web.tls == "auto":
        made = local_certificate(data_dir / "tls", dt.datetime.now(dt.UTC))
        certificate, key = str(made[0]), str(made[1])
    return WebListener(
        host=web.host, port=port, public_url=web.public_url, phones_port=phones_port, tls_certificate=certificate, tls_key=key
    )
