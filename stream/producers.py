"""Ending a producer of kafka-python without an exception in the way of whoever shuts down."""

from typing import Any

import structlog

log = structlog.get_logger(__name__)


def close_producer(producer: Any, timeout_s: float = 5.0) -> bool:
    """Send what waits and disconnect. False when Kafka did not take it in time: then its threads end with the process.

    kafka-python raises from close() when the broker is away, and leaves everything open; what was not acknowledged was never promised.
    """
    from kafka.errors import KafkaError  # noqa: PLC0415 - workers without a kafka-python producer do not load it

    try:
        producer.close(timeout=timeout_s)
    except KafkaError as err:
        log.warning("producer_closed_unsent", error=repr(err))
        return False
    return True
