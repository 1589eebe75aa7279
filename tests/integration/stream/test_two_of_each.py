"""Two of every worker and two web processes: they share the work, and when one of two is gone for good the other has all of it."""

import contextlib
import os
import re
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
import redis

from contracts import events as e
from contracts.runtime import VARIABLE, Runtime, WebListener
from nuandeng.embedded.guard import Guard
from nuandeng.embedded.ports import port_of, reserved
from stream.access import as_account
from stream.audit import verify
from stream.heartbeat import read_heartbeats
from stream.push import add_subscription
from stream.vault.keystore import FileKeyStore
from stream.vault.secrets import SecretsStore
from tests.integration.stream.conftest import ROOT, Workers, until
from tests.integration.stream.loads import Dispatches, Load, Stays, answers, owed_ever, settle_city
from tests.integration.stream.small_city import COUNTIES
from tests.integration.stream.standing_log import StandingLog, live_is_replayed, standing_commits
from tests.unit.stream.test_push import PushService, phone

ROLES = ("dispatcher", "projector", "effects", "sightings", "weather")
# A session of six seconds, and the group's agreement on who has what.
TAKEN_OVER_WITHIN_S = 20.0


@contextlib.contextmanager
def web_processes(runtime: Runtime, folder: Path, guard: Guard) -> Iterator[list[str]]:
    """Two, each on a port of its own, as containers are; yield their addresses."""
    with contextlib.ExitStack() as ending:
        bases = []
        for number in range(2):
            port = port_of(ending.enter_context(reserved()))
            own = folder / f"web{number}.json"
            its = msgspec.structs.replace(as_account(runtime, "web"), web=WebListener(port=port))
            own.write_bytes(msgspec.json.encode(its))
            log = ending.enter_context((folder / f"web{number}.log").open("wb"))
            environment = {**os.environ, VARIABLE: str(own), "PYTHONPATH": str(ROOT)}
            process = subprocess.Popen([sys.executable, "-m", "web.serve"], env=environment, stdout=log, stderr=log, start_new_session=True)
            guard.watch(process.pid)
            ending.callback(process.wait)
            ending.callback(process.kill)
            bases.append(f"http://127.0.0.1:{port}")
        until(lambda: all(told(base) is not None for base in bases), "both web processes answer")
        yield bases


def told(base: str) -> dict[str, int] | None:
    """How many entries of each jurisdiction's feed a web process has taken in; None when it does not answer."""
    try:
        text = httpx.get(f"{base}/metrics", timeout=2).text
    except httpx.HTTPError:
        return None
    found = re.findall(r'^nuandeng_web_feed_entries_total\{jurisdiction="(\d+)"\} ([\d.]+)$', text, re.MULTILINE)
    return {code: int(float(count)) for code, count in found}


def from_snapshot(base: str) -> dict[str, int]:
    """How many events of each county a web process knows of without having been told of them one by one: those of its first snapshot."""
    one_by_one = told(base) or {}
    return {code: sequence - one_by_one.get(code, 0) for code, sequence in held(base).items()}


def held(base: str) -> dict[str, int]:
    """How far a web process is in each county."""
    sequences = httpx.get(f"{base}/readyz", timeout=2).json()["sequences"]
    return {code: sequences.get(code, 0) for code in COUNTIES}


def in_log(runtime: Runtime) -> dict[str, int]:
    """How far each county is."""
    commits = standing_commits(runtime)
    return {code: sum(commit.jurisdiction == code for commit in commits) for code in COUNTIES}


def partitions(store: redis.Redis, name: str) -> int:
    """How many partitions a dispatcher says it writes."""
    return int(read_heartbeats(store).get(name, {}).get("count.partitions", 0))


def fed(load: Load, over: threading.Event) -> threading.Thread:
    """Feed it in a thread until `over`."""

    def feed() -> None:
        while not over.wait(load.pause_s):
            load.step()

    thread = threading.Thread(target=feed)
    thread.start()
    return thread


@pytest.mark.timeout(240)
def test_two_of_each_share_the_work_and_one_takes_over_from_the_other(
    runtime: Runtime, workers: Workers, store: redis.Redis, server_guard: Guard, tmp_path: Path
) -> None:
    """Nobody is offered the same person twice, every debt is paid once, both web processes take in each event once."""
    with web_processes(runtime, tmp_path, server_guard) as bases:
        for role in ROLES:
            workers.start(role)
            workers.start(role, f"{role}.2")
        until(lambda: partitions(store, "dispatcher") == partitions(store, "dispatcher.2") == 2, "both write", 60)
        service = PushService()
        serving = threading.Thread(target=service.serve_forever)
        serving.start()
        mine, _, _ = phone(f"http://127.0.0.1:{service.server_port}/phone")
        secrets = SecretsStore(Path(runtime.secrets_store), FileKeyStore(Path(runtime.keystore)))
        for unit in settle_city(runtime):
            add_subscription(secrets, unit, mine, local=True)
        until(lambda: all(held(base) == in_log(runtime) for base in bases), "both web processes hold the register")
        before = [from_snapshot(base) for base in bases]
        dispatches, stays, over = Dispatches(runtime), Stays(runtime), threading.Event()
        feeding = [fed(load, over) for load in (dispatches, stays)]
        try:
            until(lambda: dispatches.done() >= 10, "effects are done", 60)
            for role in ROLES:
                workers.kill(role)
            until(lambda: partitions(store, "dispatcher.2") == 4, "the other dispatcher writes all partitions", TAKEN_OVER_WITHIN_S)
            given, done, seen = dispatches.given(), dispatches.done(), stays.done()
            until(lambda: dispatches.given() >= given + 3, "people are dispatched by the others", 60)
            until(lambda: dispatches.done() >= done + 10, "effects are done by the other", 60)
            until(lambda: stays.done() > seen, "stays are reported by the other", 60)
        finally:
            over.set()
            for thread in feeding:
                thread.join()
            for load in (dispatches, stays):
                load.finish()
            service.shutdown()
            serving.join()
            service.server_close()
        log = StandingLog(runtime)
        until(lambda: not owed_ever(log).keys() - answers(log).keys(), "everything owed has its result", 60)
        assert answers(log) == Counter(dict.fromkeys(owed_ever(log), 1))
        offers = [event for commit in log.commits() for event in commit.events if isinstance(event, e.OfferMade)]
        assert set(Counter((offer.incident, offer.candidate.unit) for offer in offers).values()) == {1}, "nobody is asked twice"
        live_is_replayed(runtime, store)
        until(lambda: all(held(base) == in_log(runtime) for base in bases), "both web processes hold everything")
        assert [from_snapshot(base) for base in bases] == before, "each was told of each event once"
        log.close()
        for load in (dispatches, stays):
            load.log.close()
        assert verify(runtime).bad is None
