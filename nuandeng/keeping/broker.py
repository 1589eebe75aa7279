"""A broker of one's own on an empty data directory, for as long as a restore lasts."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from contracts.runtime import Runtime
from contracts.topics import TOPICS
from nuandeng.embedded.guard import Guard
from nuandeng.embedded.server_process import ServerProcess
from nuandeng.installation import Installation
from nuandeng.settings import Settings, WebSettings


@contextlib.contextmanager
def fresh_broker(folder: Path, lock: int) -> Iterator[Runtime]:
    """Start Kafka in a data directory that this process holds, with all topics, empty; a runtime that may write the log.

    Raises:
        PlatformError: it did not start.
    """
    installation = Installation(Settings(data_dir=str(folder), web=WebSettings(port=0)))
    node = installation.kafka
    assert node is not None  # noqa: S101 - the default settings start one
    guard = Guard(keep_open=(lock,))
    process: ServerProcess | None = None
    try:
        node.prepare()
        log = folder / "logs" / "kafka-restore.log"
        log.parent.mkdir(exist_ok=True)
        process = ServerProcess(name="kafka", argv=node.argv(), env={}, log=log, guard=guard)
        process.start(node.answers)
        node.set_up(TOPICS)
        yield installation.runtime
    finally:
        if process is not None:
            process.stop()
        guard.close()
        installation.close()
