"""The least that a consumer and producer on aiokafka can do: copy dispatch.commands to a topic of the same partitions, and commit offsets.

Run by bench/stream_writer.py as the peer of the dispatcher: the same clients, event loop, fetch sizes and acknowledgements, and no domain.
"""

import asyncio

import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from contracts.accounts import TOOLS
from contracts.topics import COMMANDS, OBSERVATIONS
from stream.access import group, kafka_settings, runtime_from_environment, topic


async def main() -> None:
    """Run until ended from outside."""
    runtime = runtime_from_environment()
    settings = kafka_settings(runtime)
    producer = AIOKafkaProducer(**settings, acks="all", enable_idempotence=True, max_batch_size=1 << 20, linger_ms=4)
    consumer = AIOKafkaConsumer(
        topic(runtime, COMMANDS), **settings, group_id=group(runtime, TOOLS), enable_auto_commit=False, auto_offset_reset="earliest",
        max_partition_fetch_bytes=4 << 20, fetch_max_wait_ms=50,
    )  # fmt: skip
    await producer.start()
    await consumer.start()
    into = topic(runtime, OBSERVATIONS)
    while True:
        got = await consumer.getmany(timeout_ms=200, max_records=500)
        sent = [
            await producer.send(into, value=record.value, key=record.key, partition=place.partition)
            for place, records in got.items()
            for record in records
        ]
        if sent:
            await asyncio.gather(*sent)
            await consumer.commit()


if __name__ == "__main__":
    uvloop.run(main())
