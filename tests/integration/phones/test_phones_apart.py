"""Phones at a port of their own, as `nuandeng up` starts their processes: a page that came from the web process finds them."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import redis

from contracts import commands as cmd
from contracts.registry_entries import UnitEntry
from contracts.runtime import Jurisdiction
from contracts.terms import Role, UnitKind
from nuandeng.installation import Installation
from nuandeng.platform_parts import platform_parts
from nuandeng.settings import KafkaSettings, ProcessCounts, Settings, ValkeySettings, WebSettings
from nuandeng.supervisor import Part
from stream.readmodel import keys
from stream.vault.keystore import FileKeyStore
from stream.vault.secrets import SecretsStore
from tests.integration.phones.clients import OfficialClients, RawPhone, until
from tests.integration.web.town import ADMIN, CITY, COUNTY, Town, TownGate, account
from web.access.sessions import COOKIE
from web.access.tokens import Tokens
from web.clock import now_ms

_ROOT = Path(__file__).resolve().parents[3]
_OURS = ("web", "phones", "phones.2")


@contextmanager
def _running(installation: Installation, folder: Path) -> Iterator[dict[str, Part]]:
    """The parts of `up` that serve people, without Kafka, and without a supervisor over them."""
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
    """A volunteer's token."""
    entry = account(Role.RESPONDER, COUNTY, unit="u1")
    town.do(cmd.RegisterUnits(units=(UnitEntry(unit="u1", kind=UnitKind.VOLUNTEER, area=f"{COUNTY}001"),)), ADMIN)
    town.accounts(entry)
    secrets = SecretsStore(Path(town.runtime.secrets_store), FileKeyStore(Path(town.runtime.keystore)))
    return Tokens.of_installation(secrets).issue(entry.account, now_ms())[0]


def test_a_page_is_told_where_phones_are_served(valkey: Any, tmp_path: Path) -> None:
    """The port stands in `me` and in the page's policy; the phone's process knows pages of that origin and of no other."""
    settings = Settings(
        data_dir=str(tmp_path / "data"),
        jurisdictions=(
            Jurisdiction(code=CITY, name_zh="滨州市", name_en="Binzhou", kind="city"),
            Jurisdiction(code=COUNTY, name_zh="滨城区", name_en="Bincheng"),
        ),
        web=WebSettings(port=0, phones_port=0),
        kafka=KafkaSettings(bootstrap="127.0.0.1:1"),
        valkey=ValkeySettings(url=f"{valkey.url.rpartition('/')[0]}/14"),
        processes=ProcessCounts(phones=2),
        adapters=(),
    )
    (tmp_path / "data").mkdir()
    installation = Installation(settings)
    with redis.Redis.from_url(installation.runtime.valkey_url) as store:
        store.flushdb()
        store.set(keys.EPOCH, "e1")
        token = _someone(Town(TownGate(store), store, installation.runtime))
        with _running(installation, tmp_path) as parts:
            port = installation.runtime.web.phones_port
            assert port is not None
            page = httpx.get(f"{installation.url}/api/v1/me", headers={"Authorization": f"Bearer {token}"})
            assert page.json()["phones_port"] == port
            assert f"connect-src 'self' ws://127.0.0.1:{port};" in page.headers["Content-Security-Policy"]
            cookie = f"{COOKIE}={token}"
            told = RawPhone(port, Cookie=cookie, Origin=installation.url)
            assert told.next()[1].startswith(b"0{")
            told.say("40/field,")
            assert told.next()[1].startswith(b"40/field,")
            assert RawPhone(port, Cookie=cookie, Origin="http://127.0.0.1:1").status == 400
            with OfficialClients(port) as clients:
                clients.connect("u1", token)
                assert clients.wait("u1", "joined")[0]["ok"]
            progress = parts["phones.2"].progress
            assert progress is not None
            before = progress()
            assert before is not None
            until(lambda: (now := progress()) is not None and now.done > before.done, "it is seen to move")
            assert httpx.get(f"http://127.0.0.1:{port}/healthz").json() == {"ok": True}
            assert "nuandeng_web_sockets" in httpx.get(f"http://127.0.0.1:{port}/metrics").text
            assert httpx.get(f"http://127.0.0.1:{port}/api/v1/me").status_code == 404
    installation.close()
