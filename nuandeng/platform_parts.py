"""The parts of the platform: what runs, in which order, and how each tells that it is ready and moving."""

import socket
import ssl
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import partial

import redis

from contracts.runtime import VARIABLE
from contracts.topics import topics_with
from nuandeng.embedded.kafka import KafkaNode
from nuandeng.installation import Installation
from nuandeng.supervisor import Part, Progress
from nuandeng.supervisor.part import instance

# Each logs in to Kafka with the account of its name.
WORKERS = ("dispatcher", "projector", "effects", "sightings", "weather")


def platform_parts(installation: Installation) -> list[Part]:
    """Kafka, Valkey, the workers, the adapters, the web process and what publishes checkpoints."""
    stores = _stores(installation)
    below = tuple(part.name for part in stores)
    url = installation.runtime.valkey_url
    processes = installation.settings.processes
    workers = [
        own_part(
            installation,
            name,
            "stream.worker",
            role,
            "--name",
            name,
            account=role,
            depends_on=below,
            ready=partial(_beats, url, name),
            progress=partial(_progress, url, name),
        )
        for role in WORKERS
        for name in _instances(role, getattr(processes, role))
    ]
    webs = [
        own_part(
            installation,
            name,
            "nuandeng.web_process",
            "--name",
            name,
            *(("--shares-port",) if processes.web > 1 else ()),
            account="web",
            depends_on=below,
            listener=installation.web,
            ready=partial(answers, f"{installation.url}/healthz"),
        )
        for name in _instances("web", processes.web)
    ]
    phones = [
        own_part(
            installation,
            name,
            "web.serve_phones",
            "--name",
            name,
            account="web",
            depends_on=below,
            listener=installation.phones,
            ready=partial(_beats, url, name),
            progress=partial(_progress, url, name),
        )
        for name in _instances("phones", processes.phones)
    ]
    adapters = [
        own_part(
            installation,
            name,
            f"camera_adapters.{kind}",
            account=name,
            depends_on=below,
            ready=partial(_beats, url, name),
            progress=partial(_progress, url, name),
        )
        for kind, name in ((kind, f"{kind}-adapter") for kind in installation.settings.adapters)
    ]
    return [*stores, *workers, *webs, *phones, *adapters, *_witness(installation, below), *_keeper(installation, below),
            *_traces(installation, below)]  # fmt: skip


def _instances(role: str, count: int) -> list[str]:
    return [instance(role, number) for number in range(1, count + 1)]


def _witness(installation: Installation, below: tuple[str, ...]) -> list[Part]:
    """Checkpoints on a schedule, unless they are made by hand alone."""
    if installation.settings.witness.every_s == 0:
        return []
    ready = partial(_beats, installation.runtime.valkey_url, "witness")
    return [own_part(installation, "witness", "stream.witness.part", account="witness", depends_on=below, ready=ready)]


def _keeper(installation: Installation, below: tuple[str, ...]) -> list[Part]:
    """Sweeps on a schedule, unless they are made by hand alone."""
    if installation.settings.keeping.sweep_every_s == 0:
        return []
    ready = partial(_beats, installation.runtime.valkey_url, "keeper")
    return [own_part(installation, "keeper", "nuandeng.keeping.part", account="keeper", depends_on=below, ready=ready)]


def _traces(installation: Installation, below: tuple[str, ...]) -> list[Part]:
    """Traces of the log, where a collector is named."""
    if installation.settings.observability.otlp_url is None:
        return []
    ready = partial(_beats, installation.runtime.valkey_url, "traces")
    return [own_part(installation, "traces", "stream.traces.part", account="traces", depends_on=below, ready=ready)]


def own_part(
    installation: Installation,
    name: str,
    module: str,
    *arguments: str,
    account: str | None = None,
    depends_on: tuple[str, ...] = (),
    listener: socket.socket | None = None,
    ready: Callable[[int], bool] | None = None,
    progress: Callable[[], Progress | None] | None = None,
) -> Part:
    """A part that is a module of ours, told where everything is by a runtime file of its own.

    account: the one it logs in to Kafka with, None for a part that does not. listener: a socket that it inherits and is told of as
    `--listen-fd`.
    """
    inherited = () if listener is None else (listener.fileno(),)
    arguments += tuple(text for descriptor in inherited for text in ("--listen-fd", str(descriptor)))
    runtime_file = installation.runtime_file(name, *(() if account is None else (account,)))
    return Part(
        name=name,
        argv=(sys.executable, "-m", module, *arguments),
        env={VARIABLE: str(runtime_file), "PYTHONUNBUFFERED": "1"},
        depends_on=depends_on,
        pass_fds=inherited,
        ready=ready,
        progress=progress,
    )


def _stores(installation: Installation) -> list[Part]:
    parts = [_broker(installation, node) for node in installation.brokers]
    valkey = installation.valkey
    if valkey is not None:
        parts.append(Part(name="valkey", argv=valkey.argv, prepare=valkey.prepare, ready=lambda _pid: valkey.answers()))
    return parts


def _broker(installation: Installation, node: KafkaNode) -> Part:
    kafka = installation.runtime.kafka
    return Part(
        name=instance("kafka", node.number),
        argv=node.argv,
        prepare=node.prepare,
        ready=lambda _pid: node.answers(),
        once_ready=lambda: node.set_up(topics_with(kafka.partitions), kafka.topic_prefix),
        stop_within_s=30.0,
    )


def _heartbeat(url: str, name: str) -> dict[str, str] | None:
    """The fields; none when it was not heard for a while; None when Valkey does not answer."""
    with redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1, retry=None, decode_responses=True) as client:
        try:
            found: dict[str, str] = client.hgetall(f"worker:{name}")
        except redis.RedisError:
            return None
    return found


def _beats(url: str, name: str, pid: int) -> bool:
    return (_heartbeat(url, name) or {}).get("pid") == str(pid)


def _progress(url: str, name: str) -> Progress | None:
    """Of a part that beats whatever else is away: one that is not heard is frozen, and stands still altogether."""
    beat = _heartbeat(url, name)
    if beat is None:
        return None
    return Progress(done=int(beat["progress"]), lag=int(beat["lag"])) if beat else Progress(done=-1, lag=1)


def answers(url: str, _pid: int) -> bool:
    """Whether a GET is answered with 200."""
    # Our own process on this machine: its certificate names it to others, not to us.
    trusting = ssl._create_unverified_context()  # noqa: S323, SLF001
    try:
        with urllib.request.urlopen(url, timeout=1, context=trusting) as response:  # noqa: S310 - http(s) by construction
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError):
        return False
