"""What every process of one installation is told when it starts: where the others are, and where its files lie.

Written by the supervisor (or by hand, in a container) as one JSON file of mode 0600; the environment variable NUANDENG_RUNTIME names it.
"""

from typing import Literal

import msgspec

from contracts.accounts import TOOLS

VARIABLE = "NUANDENG_RUNTIME"


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base: immutable, by keyword, refuses unknown fields."""


class KafkaAccess(Strict, frozen=True, kw_only=True):
    """account: who this process is (contracts.accounts). passwords: by account, no more than needed. mechanism None: no login.

    topic_prefix: put before every topic and group, so that several installations can share a broker. bootstrap: host:port, several with
    commas between. partitions: of commands, commits, observations and positions; chosen once, for a jurisdiction never moves to another.
    """

    bootstrap: str
    account: str = TOOLS
    passwords: dict[str, str] = {}
    mechanism: str | None = "SCRAM-SHA-256"
    topic_prefix: str = ""
    partitions: int = 4


class Jurisdiction(Strict, frozen=True, kw_only=True):
    """One writer's area. code: division code, 4 digits for a city, 6 for a county."""

    code: str
    name_zh: str
    name_en: str
    kind: Literal["city", "county"] = "county"


class WebListener(Strict, frozen=True, kw_only=True):
    """Where the web process listens. public_url: how a phone reaches it. phones_port: of processes for phones alone, if there are any."""

    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str | None = None
    phones_port: int | None = None
    tls_certificate: str | None = None
    tls_key: str | None = None


class WitnessSchedule(Strict, frozen=True, kw_only=True):
    """Checkpoints of the log. every_s: seconds between two rounds, 0 for none by itself; urls: submission prefixes of outside witnesses.

    keys: their verifier keys (C2SP vkeys). folder: where checkpoints are put besides the installation's own.
    """

    every_s: int = 3600
    folder: str | None = None
    urls: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


class Runtime(Strict, frozen=True, kw_only=True):
    """The runtime file. All paths absolute; evidence is an fsspec URL or a folder; borders a GeoJSON file with `adcode` properties.

    adapters: which kinds this installation runs, so that one that is not heard can be named. weather_places: folders and addresses that
    warnings are looked for in, beside the data directory's own. sweep_every_s: how often what is over its time is removed, 0 for never by
    itself. otlp_url: of a collector of traces, without the path.
    """

    kafka: KafkaAccess
    valkey_url: str
    data_dir: str
    keystore: str
    secrets_store: str
    evidence: str
    models: str | None = None
    borders: str | None = None
    jurisdictions: tuple[Jurisdiction, ...] = ()
    web: WebListener = WebListener()
    demo: bool = False
    adapters: tuple[str, ...] = ()
    weather_places: tuple[str, ...] = ()
    push_contact: str = "mailto:admin@localhost"
    witness: WitnessSchedule = WitnessSchedule()
    sweep_every_s: int = 86_400
    otlp_url: str | None = None


def decode_runtime(raw: bytes) -> Runtime:
    """Read the file's bytes. Raises msgspec.ValidationError or DecodeError with the path of what is wrong."""
    return msgspec.json.decode(raw, type=Runtime)
