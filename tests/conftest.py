"""Fixtures for everybody: a real Kafka and a real Valkey, one of each per session, on free ports, with data in a temporary folder."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from nuandeng.embedded.guard import Guard
from nuandeng.embedded.jars import fetch_jars
from nuandeng.embedded.session import RunningKafka, RunningValkey

# How long an example takes says how busy the machine is; timings are for the benchmarks.
settings.register_profile("nuandeng", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("nuandeng")


@pytest.fixture(scope="session")
def server_guard() -> Iterator[Guard]:
    """Ends the servers of this session even if pytest is killed."""
    guard = Guard()
    yield guard
    guard.close()


def broker(tmp_path_factory: pytest.TempPathFactory, server_guard: Guard) -> Iterator[RunningKafka]:
    """Apache Kafka with all topics. `kafka.fresh_topics()` returns a prefix under which a test has them to itself."""
    fetch_jars()
    running = RunningKafka(tmp_path_factory.mktemp("kafka"), server_guard)
    yield running
    running.stop()


kafka = pytest.fixture(scope="session", name="kafka")(broker)


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory, server_guard: Guard) -> Iterator[RunningValkey]:
    """Valkey, shared by the session: take keys of your own, or `valkey.wipe()`."""
    running = RunningValkey(tmp_path_factory.mktemp("valkey"), server_guard)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def shared_footage() -> Path | None:
    """Folder of real footage and forecasts beside the checkout, or None; tests that use it have a twin without."""
    chosen = os.environ.get("NUANDENG_SHARED_DATA")
    folder = Path(chosen) if chosen else Path(__file__).resolve().parents[2] / "shared" / "data"
    return folder if folder.is_dir() else None
