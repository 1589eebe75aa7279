"""The brokers of an installation alone, for tools that need its log while the platform does not run."""

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from contracts.topics import topics_with
from nuandeng.embedded.guard import Guard
from nuandeng.embedded.kafka import KafkaNode
from nuandeng.embedded.server_process import ServerProcess
from nuandeng.installation import Installation


@contextlib.contextmanager
def running_brokers(installation: Installation, lock: int, log: Path) -> Iterator[None]:
    """Start every broker, with accounts, topics and rules, and stop them in the end.

    Args:
        lock: descriptor of the data directory's lock, held until the last of them has ended. log: file for what they print.
    Raises:
        PlatformError: one did not start.
    """
    log.parent.mkdir(exist_ok=True)
    guard = Guard(keep_open=(lock,))
    processes: list[ServerProcess] = []

    def start(node: KafkaNode) -> None:
        node.prepare()
        process = ServerProcess(name=f"kafka {node.number}", argv=node.argv(), env={}, log=log, guard=guard)
        processes.append(process)
        process.start(node.answers)

    try:
        # Together: none of several answers before most of them are there.
        with ThreadPoolExecutor(max(1, len(installation.brokers))) as pool:
            list(pool.map(start, installation.brokers))
        kafka = installation.runtime.kafka
        for node in installation.brokers[:1]:
            node.set_up(topics_with(kafka.partitions), kafka.topic_prefix)
        yield
    finally:
        for process in processes:
            process.stop()
        guard.close()
