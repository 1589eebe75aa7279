"""What goes over the sockets is what docs/asyncapi.json says, and everything that it says really goes over them."""

from typing import Any

import msgspec
import pytest

from contracts import commands as cmd
from contracts.terms import Role, UnitState
from contracts.values import Actor
from tests.contract.asyncapi.described import described, faults_of_message
from tests.integration.web.phone_wire import connect
from tests.integration.web.town import COUNTY, OTHER, Person, Town
from web.app import Web

CONSOLE, FIELD = "console", "field"
HEAD = Actor(account="s", role=Role.SUPERVISOR, area=COUNTY)


class Wire:
    """A client that notes every packet with the message of the document that it must be."""

    def __init__(self, web: Web, person: Person, namespace: str) -> None:
        self.namespace, self.noted = namespace, list[tuple[str, Any]]()
        self._socket = connect(web, f"/{namespace}", person.token)

    def ask(self, event: str, body: Any) -> Any:
        """Send one, and note it with its answer."""
        answer = _plain(self._socket.emit(event, body, namespace=f"/{self.namespace}", callback=True))
        if answer["ok"]:
            self.noted.append((f"{self.namespace}.{event}", body))
        self.noted.append((f"{self.namespace}.{event}.answer" if answer["ok"] else "refused", answer))
        return answer

    def hear(self) -> None:
        """Note what has arrived."""
        for packet in _plain(self._socket.get_received(f"/{self.namespace}")):
            (body,) = packet["args"]
            self.noted.append((f"{self.namespace}.{packet['name']}", body))

    def sent(self) -> None:
        """Note what was sent to a connection that has ended since: the test client reads nothing of it any more."""
        for packet in getattr(self._socket, "queue", ()):
            (body,) = packet["args"]
            self.noted.append((f"{self.namespace}.{packet['name']}", _plain(body)))


def _plain(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


@pytest.fixture
def evening(town: Town, web: Web, person: Any) -> list[Wire]:
    """A desk and a phone through everything that either may ask and hear."""
    seal, key = web.services.sealer.seal_text, web.services.keys.create()
    operator, responder = person(Role.OPERATOR, COUNTY), person(Role.RESPONDER, COUNTY, unit="u1")
    desk, phone = Wire(web, operator, CONSOLE), Wire(web, responder, FIELD)
    joined = desk.ask("join", {})
    desk.ask("join", {"rooms": [OTHER]})
    desk.ask("since", {"jurisdiction": OTHER, "sequence": 0})
    phone.ask("join", {})
    _, assignment = town.dispatched("u1", description=seal(key, "灰棉袄"), reporter=seal(key, "李四"))
    picture = web.services.evidence.save(b"original", b"public", key=key, taken_at_ms=1, camera=None)
    own = Actor(account="r", role=Role.RESPONDER, area=COUNTY, unit="u1")
    town.do(cmd.AnswerOffer(assignment=assignment, accept=True), own)
    town.do(cmd.OverridePlan(plan="cold-orange", active=True, reason="寒潮"), HEAD)
    town.do(cmd.SetBeds(point="p1", beds_free=2), HEAD)
    town.do(cmd.SetDuty(unit="u2", state=UnitState.OFF_DUTY), Actor(account="r", role=Role.RESPONDER, area=COUNTY, unit="u2"))
    incident = web.services.board.incident_of_assignment(assignment)
    assert incident is not None
    town.do(cmd.AddNote(incident=incident.id, pictures=(picture,)), HEAD)
    before = {"sequence": joined["rooms"][COUNTY]["sequence"], "epoch": joined["epoch"]}
    desk.ask("since", {"jurisdiction": COUNTY, **before})
    desk.ask("since", {"jurisdiction": COUNTY, "sequence": 0, "epoch": "another"})
    desk.ask("join", {"since": {COUNTY: before["sequence"]}, "epoch": before["epoch"]})
    phone.ask("since", {"jurisdiction": COUNTY, "sequence": 0})
    phone.ask("since", {"jurisdiction": f"{COUNTY}.all", "sequence": 0})
    phone.ask("position", {"fixes": [{"lat_wgs84": 37.3, "lon_wgs84": 117.9, "at_ms": 5}]})
    phone.ask("position", {"fixes": []})
    desk.ask("nothing", {})
    _positions(town, web)
    web.pulse.beat()
    web.phones.pulse.beat()
    for wire in (desk, phone):
        wire.hear()
    desk.ask("leave", {"rooms": [COUNTY]})
    for entry in (operator.entry, responder.entry):
        town.accounts(msgspec.structs.replace(entry, disabled=True))
    web.pulse.beat()
    web.phones.pulse.beat()
    desk.sent()
    phone.hear()
    return [desk, phone]


def _positions(town: Town, web: Web) -> None:
    town.store.hset(f"seen:{COUNTY}", mapping={"u1": "5,37.3,117.9,10"})
    web.pulse.tell_positions()
    web.pulse.tell_positions()


def test_every_packet_is_as_described_and_every_description_has_one(evening: list[Wire]) -> None:
    """Both namespaces, both directions; no event and no answer is documented that nobody sends."""
    seen = {message for wire in evening for message, _ in wire.noted}
    channels = described()["channels"]
    documented = {
        reference["$ref"].rpartition("/")[2] for name in (CONSOLE, FIELD) for reference in channels[name]["messages"].values()
    }
    assert seen == documented
    for wire in evening:
        for message, body in wire.noted:
            assert faults_of_message(message, body) == [], (message, body)


def test_changes_of_every_kind_were_among_them(evening: list[Wire]) -> None:
    """What was checked above was no empty list."""
    kinds = {
        (wire.namespace, change["kind"]) for wire in evening for message, body in wire.noted if message.endswith(".changes")
        for change in body["changes"] if change["document"] is not None
    }  # fmt: skip
    assert {("console", kind) for kind in ("incident", "unit", "point", "plan", "tally")} <= kinds
    assert {("field", kind) for kind in ("task", "me", "plan")} <= kinds


@pytest.mark.parametrize(
    ("message", "body"),
    [
        ("console.positions", {"jurisdiction": COUNTY, "fixes": [], "more": 1}),
        ("console.heartbeat", {"at_ms": 1}),
        ("console.join", {"rooms": "all"}),
        ("field.changes", {"changes": [{"kind": "incident", "id": "i", "document": None}]}),
        ("refused", {"ok": True, "code": "x", "what_to_do": ""}),
    ],
)
def test_a_packet_that_is_not_as_described_is_noticed(message: str, body: Any) -> None:
    """The check above is one."""
    assert faults_of_message(message, body)
