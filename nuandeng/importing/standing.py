"""What the log holds of the registers: who and what is registered where, and who was erased."""

import asyncio
from collections.abc import Mapping
from typing import Generic, NamedTuple, TypeVar

from aiokafka.errors import KafkaError

from contracts.errors import StoreAwayError
from contracts.events import PersonErased, UnitsRegistered
from contracts.registry_entries import AccountEntry, CameraEntry, PointEntry, UnitEntry
from contracts.runtime import Runtime
from contracts.topics import COMMITS
from nuandeng.importing.columns import Register
from stream.access import kafka_settings, topic
from stream.log.fold import Fold
from stream.log.read import RangeReader
from stream.partition import partition_count

_E = TypeVar("_E", UnitEntry, PointEntry, CameraEntry, AccountEntry)


class Known(NamedTuple, Generic[_E]):
    """An entry as it stands. version: the sequence of the last commit that changed what it is about."""

    jurisdiction: str
    version: int
    entry: _E


class Standing(NamedTuple):
    """By identifier. usernames: → account. erased: units whose name and number were destroyed."""

    units: Mapping[str, Known[UnitEntry]] = {}
    points: Mapping[str, Known[PointEntry]] = {}
    cameras: Mapping[str, Known[CameraEntry]] = {}
    accounts: Mapping[str, Known[AccountEntry]] = {}
    usernames: Mapping[str, str] = {}
    erased: frozenset[str] = frozenset()

    def of(self, register: Register) -> Mapping[str, Known[UnitEntry] | Known[PointEntry] | Known[CameraEntry] | Known[AccountEntry]]:
        """The table that a register's rows are compared with."""
        match register:
            case "volunteers" | "vehicles":
                return self.units
            case "points":
                return self.points
            case "cameras":
                return self.cameras
            case "accounts":
                return self.accounts


def read_standing(runtime: Runtime) -> Standing:
    """Fold the whole log. Raises StoreAwayError."""
    try:
        return asyncio.run(_read(runtime))
    except (KafkaError, OSError, TimeoutError) as err:
        raise StoreAwayError(f"Kafka does not answer: {err}.") from err


async def _read(runtime: Runtime) -> Standing:
    reader = RangeReader(kafka_settings(runtime), topic(runtime, COMMITS))
    seals = _Seals()
    units: dict[str, Known[UnitEntry]] = {}
    points: dict[str, Known[PointEntry]] = {}
    cameras: dict[str, Known[CameraEntry]] = {}
    accounts: dict[str, Known[AccountEntry]] = {}
    try:
        for partition in range(partition_count()):
            fold = Fold(partition)

            def take(offset: int, record: bytes, fold: Fold = fold) -> None:
                standing = fold.step(offset, record)
                if standing is not None and standing.unsound is None:
                    seals.take(standing.commit.events)

            await reader.read(partition, 0, take)
            for code, state in fold.states.items():
                units.update((name, Known(code, one.version, one.entry)) for name, one in state.units.items())
                points.update((name, Known(code, one.version, one.entry)) for name, one in state.points.items())
                cameras.update((name, Known(code, one.version, one.entry)) for name, one in state.cameras.items())
                accounts.update((name, Known(code, one.version, one.entry)) for name, one in state.accounts.items())
    finally:
        await reader.stop()
    erased = frozenset(name for name in seals.erased() if name not in units or _nameless(units[name].entry))
    return Standing(units, points, cameras, accounts, {one.entry.username: name for name, one in accounts.items()}, erased)


def _nameless(entry: UnitEntry) -> bool:
    # Somebody who came back of their own will was registered again by hand, under a new key.
    return entry.name is None and entry.phone is None


class _Seals:
    """Which units were ever sealed with which keys, and which keys are destroyed."""

    def __init__(self) -> None:
        self._units: dict[str, str] = {}
        self._gone: set[str] = set()

    def take(self, events: tuple[object, ...]) -> None:
        """Look at a commit's events."""
        for event in events:
            if isinstance(event, UnitsRegistered):
                sealed = ((one, unit.unit) for unit in event.units for one in (unit.name, unit.phone))
                self._units.update((one.key, unit) for one, unit in sealed if one is not None)
            elif isinstance(event, PersonErased):
                self._gone.update(event.keys)

    def erased(self) -> set[str]:
        """Units whose key was destroyed."""
        return {self._units[key] for key in self._gone if key in self._units}
