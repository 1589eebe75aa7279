"""Which partition is a jurisdiction's: the one function for every producer, writer and reader."""

from functools import lru_cache

from contracts.topics import WRITER_PARTITIONS

_SEED = 0x9747B28C
_MULTIPLIER = 0x5BD1E995
_WORD = 0xFFFFFFFF


@lru_cache(maxsize=8192)
def partition_of(jurisdiction: str, partitions: int = WRITER_PARTITIONS) -> int:
    """Return the partition of a key, as Kafka's own clients choose it."""
    return (murmur2(jurisdiction.encode()) & 0x7FFFFFFF) % partitions


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
