"""What serves people of an installation with processes for phones alone, as `nuandeng up` starts it, over a town without Kafka."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import redis

from contracts import commands as cmd
from contracts.registry_entries import PlanEntry, PointEntry, UnitEntry
from contracts.runtime import Jurisdiction
from contracts.terms import Hazard, Role, UnitKind, UnitState, WarningLevel
from contracts.values import Actor, PlanSettings
from nuandeng.installation import Installation
from nuandeng.platform_parts import platform_parts
from nuandeng.settings import KafkaSettings, ProcessCounts, Settings, ValkeySettings, WebSettings
from nuandeng.supervisor import Part
from stream.readmodel import keys
from stream.vault.keystore import FileKeyStore
from stream.vault.secrets import SecretsStore
from tests.integration.phones.clients import until
from tests.integration.web.town import ADMIN, CITY, COUNTY, SQUARE, Town, TownGate, account
from web.access.tokens import Tokens
from web.clock import now_ms

_ROOT = Path(__file__).resolve().parents[3]
_OURS = ("web", "phones", "phones.2")


class Apart(NamedTuple):
    """token: of a volunteer on duty, unit u1."""

    installation: Installation
    town: Town
    token: str
    parts: dict[str, Part]


@contextmanager
def phones_apart(valkey_url: str, folder: Path) -> Iterator[Apart]:
    """Run the web process and two for phones at a port of their own."""
    settings = Settings(
        data_dir=str(folder / "data"),
        jurisdictions=(
            Jurisdiction(code=CITY, name_zh="滨州市", name_en="Binzhou", kind="city"),
            Jurisdiction(code=COUNTY, name_zh="滨城区", name_en="Bincheng"),
        ),
        web=WebSettings(port=0, phones_port=0),
        kafka=KafkaSettings(bootstrap="127.0.0.1:1"),
        valkey=ValkeySettings(url=f"{valkey_url.rpartition('/')[0]}/14"),
        processes=ProcessCounts(phones=2),
        adapters=(),
    )
    (folder / "data").mkdir()
    with closing(Installation(settings)) as installation, redis.Redis.from_url(installation.runtime.valkey_url) as store:
        store.flushdb()
        store.set(keys.EPOCH, "e1")
        town = Town(TownGate(store), store, installation.runtime)
        # An offer of long ago would be over on the page.
        town.gate.now_ms = now_ms()
        token = _someone(town)
        with _running(installation, folder) as parts:
            yield Apart(installation, town, token, parts)


@contextmanager
def _running(installation: Installation, folder: Path) -> Iterator[dict[str, Part]]:
    parts = {part.name: part for part in platform_parts(installation) if part.name in _OURS}
    processes: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, part in parts.items():
            argv = part.argv() if callable(part.argv) else part.argv
            with (folder / f"{name}.log").open("wb") as log:
                processes[name] = subprocess.Popen(
                    argv, env={**os.environ, **part.env}, pass_fds=part.pass_fds, stdout=log, stderr=log, cwd=_ROOT
                )
        for name, part in parts.items():
            assert part.ready is not None
            until(partial(part.ready, processes[name].pid), f"{name} is ready", 60)
        yield parts
    finally:
        for process in processes.values():
            process.terminate()
        assert [process.wait(20) for process in processes.values()] == [0] * len(processes)


def _someone(town: Town) -> str:
    plan = PlanEntry(plan="cold-orange", hazard=Hazard.COLD_WAVE, level=WarningLevel.ORANGE, settings=PlanSettings(), name="寒潮橙色")
    town.do(cmd.ConfigurePlans(plans=(plan,)), ADMIN)
    town.do(cmd.RegisterPoints(points=(PointEntry(point="p1", name="救助站", place=SQUARE, beds=4, open=True, station=True),)), ADMIN)
    town.do(cmd.RegisterUnits(units=(UnitEntry(unit="u1", kind=UnitKind.VOLUNTEER, area=f"{COUNTY}001"),)), ADMIN)
    town.do(cmd.SetDuty(unit="u1", state=UnitState.AVAILABLE), Actor(account="r", role=Role.RESPONDER, area=COUNTY, unit="u1"))
    entry = account(Role.RESPONDER, COUNTY, unit="u1")
    town.accounts(entry)
    secrets = SecretsStore(Path(town.runtime.secrets_store), FileKeyStore(Path(town.runtime.keystore)))
    return Tokens.of_installation(secrets).issue(entry.account, now_ms())[0]
