"""Units stand in the one GEO set that their state says, whether they moved or a commit moved them."""

import asyncio
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import redis

from contracts import commands as cmd
from contracts.commit import Commit
from contracts.registry_entries import UnitEntry
from contracts.terms import Role, UnitKind, UnitState
from contracts.values import Actor
from dispatch import State, apply, decide
from dispatch.tables import Key
from nuandeng.embedded.session import RunningValkey
from stream.pulse import store_of
from stream.readmodel import keys
from stream.readmodel.fixes import Fix
from stream.readmodel.placing import Placer

CODE = "371602"
ADMIN = Actor(account="a", role=Role.ADMIN, area="3716")
FREE, BUSY = (keys.geo(CODE, UnitKind.VOLUNTEER, free=free) for free in (True, False))


class Followed:
    """A follower with one jurisdiction."""

    def __init__(self) -> None:
        self.state = State(CODE)

    def states(self) -> Iterator[State]:
        yield self.state

    def do(self, body: cmd.AnyBody, actor: Actor = ADMIN) -> tuple[Key, ...]:
        """Commit one command; return what it touched."""
        number = self.state.sequence + 1
        command = cmd.Command(id=f"c{number}", jurisdiction=CODE, actor=actor, body=body, sent_at_ms=number)
        events, draft = decide(self.state, command, number)
        commit = Commit(
            jurisdiction=CODE, sequence=number, previous=self.state.head, command_id=command.id, occurred_at_ms=number, actor=actor,
            events=events,
        )  # fmt: skip
        return apply(self.state, commit, "0", draft)

    def duty(self, unit: str, state: UnitState) -> tuple[Key, ...]:
        return self.do(cmd.SetDuty(unit=unit, state=state), Actor(account=unit, role=Role.RESPONDER, area=CODE, unit=unit))


@pytest.fixture
def store(valkey: RunningValkey) -> Iterator[redis.Redis]:
    """An empty read model."""
    with redis.Redis.from_url(valkey.url) as found:
        found.flushdb()
        found.set(keys.EPOCH, "e1")
        yield found


def _members(store: redis.Redis, key: str) -> set[bytes]:
    found: Any = store.zrange(key, 0, -1)
    return set(found)


def _moves(store: redis.Redis) -> list[list[str]]:
    found: Any = store.xrange(keys.moves(CODE))
    return [[one["unit"] for one in msgspec.json.decode(fields[b"m"])] for _, fields in found]


def test_units_stand_where_fixes_and_commits_put_them(valkey: RunningValkey, store: redis.Redis) -> None:
    """Placed once known, moved by a fix, moved between the sets and off the map by commits; a lost read model is placed anew."""
    followed = Followed()
    units = tuple(UnitEntry(unit=f"u{n}", kind=UnitKind.VOLUNTEER, area=f"{CODE}001") for n in range(3))
    followed.do(cmd.RegisterUnits(units=units))
    for unit in ("u0", "u1"):
        followed.duty(unit, UnitState.AVAILABLE)
    fixes = {CODE: {unit: Fix(5, 37.4, 118.0, 10) for unit in ("u0", "u1", "u2")}}

    async def run() -> None:
        client = store_of(valkey.url)
        follower: Any = followed
        placer = Placer(client, follower, fixes)
        placer.moved(CODE, ["u0", "u1", "u2"])
        await placer.place_all()
        assert _members(store, FREE) == {b"u0", b"u1"}
        assert store.hkeys(keys.seen(CODE)) == [b"u0", b"u1", b"u2"]
        fixes[CODE]["u0"] = Fix(6, 37.5, 118.0, 10)
        placer.moved(CODE, ["u0"])
        placer.changed(CODE, followed.duty("u1", UnitState.ON_BREAK))
        placer.changed(CODE, followed.duty("u2", UnitState.AVAILABLE))
        await placer.place_all()
        assert (_members(store, FREE), _members(store, BUSY)) == ({b"u0", b"u2"}, {b"u1"})
        assert _moves(store) == [["u0", "u1"], ["u0"]]
        placer.changed(CODE, followed.duty("u0", UnitState.OFF_DUTY))
        await placer.place_all()
        assert (_members(store, FREE), _members(store, BUSY)) == ({b"u2"}, {b"u1"})
        store.flushdb()
        store.set(keys.EPOCH, "e2")
        await placer.place_all()
        assert (_members(store, FREE), _members(store, BUSY)) == ({b"u2"}, {b"u1"})
        assert set(store.hkeys(keys.seen(CODE))) == {b"u0", b"u1", b"u2"}
        await client.aclose()

    asyncio.run(run())
