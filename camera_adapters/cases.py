"""`python -m camera_adapters.cases`: cases pushed to the web process, and cases of vendors that are asked."""

import argparse
import threading
from collections.abc import Iterator
from pathlib import Path

import structlog

from camera_adapters.case_feed.reader import CaseReader
from camera_adapters.case_feed.settings import MappingError, read_mapping
from camera_adapters.case_feed.source import CaseFeedSource
from camera_adapters.intake import IntakeConsumer
from camera_adapters.keep_reading import keep_reading
from camera_adapters.liveness import Liveness
from camera_adapters.processes import beat_until, log_to_stderr, stop_on_signals
from camera_adapters.publish import Publisher
from contracts.observations import IntakeReport, RawIntake
from stream.access import runtime_from_environment
from stream.vault.keystore import FileKeyStore
from stream.vault.sealer import TextSealer

_log = structlog.get_logger(__name__)
PREFIX = "case:"


def polled(folder: Path, reader: CaseReader) -> list[CaseFeedSource]:
    """Return a source for every mapping file that says where to ask; wrong files are logged and left out."""
    sources = []
    for path in sorted(folder.glob("*.toml")):
        try:
            mapping = read_mapping(path)
        except MappingError as err:
            _log.error("mapping_invalid", file=path.name, detail=str(err))
            continue
        if mapping.poll is not None:
            sources.append(CaseFeedSource(mapping, mapping.poll, reader))
    return sources


def main() -> None:
    """Run until SIGTERM or SIGINT. Mapping files lie in `vendors` of the data directory unless told otherwise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mappings", type=Path, help="folder of the vendors' mapping files")
    chosen = parser.parse_args().mappings
    log_to_stderr()
    stop = stop_on_signals()
    runtime = runtime_from_environment()
    folder = chosen or Path(runtime.data_dir) / "vendors"
    keys = FileKeyStore(Path(runtime.keystore))
    reader = CaseReader(keys, TextSealer(keys), folder)
    publisher = Publisher(runtime)

    def read(raw: RawIntake, body: bytes) -> Iterator[IntakeReport]:
        return reader.read(raw.kind.removeprefix(PREFIX), body, raw.received_at_ms)

    intake = IntakeConsumer(runtime, "case-intake", publisher, wanted=lambda kind: kind.startswith(PREFIX), read=read, keys=keys)
    sources = polled(folder, reader)
    liveness = Liveness()
    threads = [
        threading.Thread(target=keep_reading, args=(source, publisher.deliver, liveness.stop_of(stop)), daemon=True) for source in sources
    ]
    threads.append(threading.Thread(target=intake.run, args=(liveness.stop_of(stop),), daemon=True))
    for thread in threads:
        thread.start()
    beat_until(stop, runtime, "cases", liveness, publisher.figures)
    stop.wait()
    for thread in threads:
        thread.join(3)
    publisher.close()


if __name__ == "__main__":
    main()
