"""The dispatcher's worker: the writers of the partitions it owns."""

from typing import Any

from contracts.runtime import Runtime
from stream.dispatcher import Dispatcher
from stream.roles.hosting import host
from stream.worker import watch_dead_letters


def add(app: Any, runtime: Runtime, name: str) -> None:
    """Put the service into the app."""
    watch_dead_letters(app, runtime)
    host(app, Dispatcher, runtime, name)
