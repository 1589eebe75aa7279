"""`nuandeng sweep`."""

import asyncio

import typer
from aiokafka.errors import KafkaError

from contracts.errors import StoreAwayError
from nuandeng.keeping.sweep import sweep
from nuandeng.log_commands import DataDir, opened


def sweep_command(data_dir: DataDir) -> None:
    """Remove pictures of sightings that were dismissed a week ago, and those of a week ago that no decision names. Run it daily."""
    with opened(data_dir) as runtime:
        try:
            done = asyncio.run(sweep(runtime))
        except (KafkaError, TimeoutError) as err:
            raise StoreAwayError(f"Kafka does not answer: {err}.") from err
    typer.echo(f"{done.dismissed} files of dismissed sightings and {done.unnamed} that nothing names were removed")
