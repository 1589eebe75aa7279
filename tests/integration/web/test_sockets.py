"""Sockets: snapshot, then changes; nothing missed, nothing twice, nothing that is not one's own."""

import random
import time
from typing import Any

import gevent
import msgspec
import pytest
import redis

from contracts import commands as cmd
from contracts.registry_entries import UnitEntry
from contracts.terms import Role, UnitKind, UnitState
from contracts.values import Actor, Place
from stream.readmodel import keys
from tests.integration.web.phone_wire import connect
from tests.integration.web.town import ADMIN, CITY, COUNTY, ELSEWHERE, OTHER, SQUARE, Person, Town
from web.app import Web
from web.board.board import GapError

DESK = Actor(account="o", role=Role.OPERATOR, area="3716")


class Screen:
    """A client that does what a front-end does: holds documents by the rule of snapshot and changes."""

    def __init__(self, web: Web, person: Person, namespace: str = "/console") -> None:
        self.socket = connect(web, namespace, person.token)
        self.namespace = namespace
        self.rooms: dict[str, dict[str, dict[str, Any]]] = {}
        self.sequences: dict[str, int] = {}
        self.entries: list[Any] = []
        self.others: list[Any] = []

    def ask(self, event: str, body: Any = None) -> Any:
        """Emit and return the ack, as JSON would bring it."""
        return _plain(self.socket.emit(event, {} if body is None else body, namespace=self.namespace, callback=True))

    def join(self, **more: Any) -> Any:
        """Join and take the rooms in."""
        answer = self.ask("join", more)
        assert answer["ok"], answer
        for name, room in answer["rooms"].items():
            self.take(name, room)
        return answer

    def take(self, name: str, room: Any) -> None:
        """A snapshot, or what was missing."""
        if "snapshot" in room:
            self.rooms[name] = {kind: {one["id"]: one for one in documents} for kind, documents in room["snapshot"].items()}
            self.sequences[name] = room["sequence"]
        for entry in room.get("changes", []):
            self.apply(entry)
        assert self.sequences[name] == room["sequence"]

    def apply(self, entry: Any) -> None:
        """One entry; each must follow the one before."""
        name = entry["jurisdiction"]
        assert entry["sequence"] == self.sequences[name] + 1
        self.sequences[name] = entry["sequence"]
        for change in entry["changes"]:
            held = self.rooms[name].setdefault(change["kind"], {})
            if change["document"] is None:
                held.pop(change["id"], None)
            else:
                held[change["id"]] = change["document"]
        self.entries.append(entry)

    def hear(self) -> None:
        """Take in what has arrived."""
        for message in _plain(self.socket.get_received(self.namespace)):
            if message["name"] == "changes":
                self.apply(message["args"][0])
            else:
                self.others.append(message)

    def held(self) -> Any:
        """What the screen shows, without empty kinds."""
        return {name: {kind: found for kind, found in kinds.items() if found} for name, kinds in self.rooms.items()}


def _plain(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


@pytest.fixture
def screen(web: Web, person: Any) -> Any:
    """screen(role, area) joins a console."""

    def make(role: Role = Role.OPERATOR, area: str = COUNTY, namespace: str = "/console", **more: Any) -> Screen:
        made = Screen(web, person(role, area, **more), namespace)
        made.join()
        return made

    return make


def test_snapshot_then_changes_equals_a_fresh_snapshot(town: Town, web: Web, person: Any, screen: Any) -> None:
    """Over a random evening, for a whole city, a county and a township."""
    dice = random.Random(7)
    watching = [screen(Role.OPERATOR, area) for area in ("3716", COUNTY, "371602001", OTHER)]
    incidents: list[str] = []
    for step in range(60):
        match dice.randrange(5):
            case 0 | 1:
                incidents.append(town.report(dice.choice([SQUARE, _north()])))
            case 2 if incidents:
                town.gate.send(cmd.ReceiveIncident(incident=dice.choice(incidents)), jurisdiction=COUNTY, command_id=f"r{step}", actor=DESK)
            case 3:
                state = dice.choice([UnitState.AVAILABLE, UnitState.OFF_DUTY])
                unit = dice.choice(["u1", "u2", "u3"])
                actor = Actor(account="r", role=Role.RESPONDER, area=COUNTY, unit=unit)
                town.gate.send(cmd.SetDuty(unit=unit, state=state), jurisdiction=COUNTY, command_id=f"d{step}", actor=actor)
            case _:
                moved = UnitEntry(unit="u2", kind=UnitKind.VOLUNTEER, area=dice.choice(["371602001", "371602009"]))
                town.do(cmd.RegisterUnits(units=(moved,)), ADMIN)
        if dice.random() < 0.3:
            for one in watching:
                one.hear()
    for one, area in zip(watching, ("3716", COUNTY, "371602001", OTHER), strict=True):
        one.hear()
        fresh = screen(Role.VERIFIER, area)
        assert one.held() == fresh.held()
    assert len(watching[1].entries) >= 60
    assert watching[3].entries == []


def _north() -> Place:
    return Place(lat_wgs84=37.5, lon_wgs84=118.0, area="371602009001", name="north")


def test_a_gap_is_filled_with_exactly_what_was_missed(town: Town, screen: Any) -> None:
    """`since` gives the entries, a join with `since` too; both end where the room stands."""
    one = screen()
    before, sequence = one.held(), one.sequences[COUNTY]
    for _ in range(3):
        town.report()
    one.hear()
    now = one.held()
    one.rooms, one.sequences[COUNTY] = {COUNTY: {kind: dict(found) for kind, found in before[COUNTY].items()}}, sequence
    room = one.ask("since", {"jurisdiction": COUNTY, "sequence": sequence, "epoch": "e1"})
    assert [entry["sequence"] for entry in room["changes"]] == [sequence + 1, sequence + 2, sequence + 3]
    one.take(COUNTY, room)
    assert one.held() == now
    one.sequences[COUNTY] = sequence
    one.rooms = {COUNTY: {kind: dict(found) for kind, found in before[COUNTY].items()}}
    answer = one.join(since={COUNTY: sequence}, epoch="e1")
    assert "snapshot" not in answer["rooms"][COUNTY]
    assert one.held() == now


def test_what_the_feed_no_longer_holds_comes_as_a_snapshot(town: Town, screen: Any) -> None:
    """A trimmed feed, a foreign epoch and a sequence from the future all give the whole room."""
    one = screen()
    sequence = one.sequences[COUNTY]
    for _ in range(4):
        town.report()
    town.store.xtrim(keys.feed(COUNTY), maxlen=2, approximate=False)
    for ask in ({"sequence": sequence, "epoch": "e1"}, {"sequence": sequence + 3, "epoch": "other"}, {"sequence": 10_000, "epoch": "e1"}):
        room = one.ask("since", {"jurisdiction": COUNTY, **ask})
        assert room["ok"]
        assert len(room["snapshot"]["incident"]) == 4


def test_another_epoch_is_told_by_the_heartbeat_and_joins_afresh(town: Town, web: Web, screen: Any) -> None:
    """After the read model was built anew the old epoch is worth nothing."""
    one = screen()
    town.store.set(keys.EPOCH, "e2")
    town.gate.epoch = "e2"
    web.services.follower.step()
    town.report()
    web.pulse.beat()
    messages = _plain(one.socket.get_received("/console"))
    beats = [message["args"][0] for message in messages if message["name"] == "heartbeat"]
    assert beats[-1]["epoch"] == "e2"
    answer = one.join(since=dict(one.sequences), epoch="e1")
    assert answer["epoch"] == "e2"
    assert len(answer["rooms"][COUNTY]["snapshot"]["incident"]) == 1


def test_another_epoch_is_told_at_once(town: Town, web: Web, screen: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever looks at a read model that is gone need not wait until the next heartbeat is due."""
    monkeypatch.setattr("web.sockets.pulse.HEARTBEAT_S", 3600.0)
    one = screen()
    told: list[str] = []

    def beats_until(epoch: str) -> None:
        while epoch not in told:
            gevent.sleep(0.01)
            received = _plain(one.socket.get_received("/console"))
            told.extend(message["args"][0]["epoch"] for message in received if message["name"] == "heartbeat")

    clocks = web.pulse.start()
    try:
        with gevent.Timeout(30):
            beats_until("e1")
            town.store.set(keys.EPOCH, "e2")
            web.services.follower.step()
            beats_until("e2")
    finally:
        gevent.killall(clocks)
    assert told == ["e1", "e2"]


def test_screens_count_by_the_clock_of_the_log(town: Town, web: Web, screen: Any, person: Any) -> None:
    """This machine's clock is an hour slow: what is left until a deadline must be right all the same, on consoles and phones."""
    slow_ms = 3_600_000
    town.gate.now_ms = time.time_ns() // 1_000_000 + slow_ms
    town.report()
    desk, phone = screen(), screen(Role.RESPONDER, namespace="/field", unit="u1")
    told = [desk.join()["now_ms"], desk.ask("since", {"jurisdiction": COUNTY, "sequence": 1})["now_ms"], phone.join()["now_ms"]]
    for pulse, socket, namespace in ((web.pulse, desk.socket, "/console"), (web.phones.pulse, phone.socket, "/field")):
        pulse.beat()
        beats = [one["args"][0] for one in _plain(socket.get_received(namespace)) if one["name"] == "heartbeat"]
        told.append(beats[-1]["at_ms"])
    assert all(abs(at_ms - town.gate.now_ms) < 60_000 for at_ms in told), told


def test_rooms_are_checked(web: Web, person: Any, screen: Any) -> None:
    """Another county's room, another role's namespace and a forged token stay closed."""
    one = screen()
    for ask in (("join", {"rooms": [OTHER]}), ("since", {"jurisdiction": OTHER, "sequence": 1}), ("join", {"rooms": [CITY]})):
        assert one.ask(*ask)["code"] == "not_your_area"
    assert one.ask("join", {"rooms": "all"})["code"] == "invalid"
    assert one.ask("since", None)["code"] == "invalid"
    for role, namespace in ((Role.RESPONDER, "/console"), (Role.OPERATOR, "/field")):
        refused = connect(web, namespace, person(role, OTHER).token)
        assert not refused.is_connected(namespace)
    for token in ("forged.token", None, 7):
        assert not web.sockets.test_client(web.app, namespace="/console", auth={"token": token}).is_connected("/console")


def test_every_role_opens_the_namespaces_that_the_table_says(web: Web, person: Any) -> None:
    """Generated from the table, like the routes."""
    from web.access.table import RULES  # noqa: PLC0415

    for role in Role:
        if role is Role.SYSTEM:
            continue
        token = person(role, COUNTY, unit="u1").token
        for namespace in ("/console", "/field"):
            allowed = role in RULES[f"socket.{namespace[1:]}"]
            assert connect(web, namespace, token).is_connected(namespace) is allowed, (role, namespace)


def test_nothing_sealed_and_no_name_goes_to_a_console(town: Town, web: Web, screen: Any) -> None:
    """Descriptions and reporters stay away, names come masked."""
    seal, key = web.services.sealer.seal_text, web.services.keys.create()
    town.do(
        cmd.RegisterUnits(
            units=(UnitEntry(unit="u1", kind=UnitKind.VOLUNTEER, area="371602001", name=seal(key, "欧阳娜"), phone=seal(key, "139")),)
        ),
        ADMIN,
    )
    one = screen()
    town.report(description=seal(key, "灰棉袄"), reporter=seal(key, "李四"))
    one.hear()
    (incident,) = one.rooms[COUNTY]["incident"].values()
    assert (incident["description"], incident["reporter"]) == (None, None)
    unit = one.rooms[COUNTY]["unit"]["u1"]
    assert (unit["masked_name"], unit["name"], unit["phone"]) == ("欧阳**", None, None)
    web.services.keys.destroy(key)
    assert screen(Role.AUDITOR).rooms[COUNTY]["incident"].keys() == {incident["id"]}


def test_a_phone_hears_of_its_own_task_only(town: Town, web: Web, screen: Any) -> None:
    """Approximate before the yes, exact and described after it; gone when it is taken back; nothing of others' tasks."""
    seal, key = web.services.sealer.seal_text, web.services.keys.create()
    own = screen(Role.RESPONDER, COUNTY, "/field", unit="u1")
    other = screen(Role.RESPONDER, "3716020", "/field", unit="u2")
    assert own.rooms[COUNTY]["me"]["u1"]["state"] == "available"
    _, assignment = town.dispatched("u1", description=seal(key, "灰棉袄"))
    own.hear()
    other.hear()
    task = own.rooms[COUNTY]["task"][assignment]
    assert (task["state"], task["approximate"], task["description"]) == ("offered", True, None)
    assert task["lat_wgs84"] != SQUARE.lat_wgs84
    assert task["points"][0]["id"] == "p1"
    assert other.entries == []
    town.do(cmd.AnswerOffer(assignment=assignment, accept=True), Actor(account="r", role=Role.RESPONDER, area=COUNTY, unit="u1"))
    own.hear()
    task = own.rooms[COUNTY]["task"][assignment]
    assert (task["approximate"], task["lat_wgs84"], task["description"]) == (False, SQUARE.lat_wgs84, "灰棉袄")
    assert own.rooms[COUNTY]["me"]["u1"]["state"] == "committed"
    fresh = screen(Role.RESPONDER, COUNTY, "/field", unit="u1")
    assert fresh.held() == own.held()
    town.do(cmd.RecallAssignment(assignment=assignment, reason="enough"), DESK)
    own.hear()
    assert own.rooms[COUNTY]["task"] == {}
    assert other.entries == []


def test_all_phones_of_a_county_hear_which_plans_are_in_force(town: Town, screen: Any) -> None:
    """With a task or without; the next county's do not."""
    near = [screen(Role.RESPONDER, COUNTY, "/field", unit=unit, account=unit, username=unit) for unit in ("u1", "u3")]
    far = screen(Role.RESPONDER, OTHER, "/field", unit="u1x")
    head = Actor(account="s", role=Role.SUPERVISOR, area=COUNTY)
    for active in (True, False, True):
        town.do(cmd.OverridePlan(plan="cold-orange", active=active, reason="寒潮"), head)
        for phone in near:
            phone.hear()
            assert [plan["name"] for plan in phone.rooms[f"{COUNTY}.all"]["plan"].values()] == (["寒潮橙色"] if active else [])
    far.hear()
    assert far.entries == []
    fresh = screen(Role.RESPONDER, COUNTY, "/field", unit="u1", account="u1", username="u1")
    assert fresh.held() == near[0].held()
    assert len(near[0].entries) == 3


def test_a_phone_is_told_what_lay_in_a_gap(town: Town, web: Web, screen: Any) -> None:
    """The feed was cut while this process did not read: the board is loaded again under the same epoch, and phones are not forgotten."""
    own = screen(Role.RESPONDER, COUNTY, "/field", unit="u1")
    town.gate.after = lambda: None
    town.do(cmd.OverridePlan(plan="cold-orange", active=True, reason="寒潮"), Actor(account="s", role=Role.SUPERVISOR, area=COUNTY))
    _, assignment = town.dispatched("u1")
    town.store.xtrim(keys.feed(COUNTY), maxlen=1, approximate=False)
    follower = web.services.follower
    with pytest.raises(GapError):
        follower.step()
    web.services.board.epoch = None
    follower.step()
    own.hear()
    assert own.rooms[COUNTY]["task"][assignment]["state"] == "offered"
    assert list(own.rooms[f"{COUNTY}.all"]["plan"]) == ["cold-orange/"]
    assert own.held() == screen(Role.RESPONDER, COUNTY, "/field", unit="u1").held()


def test_a_phones_position_is_taken(town: Town, web: Web, screen: Any) -> None:
    """Acknowledged, packed, and only for the own unit."""
    own = screen(Role.RESPONDER, COUNTY, "/field", unit="u1")
    assert own.ask("position", {"fixes": [{"lat_wgs84": 37.3, "lon_wgs84": 117.9, "at_ms": 5}]}) == {"ok": True}
    assert own.ask("position", {"fixes": []})["code"] == "invalid"
    assert own.ask("position", {"fixes": [{"lat_wgs84": 999, "lon_wgs84": 117.9, "at_ms": 5}]})["code"] == "invalid"
    web.services.positions.flush()
    assert b'"u1"' in town.gate.produced[-1][1]


def test_positions_go_to_consoles_of_the_area(town: Town, web: Web, screen: Any) -> None:
    """What is new, of units on duty, to those who may see them."""
    near, far = screen(Role.OPERATOR, COUNTY), screen(Role.OPERATOR, OTHER)
    town.store.hset(f"seen:{COUNTY}", mapping={"u1": "5,37.3,117.9,10", "u3": "5,37.3,117.9,10"})
    web.pulse.tell_positions()
    web.pulse.tell_positions()
    near.hear()
    far.hear()
    positions = [message["args"][0] for message in near.others if message["name"] == "positions"]
    assert positions == [{"jurisdiction": COUNTY, "fixes": [{"unit": "u1", "lat_wgs84": 37.3, "lon_wgs84": 117.9, "at_ms": 5}]}]
    assert not [message for message in far.others if message["name"] == "positions"]


def test_the_heartbeat_says_where_rooms_stand_and_who_is_there(town: Town, web: Web, screen: Any) -> None:
    """Sequences, parts, and the people at consoles of the same area, masked."""
    one, far = screen(Role.SUPERVISOR, COUNTY), screen(Role.OPERATOR, OTHER)
    web.pulse.beat()
    one.hear()
    far.hear()
    beat = next(message["args"][0] for message in one.others if message["name"] == "heartbeat")
    assert beat["rooms"][COUNTY]["sequence"] == one.sequences[COUNTY]
    assert OTHER not in beat["rooms"]
    assert beat["parts"]["valkey"] == "ok"
    assert [(person["role"], person["masked_name"], person["area"]) for person in beat["duty"]] == [("supervisor", "王**", COUNTY)]


def test_a_disabled_account_is_disconnected(town: Town, web: Web, screen: Any) -> None:
    """At the next heartbeat, with the reason."""
    one = screen(Role.OPERATOR)
    entry = web.services.board.accounts["operator-371602"]
    town.accounts(msgspec.structs.replace(entry, disabled=True))
    assert one.ask("join")["code"] == "no_session"
    web.pulse.beat()
    # The test client reads nothing of a closed connection, but what was sent before is still in its queue.
    sent = [message["args"] for message in one.socket.queue if message["name"] == "session_ended"]
    assert sent == [[{"code": "no_session"}]]
    assert not one.socket.is_connected("/console")


def test_the_board_goes_on_when_redis_is_away_and_back(town: Town, web: Web, screen: Any) -> None:
    """Nothing is forgotten, nothing is told twice."""
    from contracts.errors import StoreAwayError  # noqa: PLC0415

    one = screen()
    pool = web.services.redis.connection_pool
    town.gate.after = lambda: None
    web.services.redis.__dict__["connection_pool"] = redis.Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.1).connection_pool
    with pytest.raises(StoreAwayError):
        web.services.follower.step()
    assert one.join()["rooms"][COUNTY]["sequence"] == one.sequences[COUNTY]
    town.report()
    town.report(ELSEWHERE)
    web.services.redis.__dict__["connection_pool"] = pool
    web.services.follower.step()
    one.hear()
    assert len(one.rooms[COUNTY]["incident"]) == 1
    assert len(one.entries) == 1
