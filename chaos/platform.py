"""`python -m chaos.platform FOLDER`: the platform under its real supervisor, behind the proxies that are named.

The parts are those of `nuandeng up`. Two things differ: they are told to reach Kafka and Valkey through the proxies, and their wall clock
is moved by a file (`clocks/{part}` in the folder) when it is there at their start, and libfaketime is.
"""

import argparse
import contextlib
import dataclasses
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec

from chaos.city import JURISDICTIONS
from contracts.runtime import VARIABLE
from nuandeng.data_dir import held
from nuandeng.embedded.guard import Guard
from nuandeng.embedded.kafka import KafkaNode
from nuandeng.installation import Installation
from nuandeng.platform_parts import platform_parts
from nuandeng.settings import KafkaSettings, ProcessCounts, Settings, WebSettings, WitnessSettings
from nuandeng.supervisor import Part, Supervisor
from nuandeng.supervisor.lines import Terminal
from nuandeng.supervisor.supervisor import run_parts

# Often, so that they are made in the middle of faults.
_CHECKPOINTS_EVERY_S = 30
FAKETIME_VARIABLE = "NUANDENG_LIBFAKETIME"
_FAKETIME_PLACES = tuple(f"/usr/lib/{machine}-linux-gnu/faketime/libfaketimeMT.so.1" for machine in ("x86_64", "aarch64"))


def libfaketime() -> Path | None:
    """Where libfaketime is: what NUANDENG_LIBFAKETIME names, or where Debian puts it."""
    for place in (os.environ.get(FAKETIME_VARIABLE, ""), *_FAKETIME_PLACES):
        if place and Path(place).is_file():
            return Path(place)
    return None


def clock_file(folder: Path, part: str) -> Path:
    """The file whose content (such as `+0` or `+3600`) is a part's clock step in seconds."""
    return folder / "clocks" / part


def main() -> None:
    """Run until SIGTERM; `ready` is printed when every part is."""
    parser = argparse.ArgumentParser(prog="chaos.platform", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--brokers", type=int, default=1)
    parser.add_argument("--each", type=int, default=1)
    parser.add_argument("--phones", type=int, default=0)
    parser.add_argument("--partitions", type=int)
    parser.add_argument("--kafka-proxy", type=int, metavar="PORT")
    parser.add_argument("--valkey-proxy", type=int, metavar="PORT")
    given = parser.parse_args()
    folder: Path = given.folder.resolve()
    each = given.each
    settings = Settings(
        data_dir=str(folder),
        jurisdictions=JURISDICTIONS,
        web=WebSettings(port=0, phones_port=0),
        adapters=("cases", "weather"),
        witness=WitnessSettings(every_s=_CHECKPOINTS_EVERY_S),
        kafka=KafkaSettings(brokers=given.brokers, partitions=given.partitions),
        processes=ProcessCounts(dispatcher=each, projector=each, effects=each, sightings=each, weather=each, web=each, phones=given.phones),
    )
    (folder / "clocks").mkdir(parents=True, exist_ok=True)
    with held(folder) as lock, contextlib.closing(Installation(settings)) as installation:
        _through_proxies(installation, given.kafka_proxy, given.valkey_proxy)
        parts = [_prepared(part, installation, folder, given.kafka_proxy) for part in platform_parts(installation)]
        terminal = Terminal()

        def supervisor() -> Supervisor:
            return Supervisor(
                parts, log_dir=installation.log_dir, terminal=terminal, guard=Guard(keep_open=(lock,)),
                when_ready=lambda: terminal.plain(f"ready {installation.url}"),
            )  # fmt: skip

        run_parts(supervisor)


def _through_proxies(installation: Installation, kafka_port: int | None, valkey_port: int | None) -> None:
    runtime = installation.runtime
    assert installation.valkey is not None  # noqa: S101 - the settings name no other server
    kafka, valkey_url = runtime.kafka, runtime.valkey_url
    if kafka_port is not None:
        kafka = msgspec.structs.replace(kafka, bootstrap=f"127.0.0.1:{kafka_port}")
    if valkey_port is not None:
        valkey_url = valkey_url.replace(f":{installation.valkey.port}/", f":{valkey_port}/")
    # What stands in the file of tools is the platform as it is; the parts' own files are written when the parts are described.
    installation.runtime = msgspec.structs.replace(runtime, kafka=kafka, valkey_url=valkey_url)


def _prepared(part: Part, installation: Installation, folder: Path, kafka_port: int | None) -> Part:
    if part.name == "kafka" and kafka_port is not None:
        assert installation.kafka is not None  # noqa: S101 - the settings name no other broker
        return dataclasses.replace(part, prepare=_advertising(installation.kafka, kafka_port))
    library = libfaketime()
    if library is None or VARIABLE not in part.env:
        return part
    return dataclasses.replace(part, env=_ClockEnvironment(part.env, library, clock_file(folder, part.name)))


class _ClockEnvironment(Mapping[str, str]):
    """A part's environment as it is at each start: with libfaketime once its clock file is there, for it makes everything slower."""

    def __init__(self, plain: Mapping[str, str], library: Path, clock: Path) -> None:
        self._plain, self._clock = plain, clock
        self._faked = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(clock),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_RESET": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
        }

    def _now(self) -> dict[str, str]:
        return {**self._plain, **(self._faked if self._clock.exists() else {})}

    def __getitem__(self, name: str) -> str:
        return self._now()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._now())

    def __len__(self) -> int:
        return len(self._now())


def _advertising(node: KafkaNode, port: int) -> Callable[[], None]:
    """Kafka tells its clients the proxy's address, so that they stay behind it after the first connection."""

    def prepare() -> None:
        node.prepare()
        path = node.data_dir / "server.properties"
        lines = path.read_text().splitlines()
        told = [f"advertised.listeners=CLIENTS://127.0.0.1:{port}" if line.startswith("advertised.listeners=") else line for line in lines]
        path.write_text("\n".join([*told, ""]))

    return prepare


if __name__ == "__main__":
    main()
