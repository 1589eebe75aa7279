"""The web process as it runs: gevent, real Kafka, real Valkey, the real writer and projector, killed and brought back."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import redis
import socketio

from contracts.accounts import TOOLS
from contracts.runtime import VARIABLE, Jurisdiction, KafkaAccess, Runtime, WebListener
from nuandeng.embedded.ports import port_of, reserved
from nuandeng.embedded.session import RunningKafka, RunningValkey
from stream.access import as_account
from tests.conftest import broker
from tests.integration.web.town import CITY, COUNTY, OTHER, PASSWORD

# One of its own: after a kill, a broker first looks through the topics of every test there was.
kafka = pytest.fixture(scope="module", name="kafka")(broker)

ROOT = Path(__file__).resolve().parents[3]
BODY = {"place": {"lat_wgs84": 37.38, "lon_wgs84": 117.97, "area": "371602001002", "name": "天桥"}, "description": "灰棉袄"}


def until(condition: Any, what: str, seconds: float = 40.0) -> Any:
    """Wait until a condition holds and return it; fail with what was waited for."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, f"still not so after {seconds} s: {what}"
        time.sleep(0.05)


class Platform:
    """Dispatcher, projector and web, each a process."""

    def __init__(self, runtime: Runtime, folder: Path) -> None:
        self.runtime, self.folder = runtime, folder
        self.base = f"http://127.0.0.1:{runtime.web.port}"
        self._env = {**os.environ, VARIABLE: self._runtime_file(TOOLS), "PYTHONPATH": str(ROOT)}
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def _runtime_file(self, account: str) -> str:
        path = self.folder / f"{account}.json"
        path.write_bytes(msgspec.json.encode(as_account(self.runtime, account)))
        return str(path)

    def start(self, name: str) -> None:
        """Start one, with its own account; its log is `{name}.log`."""
        argv = ["-m", "web.serve"] if name == "web" else ["-m", "stream.worker", name]
        with (self.folder / f"{name}.log").open("ab") as log:
            env = {**self._env, VARIABLE: self._runtime_file(name)}
            self.running[name] = subprocess.Popen([sys.executable, *argv], env=env, stdout=log, stderr=log, cwd=self.folder)

    def settle(self) -> None:
        """Accounts, a unit and a point; in a process of its own, for kafka-python leaves sockets to the garbage collector."""
        subprocess.run([sys.executable, "-m", "tests.integration.web.settle"], env=self._env, cwd=ROOT, check=True, timeout=90)

    def kill(self, name: str, number: int = signal.SIGKILL) -> int:
        """End one; return its exit code."""
        process = self.running.pop(name)
        process.send_signal(number)
        return process.wait(20)

    def up(self) -> None:
        """Wait until the web process has a board with the accounts and the units on it."""
        until(self._answers, "web is up", 90)

    def _answers(self) -> bool:
        try:
            reached = httpx.get(f"{self.base}/readyz").json()["sequences"]
        except httpx.TransportError:
            assert all(process.poll() is None for process in self.running.values()), {name: self.log(name)[-1500:] for name in self.running}
            return False
        return bool(reached.get(CITY, 0) >= 3 and reached.get(COUNTY, 0) >= 2)

    def log(self, name: str) -> str:
        """What it said."""
        path = self.folder / f"{name}.log"
        return path.read_text() if path.exists() else ""

    def close(self) -> None:
        """Kill all."""
        for process in self.running.values():
            process.kill()
            process.wait()


@pytest.fixture
def whole(kafka: RunningKafka, valkey: RunningValkey, tmp_path: Path) -> Iterator[Platform]:
    """A platform of its own, with an operator, a responder u1, and a point."""
    url = f"{valkey.url.rpartition('/')[0]}/0"
    port = reserved()
    with redis.Redis.from_url(url) as store:
        store.flushdb()
    runtime = Runtime(
        kafka=KafkaAccess(bootstrap=kafka.bootstrap, passwords=dict(kafka.passwords), topic_prefix=kafka.fresh_topics()),
        valkey_url=url,
        data_dir=str(tmp_path / "data"),
        keystore=str(tmp_path / "data" / "keys"),
        secrets_store=str(tmp_path / "data" / "secrets"),
        evidence=str(tmp_path / "data" / "evidence"),
        jurisdictions=tuple(Jurisdiction(code=code, name_zh=code, name_en=code) for code in (CITY, COUNTY, OTHER)),
        web=WebListener(port=port_of(port)),
    )
    platform = Platform(runtime, tmp_path)
    try:
        for name in ("dispatcher", "projector", "web"):
            platform.start(name)
        platform.settle()
        platform.up()
        yield platform
    finally:
        platform.close()
        port.close()


def log_in(platform: Platform, username: str) -> httpx.Client:
    """A client with a token."""
    got = httpx.post(f"{platform.base}/api/v1/session", json={"username": username, "password": PASSWORD}).json()
    return httpx.Client(base_url=f"{platform.base}/api/v1", headers={"Authorization": f"Bearer {got['access_token']}"}, timeout=20)


class Screen:
    """A console over a real socket, following the rule of snapshot, changes, and `since`."""

    def __init__(self, platform: Platform, token: str) -> None:
        self.socket = socketio.Client(reconnection=True, reconnection_delay=0.2, reconnection_delay_max=0.5)
        self.documents: dict[str, Any] = {}
        self.sequence, self.epoch = -1, ""
        self.applied: list[int] = []
        self.gaps = 0
        self.beats: list[Any] = []
        self._lock = threading.RLock()
        self._waiting: list[Any] = []
        self.socket.on("connect", self._join, namespace="/console")
        self.socket.on("changes", self._changed, namespace="/console")
        self.socket.on("heartbeat", self._beat, namespace="/console")
        self.socket.connect(platform.base, auth={"token": token}, namespaces=["/console"], transports=["websocket"])
        until(lambda: self.sequence >= 0, "the console has joined")

    def _join(self) -> None:
        since = {"since": {COUNTY: self.sequence}, "epoch": self.epoch} if self.epoch else {}
        self.socket.emit("join", since, namespace="/console", callback=self._joined)

    def _joined(self, answer: Any) -> None:
        with self._lock:
            if not answer["ok"]:
                return
            room, self.epoch = answer["rooms"][COUNTY], answer["epoch"]
            if "snapshot" in room:
                self.documents = {one["id"]: one for one in room["snapshot"]["incident"]}
                self.sequence = room["sequence"]
            waiting, self._waiting = self._waiting, []
            for entry in [*room.get("changes", []), *waiting]:
                self._changed(entry)

    def _beat(self, beat: Any) -> None:
        self.beats.append(beat)
        if beat["epoch"] and self.epoch and beat["epoch"] != self.epoch:
            self._join()

    def _changed(self, entry: Any) -> None:
        with self._lock:
            if self.sequence < 0:
                self._waiting.append(entry)
                return
            if entry["jurisdiction"] != COUNTY or entry["sequence"] <= self.sequence:
                return
            if entry["sequence"] != self.sequence + 1 or entry["epoch"] != self.epoch:
                self.gaps += 1
                self._join()
                return
            self.sequence = entry["sequence"]
            self.applied.append(self.sequence)
            for change in entry["changes"]:
                if change["kind"] == "incident":
                    self.documents[change["id"]] = change["document"]


def token_of(client: httpx.Client) -> str:
    """The bearer token."""
    return client.headers["Authorization"].removeprefix("Bearer ")


def test_a_case_from_report_to_acceptance_over_the_wire(whole: Platform) -> None:
    """Report, receive, file, recommend, dispatch, ring the phone, accept: every answer within its request, the screen follows."""
    operator, responder = log_in(whole, "op"), log_in(whole, "r1")
    screen = Screen(whole, token_of(operator))
    answer = operator.post("/incidents", json=BODY)
    assert answer.status_code == 200, answer.text
    (incident,) = answer.json()["created"]
    assert operator.get(f"/incidents/{incident}").json()["description"] == "灰棉袄"
    assert responder.post("/units/u1/duty", json={"state": "available"}).status_code == 200
    assert (
        responder.post(
            "/positions", json={"fixes": [{"lat_wgs84": 37.381, "lon_wgs84": 117.97, "at_ms": int(time.time() * 1000)}]}
        ).status_code
        == 202
    )
    for step, body in (("receive", {}), ("file", {"quota": 1})):
        assert operator.post(f"/incidents/{incident}/{step}", json=body).status_code == 200
    advice = until(lambda: operator.get(f"/incidents/{incident}/recommendation").json()["candidates"], "u1's position is known")
    assert (advice[0]["unit"], advice[0]["distance_m"]) == ("u1", 111)
    assert operator.post(f"/incidents/{incident}/dispatch", json={"candidates": advice[:1]}).status_code == 200
    (task,) = responder.get("/field").json()["task"]
    accepted = responder.post(f"/assignments/{task['id']}/answer", json={"accept": True})
    assert accepted.status_code == 200
    until(lambda: screen.sequence >= accepted.json()["sequence"], "the console has heard")
    assert screen.documents[incident]["assignments"][0]["state"] == "accepted"
    assert screen.applied == list(range(screen.applied[0], screen.applied[-1] + 1))
    until(lambda: screen.beats, "a heartbeat")
    assert screen.beats[-1]["parts"]["dispatcher"] == "ok"
    screen.socket.disconnect()
    log = log_in(whole, "aud").get("/log", params={"jurisdiction": COUNTY, "from": 3, "limit": 2}).json()
    assert [commit["sequence"] for commit in log["items"]] == [3, 4]
    assert "灰棉袄" not in str(log)


def test_a_killed_web_process_loses_and_doubles_nothing(whole: Platform) -> None:
    """kill -9 under load: every key that was answered stands once, unanswered ones are done by asking again, the screen is whole."""
    operator = log_in(whole, "op")
    screen = Screen(whole, token_of(operator))
    keys = [f"load-{n}" for n in range(60)]
    answered: dict[str, str] = {}

    def send(key: str) -> bool:
        try:
            got = operator.post("/incidents", json=BODY, headers={"Idempotency-Key": key})
        except httpx.TransportError:
            return False
        if got.status_code == 200:
            answered.setdefault(key, got.json()["created"][0])
            assert answered[key] == got.json()["created"][0]
        return got.status_code == 200

    def load() -> None:
        for key in keys:
            send(key)

    worker = threading.Thread(target=load)
    worker.start()
    until(lambda: len(answered) >= 15, "some reports are in")
    whole.kill("web")
    whole.start("web")
    worker.join()
    whole.up()
    for key in keys:
        until(lambda key=key: send(key), f"{key} is answered")
    assert len(set(answered.values())) == len(keys)
    reached = max(until(lambda: operator.get("/incidents?limit=500").json()["items"], "a list"), key=lambda one: one["version"])["version"]
    until(lambda: screen.sequence >= reached, "the console has caught up")
    listed = {one["id"] for one in operator.get("/incidents?limit=500").json()["items"]}
    assert listed == set(answered.values())
    assert set(screen.documents) == listed
    assert screen.applied == sorted(set(screen.applied))
    screen.socket.disconnect()
    assert whole.kill("web", signal.SIGTERM) == 0


def test_stores_that_die_are_told_and_everything_resumes(whole: Platform, kafka: RunningKafka, valkey: RunningValkey) -> None:
    """Broker away: refused at once. Valkey wiped: rebuilt from the log under another epoch. Both times it goes on by itself."""
    operator = log_in(whole, "op")
    assert operator.post("/incidents", json=BODY).status_code == 200
    screen = Screen(whole, token_of(operator))
    kafka.kill()
    refused = until(lambda: (got := operator.post("/incidents", json=BODY)).status_code == 503 and got, "a command is refused")
    assert refused.json()["code"] == "store_away"
    assert len(operator.get("/incidents").json()["items"]) == 1
    kafka.restart()
    _taken_again(operator, "after-the-broker")
    epoch = screen.epoch
    valkey.wipe()
    _taken_again(operator, "after-the-wipe")
    until(lambda: screen.epoch != epoch and len(screen.documents) >= 3, "the console has joined the new read model", 60)
    ids = {one["id"] for one in operator.get("/incidents").json()["items"]}
    assert set(screen.documents) == ids
    screen.socket.disconnect()


def _taken_again(operator: httpx.Client, key: str) -> None:
    """Ask under one key until it is done; refused and unknown answers are all that may come before."""
    deadline = time.monotonic() + 60
    said: list[str] = []
    while True:
        answer = operator.post("/incidents", json=BODY, headers={"Idempotency-Key": key})
        said.append(f"{answer.status_code} {answer.json().get('code', '')}")
        if answer.status_code == 200:
            return
        assert answer.status_code in (202, 503), answer.text
        assert time.monotonic() < deadline, said
        time.sleep(0.1)
