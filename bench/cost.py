"""What a command and a case cost: from a command's bytes to its commit, confirmed, and brought into the read model's documents.

Worlds that are compared take turns: a machine that becomes slower for a minute becomes so for all of them.
"""

import random
import time
from collections.abc import Mapping
from statistics import median
from typing import NamedTuple

from bench.county_life import Counties, Done
from contracts.topics import WRITER_PARTITIONS
from stream.log.fold import Fold, Standing
from stream.readmodel.batch import Batch

EVERY_MS = 7_200_000
_ROUNDS = 11
_CASES_A_ROUND = 100


class Cost(NamedTuple):
    """Microseconds of one core."""

    command_us: float
    case_us: float


class Confirmed:
    """The states that the log has confirmed, and the documents that follow: what a writer and a projector do after a decision."""

    def __init__(self, folds: dict[int, Fold] | None = None) -> None:
        self.folds = folds or {partition: Fold(partition) for partition in range(WRITER_PARTITIONS)}
        self._batches = {partition: Batch() for partition in self.folds}

    def take(self, done: Done) -> None:
        """One commit that stands."""
        partition, _, decision = done
        fold = self.folds[partition]
        if decision.commit is None:
            return
        touched = fold.step_own(fold.next_offset, decision.commit, decision.head, decision.writes)
        self._batches[partition].add(Standing(decision.commit, decision.head, touched), fold.states[decision.commit.jurisdiction])

    def hand_on(self) -> None:
        """Make the store's arguments and begin anew."""
        for partition, batch in self._batches.items():
            batch.arguments("epoch", partition, 0, 0)
            self._batches[partition] = Batch()


class World:
    """Counties, and what their log has confirmed."""

    def __init__(self, counties: Counties, confirmed: Confirmed) -> None:
        self._counties, self._confirmed = counties, confirmed
        self._drawn = random.Random(7)  # noqa: S311 - which county is next is no secret

    def help_somebody(self, code: str) -> int:
        """One case in a county; return how many commands it took."""
        commands = 0
        for done in self._counties.help_somebody(code, EVERY_MS):
            self._confirmed.take(done)
            commands += 1
        self._confirmed.hand_on()
        return commands

    def round(self) -> Cost:
        """Cases in counties drawn at random."""
        began_s = time.process_time()
        commands = sum(self.help_somebody(self._drawn.choice(self._counties.codes)) for _ in range(_CASES_A_ROUND))
        took_us = (time.process_time() - began_s) * 1e6
        return Cost(took_us / commands, took_us / _CASES_A_ROUND)


def costs(worlds: Mapping[int, World]) -> dict[int, Cost]:
    """The median round of each."""
    rounds: dict[int, list[Cost]] = {size: [] for size in worlds}
    for _ in range(_ROUNDS):
        for size, world in worlds.items():
            rounds[size].append(world.round())
    return {
        size: Cost(median(one.command_us for one in found), median(one.case_us for one in found)) for size, found in rounds.items()
    }
