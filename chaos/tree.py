"""The names of the parts of a platform: of the first of a kind its role, of the others role.2, role.3 …"""

from typing import NamedTuple

_WORKERS = ("dispatcher", "projector", "effects", "sightings", "weather")
_ADAPTERS = ("cases-adapter", "weather-adapter")


def role_of(part: str) -> str:
    """What it does."""
    return part.partition(".")[0]


def _named(role: str, count: int) -> tuple[str, ...]:
    return tuple(role if number == 1 else f"{role}.{number}" for number in range(1, count + 1))


class Tree(NamedTuple):
    """brokers: of Kafka. each: processes of each worker, and of web. phones: processes for phones alone. partitions: of the log."""

    brokers: int = 1
    each: int = 1
    phones: int = 1
    partitions: int = 4

    @property
    def stores(self) -> tuple[str, ...]:
        """Kafka and Valkey."""
        return (*_named("kafka", self.brokers), "valkey")

    @property
    def workers(self) -> tuple[str, ...]:
        """Those of stream/."""
        return (*(name for role in _WORKERS for name in _named(role, self.each)), "witness")

    @property
    def webs(self) -> tuple[str, ...]:
        """The web processes, on one socket."""
        return _named("web", self.each)

    @property
    def fronts(self) -> tuple[str, ...]:
        """The processes for phones alone, on another."""
        return _named("phones", self.phones)

    @property
    def beating(self) -> tuple[str, ...]:
        """Those whose heartbeat stands in the read model."""
        return (*self.workers, *self.fronts, *_ADAPTERS)

    @property
    def connected(self) -> tuple[str, ...]:
        """Those that are connected to stores."""
        return (*self.workers, *self.webs, *self.fronts, *_ADAPTERS)

    @property
    def all(self) -> tuple[str, ...]:
        """Every part."""
        return (*self.stores, *self.workers, *self.webs, *self.fronts, *_ADAPTERS)


ONE_OF_EACH = Tree()
