"""Work on the partitions of a log side by side: a process a core, each taking the next partition when it is done with one."""

import gc
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, Final, TypeVar

from stream.partition import choose_partitions, partition_count

R = TypeVar("R")

# Starting a process that can fold costs as much as folding so many records.
WORTH_A_PROCESS: Final = 30_000


def side_by_side(work: Callable[[Any, tuple[int, ...]], dict[int, R]], task: Any, sizes: Mapping[int, int]) -> dict[int, R]:
    """Return what `work(task, partitions)` found for each partition.

    In this process when only one partition has records, or all together are few; the biggest first otherwise, and never more than one
    partition a process at a time.

    Args:
        work: a function at the top of its module; task and results must be such that pickle can copy them.
        sizes: partition → records to be read.
    """
    filled = [partition for partition, records in sizes.items() if records]
    processes = min(len(os.sched_getaffinity(0)), len(filled))
    if processes < 2 or sum(sizes.values()) < WORTH_A_PROCESS:
        return work(task, tuple(sizes))
    found: dict[int, R] = {}
    # Spawned, not forked: whoever asks may have threads and connections.
    chosen = (partition_count(),)
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_begin, initargs=chosen) as pool:
        biggest_first = sorted(sizes, key=lambda partition: (-sizes[partition], partition))
        for done in [pool.submit(work, task, (partition,)) for partition in biggest_first]:
            found.update(done.result())
    return dict(sorted(found.items()))


def _begin(partitions: int) -> None:
    choose_partitions(partitions)
    # What is folded is trees of frozen values without cycles, and the process is short.
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
