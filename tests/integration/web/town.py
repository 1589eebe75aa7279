"""A town in a box: the real rules decide at once and the real projector's script writes a real Valkey; only Kafka is left out."""

import itertools
from typing import Any

import msgspec
import redis
from flask.testing import FlaskClient

from contracts import commands as cmd
from contracts.commands import Command
from contracts.commit import Commit, decode_commit, digest, encode_commit
from contracts.errors import StoreAwayError
from contracts.registry_entries import AccountEntry
from contracts.runtime import Runtime
from contracts.terms import Role, Source, UnitKind
from contracts.values import Actor, Candidate, Place
from dispatch import State, apply, decide
from stream.log.fold import Standing
from stream.readmodel import keys
from stream.readmodel.batch import Batch
from stream.readmodel.script import APPLY
from web.app import Web

CITY, COUNTY, OTHER = "371600", "371602", "371622"
PASSWORD = "a lamp in the snow"
SQUARE = Place(lat_wgs84=37.3812, lon_wgs84=117.9734, area="371602001002", name="渤海七路 天桥下")
ELSEWHERE = Place(lat_wgs84=37.64, lon_wgs84=117.58, area="371622001002", name="车站")
SYSTEM = Actor(account="sys", role=Role.SYSTEM)
ADMIN = Actor(account="adm", role=Role.ADMIN, area="3716")


# Gate's keywords that a town without Kafka has no use for.
# ruff: noqa: ARG002


class TownGate:
    """web.ports.Gate: decides at once instead of handing the command to Kafka."""

    def __init__(self, store: redis.Redis) -> None:
        self._store = store
        self._script = store.register_script(APPLY)
        self.states: dict[str, State] = {}
        self.now_ms = 1_768_744_800_000
        self.sent: list[Command] = []
        self.produced: list[tuple[str, bytes]] = []
        self.away = False
        self.epoch = "e1"
        self.offset = -1
        self.after: Any = lambda: None

    def send(
        self,
        body: cmd.AnyBody,
        *,
        jurisdiction: str,
        command_id: str,
        caused_by: str | None = None,
        actor: Actor = SYSTEM,
        body_sha256: str | None = None,
        trace: str | None = None,
        acknowledged_s: float = 1.0,
    ) -> bool:
        """Decide, project, and let the web process follow."""
        if self.away:
            raise StoreAwayError("Kafka does not answer.")
        command = Command(
            id=command_id,
            jurisdiction=jurisdiction,
            actor=actor,
            body=body,
            sent_at_ms=self.now_ms,
            caused_by=caused_by,
            body_sha256=body_sha256,
            trace=trace,
        )
        self.sent.append(command)
        state = self.states.setdefault(jurisdiction, State(jurisdiction))
        events = decide(state, command, self.now_ms).events
        if events:
            self._commit(state, command, events)
        self.after()
        return True

    def _commit(self, state: State, command: Command, events: Any) -> None:
        record = encode_commit(
            Commit(
                jurisdiction=command.jurisdiction,
                sequence=state.sequence + 1,
                previous=state.head,
                command_id=command.id,
                occurred_at_ms=self.now_ms,
                actor=command.actor,
                events=events,
                body_sha256=command.body_sha256,
            )
        )
        touched = apply(state, decode_commit(record), digest(record))
        batch = Batch()
        batch.add(Standing(decode_commit(record), digest(record), touched), state)
        self.offset += 1
        said = self._script(
            keys=[keys.OFFSETS, keys.EPOCH, keys.JURISDICTIONS], args=batch.arguments(self.epoch, 0, self.offset, self.offset)
        )
        assert said[0] == 1, said

    def produce(self, topic_name: str, raw: bytes, *, key: str, partition: int | None = None, acknowledged_s: float = 1.0) -> bool:
        """Keep what would go to a topic of facts."""
        if self.away:
            raise StoreAwayError("Kafka does not answer.")
        self.produced.append((topic_name, raw))
        return True

    def reachable(self) -> bool:
        """As told."""
        return not self.away

    def close(self) -> None:
        """Nothing to do."""


class Town:
    """The gate, the store, and short ways to bring things about."""

    def __init__(self, gate: TownGate, store: redis.Redis, runtime: Runtime) -> None:
        self.gate, self.store, self.runtime = gate, store, runtime
        self._numbers = itertools.count(1)

    def do(self, body: cmd.AnyBody, actor: Actor = SYSTEM, jurisdiction: str = COUNTY) -> str:
        """Send a command that must be accepted; return its id."""
        name = f"t{next(self._numbers)}"
        self.gate.send(body, jurisdiction=jurisdiction, command_id=name, actor=actor)
        raw = self.store.get(keys.answer(name))
        assert raw is not None, body
        answer = msgspec.json.decode(raw)
        assert answer["accepted"], (body, answer)
        return name

    def accounts(self, *entries: AccountEntry) -> None:
        """Register accounts."""
        self.do(cmd.RegisterAccounts(accounts=entries), ADMIN, CITY)

    def report(self, place: Place = SQUARE, **more: Any) -> str:
        """Report an incident; return its id."""
        jurisdiction = place.area[:6]
        name = self.do(
            cmd.ReportIncident(source=Source.HOTLINE, place=place, **more),
            Actor(account="o", role=Role.OPERATOR, area="3716"),
            jurisdiction,
        )
        raw: Any = self.store.get(keys.answer(name))
        return str(msgspec.json.decode(raw)["created"][0])

    def dispatched(self, unit: str = "u1", **more: Any) -> tuple[str, str]:
        """Report, file, and offer to a unit; return incident and assignment."""
        operator = Actor(account="o", role=Role.OPERATOR, area="3716")
        incident = self.report(**more)
        self.do(cmd.ReceiveIncident(incident=incident), operator)
        self.do(cmd.FileIncident(incident=incident), operator)
        chosen = Candidate(unit=unit, kind=UnitKind.VOLUNTEER, rank=1, score=1.0, distance_m=400, eta_s=300)
        self.do(cmd.DispatchIncident(incident=incident, candidates=(chosen,)), operator)
        (assignment,) = self.gate.states[COUNTY].incidents[incident].assignments
        return incident, assignment


def account(role: Role, area: str = COUNTY, **more: Any) -> AccountEntry:
    """An account named by its role and area."""
    name = f"{role.value}-{area}"
    return AccountEntry(**{"account": name, "username": name, "role": role, "area": area, "display_name": "王建国", **more})


class Person:
    """An account and its token."""

    def __init__(self, web: Web, entry: AccountEntry) -> None:
        self.web, self.entry = web, entry
        self.client: FlaskClient = web.app.test_client(use_cookies=False)
        self.token, _ = web.services.tokens.issue(entry.account, _now_ms())

    def get(self, path: str, **more: Any) -> Any:
        """GET below /api/v1."""
        return self.client.get(f"/api/v1{path}", headers=self._headers(more), **more)

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        """POST JSON below /api/v1."""
        return self.client.post(f"/api/v1{path}", json={} if body is None else body, headers=self._headers(more), **more)

    def send(self, method: str, path: str, **more: Any) -> Any:
        """Any request, path as it is."""
        return self.client.open(path, method=method, headers=self._headers(more), **more)

    def _headers(self, more: dict[str, Any]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}


def _now_ms() -> int:
    from web.clock import now_ms  # noqa: PLC0415

    return now_ms()
