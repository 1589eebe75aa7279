"""The settings file: one TOML file, frozen once read. Unknown keys are refused with the nearest right name.

The JSON schema (`nuandeng config schema`) and docs/settings.md are made from these types.
"""

import difflib
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from contracts.runtime import Jurisdiction, Strict
from nuandeng.failures import SettingsError
from stream.witness.errors import NoteUnreadableError
from stream.witness.note import parse_verifier_key

Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]
Count = Annotated[int, msgspec.Meta(ge=1, le=64)]


def _said(text: str) -> msgspec.Meta:
    return msgspec.Meta(description=text)


class WebSettings(Strict, frozen=True, kw_only=True):
    """Where operators and volunteers reach the platform."""

    host: Annotated[str, _said("Address to listen on; 0.0.0.0 for every network card.")] = "127.0.0.1"
    port: Annotated[Port, _said("Port to listen on; 0 takes a free one.")] = 8080
    phones_port: Annotated[
        Port, _said("Port of the processes for phones alone, if there are any (processes.phones); 0 takes a free one.")
    ] = 8081
    public_url: Annotated[str | None, _said("How phones reach the platform, if not by host and port: https://nuandeng.example.")] = None
    tls: Annotated[
        Literal["off", "auto", "files"],
        _said("off: plain HTTP. auto: a certificate of our own, made in the data directory. files: tls_certificate and tls_key."),
    ] = "off"
    tls_certificate: Annotated[str | None, _said("PEM file with the certificate and its chain, for tls = files.")] = None
    tls_key: Annotated[str | None, _said("PEM file with the key, for tls = files.")] = None


class KafkaSettings(Strict, frozen=True, kw_only=True):
    """The broker that holds the log: ours, started as a part, or another."""

    bootstrap: Annotated[str | None, _said("host:port of a broker of yours; without it one is started on this machine.")] = None
    passwords_file: Annotated[
        str | None, _said("For a broker of yours: JSON file of mode 0600 with a password for each account of docs/accounts.md.")
    ] = None
    topic_prefix: Annotated[str, _said("Put before every topic and group, so that several installations can share a broker.")] = ""
    port: Annotated[Port, _said("Port of the started broker, on loopback; 0 takes a free one at each start.")] = 0
    heap_mb: Annotated[int, msgspec.Meta(ge=128, description="Heap of each started broker.")] = 256
    brokers: Annotated[
        Literal[1, 3] | None,
        _said("How many brokers are started; of three, two hold what is acknowledged. Chosen once, before the first start; 1."),
    ] = None
    partitions: Annotated[
        Annotated[int, msgspec.Meta(ge=1, le=1024)] | None,
        _said("Partitions of the log: the most dispatchers that can share its work. Chosen once, before the first start; 4."),
    ] = None


class ProcessCounts(Strict, frozen=True, kw_only=True):
    """How many processes of each part run on this machine. They share the partitions; web processes share the port."""

    dispatcher: Annotated[Count, _said("Deciding commands; each county's commands by one of them.")] = 1
    projector: Annotated[Count, _said("Bringing the read model up to date; the quicker one counts, the others stand by.")] = 1
    effects: Annotated[Count, _said("Doing what decisions owe: finding candidates, telling phones.")] = 1
    sightings: Annotated[Count, _said("From what cameras see to sightings.")] = 1
    weather: Annotated[Count, _said("From warnings and reported cases to commands; one works, the others stand by.")] = 1
    web: Annotated[Count, _said("Serving desks, and phones if no process is for them alone.")] = 1
    phones: Annotated[
        int,
        msgspec.Meta(ge=0, le=64),
        _said("Serving phones alone, for more than a few hundred: 2 for 17,000. They share web.phones_port; with web.public_url, the proxy "
              "there sends them what begins with /phones/."),
    ] = 0


class ValkeySettings(Strict, frozen=True, kw_only=True):
    """The server that holds the read model: ours, started as a part, or another."""

    url: Annotated[str | None, _said("redis:// URL of a server of yours; without it one is started on this machine.")] = None
    port: Annotated[Port, _said("Port of the started server, on loopback; 0 takes a free one at each start.")] = 0


class WitnessSettings(Strict, frozen=True, kw_only=True):
    """Signed checkpoints of the log, for whoever trusts neither us nor the city. The page on the log as a witness explains them."""

    every_s: Annotated[int, msgspec.Meta(ge=0, description="Seconds between two rounds of checkpoints; 0: only by hand.")] = 3600
    folder: Annotated[str | None, _said("A folder beside the installation's own to put them in, best on somebody else's disk.")] = None
    urls: Annotated[tuple[str, ...], _said("Submission prefixes of outside witnesses, asked to cosign (C2SP tlog-witness).")] = ()
    keys: Annotated[tuple[str, ...], _said("Verifier keys of those witnesses; cosignatures by others are then not kept.")] = ()


class KeepingSettings(Strict, frozen=True, kw_only=True):
    """What goes when its time is over: pictures of dismissed sightings and those that nothing names after a week, positions after 72 h."""

    sweep_every_s: Annotated[int, msgspec.Meta(ge=0, description="Seconds between two sweeps; 0: only by hand.")] = 86_400


class WeatherSettings(Strict, frozen=True, kw_only=True):
    """Where warnings come from, beside the folder `weather` of the data directory and what is pushed to the web process."""

    places: Annotated[
        tuple[str, ...],
        _said("Further folders, and addresses of a message or of an index of messages (Atom, RSS), looked at again and again."),
    ] = ()


class ObservabilitySettings(Strict, frozen=True, kw_only=True):
    """Watching the platform itself. What it measures is on `/metrics` whatever stands here."""

    otlp_url: Annotated[
        str | None, _said("An OpenTelemetry collector (OTLP over HTTP, without `/v1/traces`) that is told what becomes of each incident.")
    ] = None


class Settings(Strict, frozen=True, kw_only=True):
    """The whole file. Relative paths start at the file's folder."""

    data_dir: Annotated[str, _said("Folder of all that must be kept: the log, pictures, keys, certificates, log lines.")] = "data"
    evidence: Annotated[str | None, _said("Where pictures go: a folder or an fsspec URL; without it, a folder in data_dir.")] = None
    models: Annotated[str | None, _said("Folder of the detector's models; without it, what set-up made.")] = None
    borders: Annotated[str | None, _said("GeoJSON file of the jurisdictions' borders, with `adcode` on each feature.")] = None
    push_contact: Annotated[str, _said("Contact that push services are told: a mailto: or https: URL.")] = "mailto:admin@localhost"
    adapters: Annotated[tuple[Literal["video", "cases", "weather"], ...], _said("Which adapters to run.")] = ("video", "cases", "weather")
    jurisdictions: Annotated[tuple[Jurisdiction, ...], _said("The counties (and the city) this installation decides for.")] = ()
    web: WebSettings = WebSettings()
    kafka: KafkaSettings = KafkaSettings()
    valkey: ValkeySettings = ValkeySettings()
    processes: ProcessCounts = ProcessCounts()
    weather: WeatherSettings = WeatherSettings()
    witness: WitnessSettings = WitnessSettings()
    keeping: KeepingSettings = KeepingSettings()
    observability: ObservabilitySettings = ObservabilitySettings()


def read_settings(path: Path) -> Settings:
    """Read and check a settings file; relative paths in it become absolute.

    Raises:
        SettingsError: unreadable, not TOML, an unknown key, or a value of the wrong kind; the message names the key.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as err:
        raise SettingsError(f"{path}: {err}") from err
    return parse_settings(raw, base=path.resolve().parent, name=str(path))


def parse_settings(raw: dict[str, Any], *, base: Path, name: str = "settings") -> Settings:
    """Check what a settings file holds.

    Args:
        raw: as TOML gives it. base: the folder that relative paths start at. name: of the file, for messages.
    Raises:
        SettingsError: see `read_settings`.
    """
    unknown = list(_unknown_keys(raw, Settings, ""))
    if unknown:
        raise SettingsError(f"{name}: {' '.join(unknown)}")
    try:
        settings = msgspec.convert(raw, Settings)
    except msgspec.ValidationError as err:
        raise SettingsError(f"{name}: {str(err).replace('$.', '').replace('`$', '`settings')}.") from err
    problem = _contradiction(settings)
    if problem:
        raise SettingsError(f"{name}: {problem}")
    return _resolved(settings, base)


def settings_schema() -> dict[str, Any]:
    """The JSON schema of the settings file."""
    schema: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(msgspec.json.schema(Settings)))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "nuandeng settings", **schema}


def _unknown_keys(raw: object, kind: object, path: str) -> Iterator[str]:
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and isinstance(raw, dict):
        known = get_type_hints(kind, include_extras=True)
        names = {field.name for field in msgspec.structs.fields(kind)}
        for key, value in raw.items():
            if key in names:
                yield from _unknown_keys(value, known[key], f"{path}{key}.")
                continue
            near = difflib.get_close_matches(key, names, n=1, cutoff=0.5)
            yield f"unknown key `{path}{key}`" + (
                f" (did you mean `{path}{near[0]}`?)." if near else f" (known: {', '.join(sorted(names))})."
            )
    elif get_origin(kind) is tuple and isinstance(raw, list):
        for number, item in enumerate(raw):
            yield from _unknown_keys(item, get_args(kind)[0], f"{path.rstrip('.')}[{number}].")


def _contradiction(settings: Settings) -> str | None:
    web, kafka = settings.web, settings.kafka
    if web.tls == "files" and not (web.tls_certificate and web.tls_key):
        return 'web.tls = "files" needs web.tls_certificate and web.tls_key.'
    if web.tls != "files" and (web.tls_certificate or web.tls_key):
        return 'web.tls_certificate and web.tls_key are used with web.tls = "files" only.'
    if kafka.bootstrap is None and kafka.passwords_file is not None:
        return "kafka.passwords_file is used with kafka.bootstrap only."
    if kafka.bootstrap is not None and kafka.brokers is not None:
        return "kafka.brokers is of brokers that are started, and kafka.bootstrap names yours."
    for place in settings.weather.places:
        if not place.strip() or ("://" in place and not place.startswith(("https://", "http://"))):
            return f"weather.places: {place!r} is neither a folder nor an https or http address."
    collector = settings.observability.otlp_url
    if collector is not None and not collector.startswith(("https://", "http://")):
        return f"observability.otlp_url: {collector} is no https or http address."
    return _wrong_witness(settings.witness)


def _wrong_witness(witness: WitnessSettings) -> str | None:
    for url in witness.urls:
        if not url.startswith(("https://", "http://")):
            return f"witness.urls: {url} is no https or http address."
    try:
        for key in witness.keys:
            parse_verifier_key(key)
    except NoteUnreadableError as err:
        return f"witness.keys: {err}"
    return None


def _resolved(settings: Settings, base: Path) -> Settings:
    def absolute(path: str | None) -> str | None:
        return path if path is None or "://" in path else str(base / Path(path).expanduser())

    web = msgspec.structs.replace(
        settings.web, tls_certificate=absolute(settings.web.tls_certificate), tls_key=absolute(settings.web.tls_key)
    )
    witness = msgspec.structs.replace(settings.witness, folder=absolute(settings.witness.folder))
    return msgspec.structs.replace(
        settings,
        witness=witness,
        data_dir=absolute(settings.data_dir),
        evidence=absolute(settings.evidence),
        models=absolute(settings.models),
        borders=absolute(settings.borders),
        weather=WeatherSettings(places=tuple(absolute(place) or place for place in settings.weather.places)),
        web=web,
        kafka=msgspec.structs.replace(settings.kafka, passwords_file=absolute(settings.kafka.passwords_file)),
    )
