"""`nuandeng sweep`."""

import asyncio

import redis
import typer
from aiokafka.errors import KafkaError

from contracts.errors import StoreAwayError
from nuandeng.keeping.sweep import sweep
from nuandeng.log_commands import DataDir, opened


def sweep_command(data_dir: DataDir) -> None:
    """Remove what is over its time: pictures of sightings dismissed a week ago, those that no decision names, positions of three days ago.

    The platform does so every day by itself (`keeping.sweep_every_s`).
    """
    with opened(data_dir) as runtime:
        try:
            done = asyncio.run(sweep(runtime))
        except (KafkaError, redis.RedisError, TimeoutError) as err:
            raise StoreAwayError(f"Kafka or the read model does not answer: {err}.") from err
    files = f"{done.dismissed} files of dismissed sightings, {done.unnamed} that nothing names"
    typer.echo(f"{files} and {done.positions} positions were removed")
