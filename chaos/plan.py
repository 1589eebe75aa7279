"""What is done to the platform in each round: a pure function of seed and number, so that a run can be repeated and resumed."""

import random
from enum import StrEnum
from typing import NamedTuple

from chaos.tree import ONE_OF_EACH, Tree, role_of


class Kind(StrEnum):
    """Kinds of fault."""

    KILL = "kill"  # kill -9
    PAUSE = "pause"  # SIGSTOP, later SIGCONT: a zombie that wakes up
    TERMINATE = "terminate"  # SIGTERM
    WIPE = "wipe"  # FLUSHALL
    DISK_FULL = "disk_full"
    POWER_CUT = "power_cut"  # both stores killed, the unsynced tails of their files cut off
    CLOCK_STEP = "clock_step"  # the wall clock of one process is an hour off for a while
    DELAY = "delay"  # of one part's connection to a store
    CUT = "cut"
    HALF_OPEN = "half_open"


class Fault(NamedTuple):
    """One fault.

    part: whom it hits. seconds: how long it lasts, 0: over at once. store: at the other end of its connections, or `sockets`: those that
    phones have to it. amount: seconds of a delay,
    of a step of the clock, or of writing that is lost in a power cut.
    """

    kind: Kind
    part: str
    seconds: float = 0.0
    store: str = ""
    amount: float = 0.0

    @property
    def name(self) -> str:
        """Kind and part, as results are counted: a fault of a connection is counted by its store."""
        return f"{self.kind}:{self.part}" + (f"-{self.store}" if self.store else "")


# How often each kind is drawn, in shares.
_SHARES = {
    Kind.KILL: 6, Kind.PAUSE: 5, Kind.TERMINATE: 3, Kind.WIPE: 2, Kind.DISK_FULL: 2, Kind.POWER_CUT: 2, Kind.CLOCK_STEP: 2, Kind.DELAY: 2,
    Kind.CUT: 2, Kind.HALF_OPEN: 2,
}  # fmt: skip
_TWO_AT_ONCE = 0.2
_TRIES = 100
_STORES = ("kafka", "valkey")
# The most that a run looks at are the parts that a command passes through.
_WEIGHTS = {"kafka": 3, "valkey": 3, "dispatcher": 4, "projector": 3, "web": 3, "effects": 2, "sightings": 2, "phones": 2}


class Scope(NamedTuple):
    """What may be done, and to whom. able: the kinds that this machine allows. parts: their roles, None for all of the tree."""

    able: frozenset[Kind]
    tree: Tree = ONE_OF_EACH
    parts: frozenset[str] | None = None
    two_at_once: bool = True

    def of(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        """Those that may be hit; all of them where none may, for a fault that has no others to hit."""
        return tuple(part for part in parts if self.parts is None or role_of(part) in self.parts) or parts


def faults_of(seed: int, number: int, scope: Scope) -> tuple[Fault, ...]:
    """Return the faults of a round; two at once never hit the same part."""
    chance = random.Random(f"{seed}/{number}")  # noqa: S311 - must be repeatable
    first = _fault(chance, scope)
    if chance.random() >= _TWO_AT_ONCE or not scope.two_at_once:
        return (first,)
    for _ in range(_TRIES):
        second = _fault(chance, scope)
        if not _hits(first) & _hits(second):
            return first, second
    return (first,)  # a narrow scope may have nothing else to hit


def _hits(fault: Fault) -> set[str]:
    """Parts that two faults at once must not share. Of proxies there is one a store, and one trouble at a time."""
    if fault.kind in (Kind.POWER_CUT, Kind.WIPE):
        return {*_STORES}
    return {fault.part, fault.store} - {""}


def _fault(chance: random.Random, scope: Scope) -> Fault:
    kinds = [kind for kind in Kind if kind in scope.able]
    everybody, connected = scope.of(scope.tree.all), scope.of(scope.tree.connected)
    kind = chance.choices(kinds, [_SHARES[kind] for kind in kinds])[0]
    match kind:
        case Kind.KILL | Kind.TERMINATE:
            return Fault(kind, _part(chance, everybody))
        case Kind.PAUSE:
            return Fault(kind, _part(chance, everybody), round(chance.uniform(1, 20) if chance.random() < 0.4 else chance.uniform(1, 8), 1))
        case Kind.WIPE:
            return Fault(kind, "valkey")
        case Kind.DISK_FULL:
            return Fault(kind, chance.choice(_STORES), round(chance.uniform(2, 6), 1))
        case Kind.POWER_CUT:
            return Fault(kind, "stores", amount=round(chance.uniform(0.2, 5), 1))
        case Kind.CLOCK_STEP:
            return Fault(kind, _part(chance, connected), round(chance.uniform(4, 8), 1), amount=chance.choice((-3600.0, 3600.0)))
        case Kind.DELAY:
            amount = round(chance.uniform(0.05, 0.6), 2)
            part = _part(chance, connected)
            return Fault(kind, part, round(chance.uniform(3, 8), 1), _other_end(chance, part), amount)
        case Kind.CUT:
            part = _part(chance, connected)
            return Fault(kind, part, round(chance.uniform(1, 8), 1), _other_end(chance, part))
        case Kind.HALF_OPEN:
            part = _part(chance, connected)
            return Fault(kind, part, 0.0, _other_end(chance, part))


def _other_end(chance: random.Random, part: str) -> str:
    return chance.choice((*_STORES, "sockets") if role_of(part) == "phones" else _STORES)


def _part(chance: random.Random, parts: tuple[str, ...]) -> str:
    return chance.choices(parts, [_WEIGHTS.get(role_of(part), 1) for part in parts])[0]
