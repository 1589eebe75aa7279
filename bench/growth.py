"""What one more jurisdiction costs: `python -m bench.growth`. Writes bench/results/growth.json; docs/scale.md tells what it means.

Each number of jurisdictions is measured in a process of its own: every one has the register of an average county and some open incidents,
decided from real commands in 64 partitions. Their states are kept as snapshots and read back; then 20,000 more commands that go round all
of them are timed.
"""

import argparse
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from contracts.commands import (
    AnyBody,
    Command,
    FileIncident,
    ReceiveIncident,
    RegisterCameras,
    RegisterPoints,
    RegisterUnits,
    ReportIncident,
    SetDuty,
    encode_command,
)
from contracts.events import CommandRejected
from contracts.registry_entries import CameraEntry, PointEntry, UnitEntry
from contracts.terms import Role, Source, UnitKind, UnitState
from contracts.topics import COMMITS
from contracts.values import Actor, Place
from dispatch import State
from stream.commands import SYSTEM
from stream.log.fold import Fold
from stream.log.snapshots import SnapshotFolder
from stream.partition import choose_partitions, partition_count, partition_of
from stream.writer.decision import Judge

RESULTS = Path(__file__).parent / "results" / "growth.json"
PARTITIONS = 64
COUNTS = (9, 90, 900, 2_800)
# Of 270,000 volunteers in 2,800 counties; of 193 cameras in the 9 jurisdictions of a city.
UNITS, CAMERAS, POINTS, INCIDENTS = 96, 21, 2, 10
_TIMED = 20_000


def _codes(count: int) -> list[str]:
    return [f"{11 + number // 1000}{number % 1000:03d}1" for number in range(count)]


def _place(code: str, number: int) -> Place:
    return Place(lat_wgs84=37.4 + number / 1000, lon_wgs84=118.0, area=f"{code}001000", name="天桥下")


def _register(code: str) -> Iterator[AnyBody]:
    yield RegisterCameras(
        cameras=tuple(
            CameraEntry(camera=f"{code}-c{n}", name="路口", place=_place(code, n), owner="police", dwell_threshold_s=600)
            for n in range(CAMERAS)
        )
    )
    yield RegisterPoints(
        points=tuple(
            PointEntry(point=f"{code}-p{n}", name="救助站", place=_place(code, n), beds=20, open=True, station=True) for n in range(POINTS)
        )
    )
    yield RegisterUnits(units=tuple(UnitEntry(unit=f"{code}-u{n}", kind=UnitKind.VOLUNTEER, area=f"{code}001000") for n in range(UNITS)))
    for n in range(0, UNITS, 4):
        yield SetDuty(unit=f"{code}-u{n}", state=UnitState.AVAILABLE)


class _Country:
    """Every partition's states, brought forward by decisions alone."""

    def __init__(self) -> None:
        self.judges = {partition: Judge(partition) for partition in range(partition_count())}
        self.states: dict[int, dict[str, State]] = {partition: {} for partition in self.judges}
        self.records = self.octets = 0

    def decide(self, code: str, body: AnyBody, actor: Actor = SYSTEM) -> None:
        now_ms = time.time_ns() // 1_000_000
        self.records += 1
        raw = encode_command(Command(id=f"c{self.records}", jurisdiction=code, actor=actor, body=body, sent_at_ms=now_ms))
        partition = partition_of(code)
        decision = self.judges[partition].decide(self.states[partition], raw, now_ms)
        if decision.commit is None or any(isinstance(event, CommandRejected) for event in decision.commit.events):
            raise SystemExit(f"{type(body).__name__} was refused: {decision}")
        self.octets += len(decision.record)

    def incident(self, code: str) -> None:
        """Three commands: reported, received, filed."""
        operator = Actor(account="op", role=Role.OPERATOR, area=code)
        self.decide(code, ReportIncident(source=Source.HOTLINE, place=_place(code, 0)), operator)
        sequence = self.states[partition_of(code)][code].sequence
        self.decide(code, ReceiveIncident(incident=f"{code}-i{sequence}"), operator)
        self.decide(code, FileIncident(incident=f"{code}-i{sequence}"), operator)


def measured(count: int) -> dict[str, float]:
    """One number of jurisdictions, in this process."""
    choose_partitions(PARTITIONS)
    codes, country, process = _codes(count), _Country(), psutil.Process()
    before = process.memory_info().rss
    for code in codes:
        for body in _register(code):
            country.decide(code, body)
        for _ in range(INCIDENTS):
            country.incident(code)
    held = process.memory_info().rss - before
    records, octets = country.records, country.octets
    with tempfile.TemporaryDirectory() as folder:
        kept = SnapshotFolder(Path(folder), COMMITS)
        for partition, states in country.states.items():
            fold = Fold(partition)
            fold.states, fold.next_offset = states, 1
            kept.write(fold)
        size = sum(path.stat().st_size for path in Path(folder).iterdir())
        began_s = time.process_time()
        loaded = sum(len(found.states) for partition in country.states if (found := kept.load(partition)) is not None)
        loading_s = time.process_time() - began_s
    # As a worker does.
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    began_s = time.process_time()
    for turn in range(_TIMED // 3):
        country.incident(codes[turn * 7919 % count])
    deciding_s = time.process_time() - began_s
    if loaded != count:
        raise SystemExit(f"{loaded} of {count} jurisdictions came back from snapshots")
    return {
        "jurisdictions": count,
        "command_us": deciding_s / (_TIMED // 3 * 3) * 1e6,
        "memory_kib": held / count / 1024,
        "snapshot_kib": size / count / 1024,
        "snapshot_load_ms": loading_s / count * 1000,
        "record_octets": octets / records,
    }


def main() -> None:
    """Measure every number, and write the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.growth", description=__doc__)
    parser.add_argument("--count", type=int, help="this number alone, printed")
    given = parser.parse_args()
    if given.count is not None:
        print(json.dumps(measured(given.count)))
        return
    rows = []
    for count in COUNTS:
        ran = subprocess.run([sys.executable, "-m", "bench.growth", "--count", str(count)], stdout=subprocess.PIPE, text=True, check=True)
        rows.append({name: round(value, 2) for name, value in json.loads(ran.stdout.splitlines()[-1]).items()})
        print(rows[-1], flush=True)
    kept = {"partitions": PARTITIONS, "units": UNITS, "cameras": CAMERAS, "points": POINTS, "incidents": INCIDENTS, "cores": os.cpu_count()}
    RESULTS.write_text(json.dumps({**kept, "rows": rows}, indent=2) + "\n")


if __name__ == "__main__":
    main()
