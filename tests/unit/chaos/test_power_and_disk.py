"""A power cut takes the ends of what was not forced to the disk and nothing else; a full disk is full to the last byte."""

import os
import random
from pathlib import Path

import pytest

from chaos.disk import SmallDisk, why_no_small_disk
from chaos.screens import until
from chaos.unsynced import UnsyncedTails


def test_only_unsynced_ends_are_lost(tmp_path: Path) -> None:
    """Of the commands, the offsets and Valkey's file; never of the log, and nothing that was there long before."""
    kafka, valkey = tmp_path / "kafka" / "log", tmp_path / "valkey" / "appendonlydir"
    lossy = [kafka / "dispatch.commands-1" / "0.log", kafka / "__consumer_offsets-3" / "0.log", valkey / "a.1.incr.aof"]
    kept = [kafka / "dispatch.commits-1" / "0.log", kafka / "__cluster_metadata-0" / "0.log", valkey / "a.1.base.rdb"]
    for path in (*lossy, *kept):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * 1000)
    tails = UnsyncedTails(tmp_path)
    try:
        assert until(lambda: len(tails._seen) >= 2, 5)
        for path in (*lossy, *kept):
            with path.open("ab") as file:
                file.write(b"y" * 5000)
        lost = tails.cut(5.0, random.Random(1))
    finally:
        tails.close()
    assert lost > 0
    assert all(1000 <= path.stat().st_size <= 6000 for path in lossy)
    assert sum(6000 - path.stat().st_size for path in lossy) == lost
    assert all(path.stat().st_size == 6000 for path in kept)


def test_a_full_disk_takes_nothing_more_until_it_is_emptied(tmp_path: Path) -> None:
    """Where small disks can be mounted."""
    reason = why_no_small_disk(tmp_path / "try")
    if reason is not None:
        assert reason
        pytest.skip(reason)
    disk = SmallDisk(tmp_path / "small", 2)
    try:
        file = tmp_path / "small" / "file"
        file.write_bytes(b"a")
        disk.fill()
        with pytest.raises(OSError, match="No space"):
            file.write_bytes(b"x" * 8192)
        disk.empty()
        assert file.write_bytes(b"x" * 8192) == 8192
    finally:
        disk.unmount()
    assert not os.path.ismount(tmp_path / "small")
