"""Which partition is a jurisdiction's: the one function for every producer, writer and reader."""

from functools import lru_cache

from contracts.topics import WRITER_PARTITIONS

_SEED = 0x9747B28C
_MULTIPLIER = 0x5BD1E995
_WORD = 0xFFFFFFFF


class _Chosen:
    """How many this installation's topics have. A process serves one installation, and the number never changes while its log lives."""

    count = WRITER_PARTITIONS


def choose_partitions(count: int) -> None:
    """Take the number from the runtime file, before anything else is done with the log."""
    _Chosen.count = count


def partition_count() -> int:
    """Return how many partitions commands, commits, observations and positions have."""
    return _Chosen.count


def partition_of(jurisdiction: str, partitions: int | None = None) -> int:
    """Return the partition of a key, as Kafka's own clients choose it."""
    return _hash(jurisdiction) % (partitions or _Chosen.count)


@lru_cache(maxsize=8192)
def _hash(key: str) -> int:
    return murmur2(key.encode()) & 0x7FFFFFFF


def murmur2(key: bytes) -> int:
    """Return the 32-bit hash that Kafka's Java client uses for keys.

    Written out, because both client libraries import half of themselves for it, and every process asks for it.

    Source:
        Appleby, MurmurHash2 (public domain), with Kafka's seed.
    """
    hashed = (_SEED ^ len(key)) & _WORD
    whole = len(key) & ~3
    for start in range(0, whole, 4):
        word = int.from_bytes(key[start : start + 4], "little") * _MULTIPLIER & _WORD
        word = (word ^ word >> 24) * _MULTIPLIER & _WORD
        hashed = (hashed * _MULTIPLIER & _WORD) ^ word
    if whole < len(key):
        hashed = (hashed ^ int.from_bytes(key[whole:], "little")) * _MULTIPLIER & _WORD
    hashed = (hashed ^ hashed >> 13) * _MULTIPLIER & _WORD
    return hashed ^ hashed >> 15
