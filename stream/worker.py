"""`python -m stream.worker ROLE`: one Faust worker. Roles: sightings, weather, dispatcher, effects, projector.

Reads the file that NUANDENG_RUNTIME names. SIGTERM finishes what is in flight and ends it.
"""

import argparse
import asyncio
import gc
import importlib
import logging
import socket
import sys
from pathlib import Path
from typing import Any

import structlog

from contracts.accounts import DISPATCHER
from contracts.runtime import Runtime
from contracts.topics import DEAD_LETTERS
from stream.access import faust_settings, runtime_from_environment, topic
from stream.partition import partition_count
from stream.repeats import Repeats

ROLES = ("sightings", "weather", "dispatcher", "effects", "projector")
# Those whose agents use what the outside reports: they start in Faust's own order.
AGENTS = frozenset({"sightings", "weather"})
SESSION_S = 6.0


def faust_app(runtime: Runtime, role: str, name: str) -> Any:
    """The Faust app of a role: raw bytes, no topics of its own making, no leader, a session short enough for a quick take-over.

    name: of the instance, in its group too: one that is started again under it takes its partitions back at once.
    """
    import faust  # noqa: PLC0415 - `--help` need not wait for it

    from stream.beginning import begin_at_first_record  # noqa: PLC0415
    from stream.prompt_start import DeclaredTables, PromptApp, read_promptly  # noqa: PLC0415

    uses_facts = role in AGENTS
    own: dict[str, Any] = {} if uses_facts else {"TableManager": DeclaredTables}
    app = (faust.App if uses_facts else PromptApp)(
        app_id(runtime, role),
        **faust_settings(runtime, DISPATCHER if role == "dispatcher" else None),
        store="memory://",
        **own,
        consumer_group_instance_id=name,
        datadir=str(Path(runtime.data_dir) / "faust" / name),
        autodiscover=False,
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        topic_partitions=partition_count(),
        broker_session_timeout=SESSION_S,
        broker_heartbeat_interval=SESSION_S / 4,
        broker_rebalance_timeout=SESSION_S,
        # More than a request to join may take.
        broker_request_timeout=SESSION_S + 1,
        broker_max_poll_records=500,
        stream_buffer_maxsize=65_536,
        stream_wait_empty=True,
        consumer_auto_offset_reset="earliest",
        producer_acks=-1,
        key_serializer="raw",
        value_serializer="raw",
    )
    if uses_facts:
        begin_at_first_record(app)
    else:
        read_promptly(app)
    return app


def app_id(runtime: Runtime, role: str) -> str:
    """The app's id: its consumer group, and the prefix of its changelog topics."""
    return topic(runtime, f"nuandeng-{role}")


def raw_topic(app: Any, name: str) -> Any:
    """A topic of raw bytes: our codec parses, so that what it cannot read becomes a dead letter and not a crash."""
    return app.topic(name, key_type=bytes, key_serializer="raw", value_type=bytes, value_serializer="raw")


def watch_dead_letters(app: Any, runtime: Runtime) -> None:
    """Count dead letters in the worker's log. A Faust app does not start without an agent, and this one is cheap."""
    letters = structlog.get_logger("dead_letters")

    @app.agent(raw_topic(app, topic(runtime, DEAD_LETTERS)))  # type: ignore[untyped-decorator]
    async def count(stream: Any) -> None:
        async for raw in stream:
            letters.debug("dead_letter_seen", size=len(raw or b""))


def configure_logging(name: str) -> None:
    """One JSON line an entry on stderr, ours and the libraries' alike."""
    shared: list[Any] = [structlog.stdlib.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True)]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            *shared,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(part=name)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    handler.addFilter(Repeats())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)


def look_rarely_for_cycles() -> None:
    """States are trees of frozen values without cycles: looking for cycles among a million of them costs a third of a decision."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def main() -> None:
    """Run one worker until SIGTERM."""
    parser = argparse.ArgumentParser(prog="stream.worker", description=__doc__)
    parser.add_argument("role", choices=ROLES)
    parser.add_argument("--name", help="of this instance in logs, heartbeats and groups: the role, or role.anything; the role when absent")
    parser.add_argument("--one-of-many", action="store_true", help="name this instance by its host, as containers of one service need it")
    options = parser.parse_args()
    name = options.name or (f"{options.role}.{socket.gethostname()}" if options.one_of_many else options.role)
    configure_logging(name)
    import uvloop  # noqa: PLC0415

    from stream.prompt_end import PromptWorker  # noqa: PLC0415

    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    runtime = runtime_from_environment()
    (Path(runtime.data_dir) / "faust").mkdir(parents=True, exist_ok=True)
    app = faust_app(runtime, options.role, name)
    importlib.import_module(f"stream.roles.{options.role}").add(app, runtime, name)
    look_rarely_for_cycles()
    PromptWorker(app, loglevel="WARNING", override_logging=False, quiet=True).execute_from_commandline()


if __name__ == "__main__":
    main()
