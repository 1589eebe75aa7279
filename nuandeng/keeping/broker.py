"""A broker of one's own on an empty data directory, for as long as a restore lasts."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from contracts.runtime import Runtime
from nuandeng.embedded.brokers import running_brokers
from nuandeng.installation import Installation
from nuandeng.settings import KafkaSettings, Settings, WebSettings


@contextlib.contextmanager
def fresh_broker(folder: Path, lock: int, kafka: KafkaSettings) -> Iterator[Runtime]:
    """Start Kafka in a data directory that this process holds, with all topics, empty; a runtime that may write the log.

    Args:
        kafka: with the partitions of the log that is to be restored, and how many brokers shall hold it.
    Raises:
        PlatformError: it did not start.
    """
    installation = Installation(Settings(data_dir=str(folder), web=WebSettings(port=0), kafka=kafka))
    with contextlib.closing(installation), running_brokers(installation, lock, folder / "logs" / "kafka-restore.log"):
        yield installation.runtime
