"""A log of any length: cases that were decided once by the product's own rules, told again and again later.

Deciding ten million commands takes ten minutes; writing down what they come to takes one. Each county is decided until cases are
archived as fast as they are reported. What it does then repeats every five cases, one for each volunteer on duty: only its times,
sequences, the names made of them and the hashes differ, and those are counted on. The oldest case is archived whenever one was.
"""

import re
from collections import deque
from collections.abc import Iterator
from typing import Final, NamedTuple

from bench.county_life import Counties
from contracts.commit import digest
from stream.partition import partition_of

# Thirty days until the archive, and a few cases more.
_SETTLED_CASES = 340
_VOLUNTEERS = 5
# One command in each case is the archiving of another.
_ROUND = 15 * _VOLUNTEERS
_COUNTED: Final = re.compile(
    rb'(?P<previous>(?<="previous":")[0-9a-f]{64})|(?P<archived>(?<="IncidentArchived\.1","incident":")[^"]+)'
    rb'|(?P<at_ms>(?<=_ms":)\d{13})|(?P<turn>(?<="12345-)\d+)'
    rb'|(?P<sequence>(?<="sequence":)\d+|(?<="command_id":"c)\d+|(?<=-[ia])\d+|(?<=:reporter:)\d+)'
)
_REPORTED: Final = re.compile(rb'"IncidentReported\.1","incident":"([^"]+)"')
_LEFT_OUT: Final = re.compile(rb'"(?:number|previous)":"[^"]*"|(?<="IncidentArchived\.1","incident":)"[^"]*"')


class _Steps(NamedTuple):
    """By how much each kind of number grows from one round to the next."""

    at_ms: int
    turn: int
    sequence: int


class _Told:
    """One commit as a pattern: its record in any round."""

    def __init__(self, record: bytes, steps: _Steps) -> None:
        fields = [(match.lastgroup or "", match.group()) for match in _COUNTED.finditer(record)]
        if [kind for kind, _ in fields[:2]] != ["sequence", "previous"]:
            raise ValueError("a commit names its sequence first, then its predecessor")
        self.archives = fields[-1][0] == "archived"
        self.reports = b'"IncidentReported.1"' in record
        self._pattern = _COUNTED.sub(
            lambda match: b"%b" if match.lastgroup in ("previous", "archived") else b"%d", record.replace(b"%", b"%%")
        )
        numbers = [(int(text), getattr(steps, kind)) for kind, text in fields if kind not in ("previous", "archived")]
        (self._sequence, self._step), *self._counted = numbers

    def in_round(self, number: int, previous: bytes, oldest: bytes) -> bytes:
        """The record, on top of the one with this hash. oldest: the case that is archived, if it archives one."""
        counted = [first + step * number for first, step in self._counted]
        archived = (oldest,) if self.archives else ()
        return self._pattern % (self._sequence + self._step * number, previous, *counted, *archived)


class County:
    """One county: what was decided there, and what is told of it round by round."""

    def __init__(self, counties: Counties, code: str, every_ms: int) -> None:
        self.code, self.partition = code, partition_of(code)
        self.decided = [done.decision.record for done in counties.register(code)]
        for _ in range(_SETTLED_CASES):
            self.decided += [done.decision.record for done in counties.help_somebody(code, every_ms)]
        decided: list[bytes] = []
        before_ms, following = counties.now_ms[code], _round(counties, code, every_ms)
        while len(decided) != _ROUND or len(following) != _ROUND:
            # Now and then two cases are archived at once.
            self.decided += following
            self._closed = deque(archive.incident.encode() for archive in counties.closed[code])
            self.turn = counties.turn[code]
            decided, after_ms = following, counties.now_ms[code]
            steps = _Steps(after_ms - before_ms, _VOLUNTEERS, _ROUND)
            before_ms, following = after_ms, _round(counties, code, every_ms)
        self._told = [_Told(record, steps) for record in decided]
        self._number, self._head = 0, digest(decided[-1]).encode()
        self._check(following)

    def tell(self) -> Iterator[bytes]:
        """The records of its next round."""
        self._number += 1
        self.turn += _VOLUNTEERS
        for told in self._told:
            record = told.in_round(self._number, self._head, self._closed.popleft() if told.archives else b"")
            self._head = digest(record).encode()
            if told.reports and (reported := _REPORTED.search(record)) is not None:
                self._closed.append(reported[1])
            yield record

    def _check(self, decided: list[bytes]) -> None:
        """What is told of the next round is what is decided there, but for the number that a case gets from its day, and so for hashes."""
        told = [one.in_round(1, b"", b"") for one in self._told]
        if [_LEFT_OUT.sub(b"", record) for record in told] != [_LEFT_OUT.sub(b"", record) for record in decided]:
            raise SystemExit(f"what is told of {self.code} is not what would be decided there")


def _round(counties: Counties, code: str, every_ms: int) -> list[bytes]:
    return [done.decision.record for _ in range(_VOLUNTEERS) for done in counties.help_somebody(code, every_ms)]
