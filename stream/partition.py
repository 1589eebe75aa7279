"""Which partition is a jurisdiction's: the one function for every producer, writer and reader."""

from kafka.partitioner import murmur2

from contracts.topics import WRITER_PARTITIONS


def partition_of(jurisdiction: str, partitions: int = WRITER_PARTITIONS) -> int:
    """Return the partition of a key, as Kafka's own Java client would choose it."""
    return (int(murmur2(jurisdiction.encode())) & 0x7FFFFFFF) % partitions
