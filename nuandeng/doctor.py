"""`nuandeng doctor`: looks at the machine and the data directory and says what to do. Changes nothing."""

import datetime as dt
import os
import resource
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec
import psutil

from contracts.accounts import ADMIN
from nuandeng.checkout import cache_dir
from nuandeng.data_dir import NEEDED_TO_START_MB, in_use_by
from nuandeng.embedded.jars import jars_dir
from nuandeng.embedded.java import find_java, java_version
from nuandeng.embedded.ports import holder as port_holder
from nuandeng.embedded.ports import is_free
from nuandeng.embedded.secrets import KAFKA_ACCOUNTS, InstallationSecrets
from nuandeng.failures import SetupMissingError
from nuandeng.settings import Settings

_NEEDED_MEMORY_MB = 1500
# The dispatcher, Kafka's segments and 200 phones need far less; 17,000 phones need about 20,000.
_NEEDED_DESCRIPTORS = 4096
_BUILT = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)


class Finding(NamedTuple):
    """One thing looked at. what_to_do is empty when all is well."""

    subject: str
    verdict: Literal["ok", "warning", "broken"]
    says: str
    what_to_do: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything, cheapest first."""
    running = in_use_by(Path(settings.data_dir)) is not None
    yield from _set_up()
    yield _java()
    yield from _ports(settings, running=running)
    yield _disk(Path(settings.data_dir))
    yield _memory(running=running)
    yield _descriptors()
    yield from _clocks()
    yield from _data_dir(Path(settings.data_dir), running=running)


def _set_up() -> Iterator[Finding]:
    for subject, path in (("Kafka's jars", jars_dir()), ("models", cache_dir() / "models")):
        if path.is_dir():
            yield Finding(subject, "ok", str(path))
        else:
            yield Finding(subject, "broken", f"{path} is not there", "Run `make setup`.")


def _java() -> Finding:
    try:
        java = find_java()
    except SetupMissingError as err:
        return Finding("Java", "broken", str(err), err.what_to_do)
    return Finding("Java", "ok", f"{java}, release {java_version(java)}")


def _ports(settings: Settings, *, running: bool) -> Iterator[Finding]:
    wanted = {
        "web.port": (settings.web.port, settings.web.host),
        "kafka.port": (settings.kafka.port, ""),
        "valkey.port": (settings.valkey.port, ""),
    }
    if settings.processes.phones:
        wanted["web.phones_port"] = settings.web.phones_port, settings.web.host
    for name, (port, host) in wanted.items():
        if port == 0 or running:
            continue
        if is_free(port, host or "127.0.0.1"):
            yield Finding("port", "ok", f"{port} ({name}) is free")
        else:
            who = port_holder(port) or "another user's process"
            yield Finding(
                "port", "broken", f"{port} ({name}) is taken by {who}", f"Stop it, or set {name} to another port (0 takes a free one)."
            )


def _disk(folder: Path) -> Finding:
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free_mb = shutil.disk_usage(existing).free // 1_000_000
    if free_mb < NEEDED_TO_START_MB:
        return Finding(
            "disk", "broken", f"{free_mb} MB free at {existing}, {NEEDED_TO_START_MB} needed", "Free some space or move data_dir."
        )
    if free_mb < 10 * NEEDED_TO_START_MB:
        return Finding("disk", "warning", f"{free_mb} MB free at {existing}", "The log only grows: plan for a larger disk.")
    return Finding("disk", "ok", f"{free_mb} MB free at {existing}")


def _memory(*, running: bool) -> Finding:
    free_mb = psutil.virtual_memory().available // 1_000_000
    if free_mb < _NEEDED_MEMORY_MB and not running:
        return Finding(
            "memory", "warning", f"{free_mb} MB available, {_NEEDED_MEMORY_MB} needed", "Stop other programs, or lower kafka.heap_mb."
        )
    return Finding("memory", "ok", f"{free_mb} MB available")


def _descriptors() -> Finding:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < _NEEDED_DESCRIPTORS:
        return Finding("file descriptors", "warning", f"limit {soft} (hard {hard})", f"Run `ulimit -n {min(hard, 20000)}` before starting.")
    return Finding("file descriptors", "ok", f"limit {soft}")


def _clocks() -> Iterator[Finding]:
    now = dt.datetime.now(dt.UTC)
    if now < _BUILT:
        yield Finding("clock", "broken", f"it is {now:%Y-%m-%d} here", "Set the clock; deadlines and certificates depend on it.")
        return
    before_s = time.time() - time.monotonic()
    time.sleep(0.2)
    drift_s = abs((time.time() - time.monotonic()) - before_s)
    if drift_s > 0.05:
        yield Finding(
            "clock",
            "warning",
            f"it moved by {drift_s:.2f} s within 0.2 s",
            "Is a time service stepping it? Let it slew (chrony, timesyncd).",
        )
    else:
        yield Finding("clock", "ok", f"{now:%Y-%m-%d %H:%M:%S} UTC")


def _data_dir(folder: Path, *, running: bool) -> Iterator[Finding]:
    if not folder.exists():
        yield Finding("data directory", "ok", f"{folder} will be made")
        return
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield Finding("data directory", "broken", f"{folder} cannot be written by this user", f"chown -R $(id -un) {folder}")
        return
    yield Finding("data directory", "ok", f"{folder}{f', in use by process {in_use_by(folder)}' if running else ''}")
    yield from _secrets(folder)
    kafka = folder / "kafka" / "log"
    if kafka.exists() and not (kafka / "meta.properties").exists():
        yield Finding("log", "broken", f"{kafka} has no meta.properties: Kafka will not open it", "Restore the folder from its backup.")
    for private in (folder / "keystore", folder / "secrets"):
        if private.exists() and private.stat().st_mode & 0o077:
            yield Finding("keys", "broken", f"{private} can be read by others", f"chmod -R go-rwx {private}")


def _secrets(folder: Path) -> Iterator[Finding]:
    path = folder / "secrets.json"
    if not path.exists():
        if (folder / "kafka" / "log").exists():
            yield Finding(
                "passwords",
                "broken",
                f"{path} is gone, the log's accounts are not",
                "Restore it from its backup: Kafka keeps the old passwords.",
            )
        return
    try:
        known = msgspec.json.decode(path.read_bytes(), type=InstallationSecrets)
    except (OSError, msgspec.MsgspecError) as err:
        yield Finding("passwords", "broken", f"{path}: {err}", "Restore it from its backup.")
        return
    if path.stat().st_mode & 0o077:
        yield Finding("passwords", "broken", f"{path} can be read by others", f"chmod 600 {path}")
    yield _accounts(known)


def _accounts(known: InstallationSecrets) -> Finding:
    missing, retired = sorted(set(KAFKA_ACCOUNTS) - known.kafka.keys()), sorted(known.kafka.keys() - set(KAFKA_ACCOUNTS))
    if ADMIN in missing:
        return Finding("accounts", "broken", f"the password of Kafka's account {ADMIN} is missing", "Restore secrets.json from its backup.")
    if missing or retired:
        said = f"{len(KAFKA_ACCOUNTS) - len(missing)} of Kafka's {len(KAFKA_ACCOUNTS)} accounts are there"
        return Finding("accounts", "ok", f"{said}; the next start makes the others{' and removes ' if retired else ''}{', '.join(retired)}")
    return Finding("accounts", "ok", f"Kafka has one for each part, {len(KAFKA_ACCOUNTS)} in all")
