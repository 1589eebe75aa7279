"""What a hostile client may send over a socket, byte by byte."""

from typing import Any

import pytest

from contracts.terms import Role
from fuzz.web_town import WebTown
from tests.integration.web.town import COUNTY
from web.sockets.packets import TextPacket

HOSTILE = [
    "", "9", "x", "2", "2/console,7[]", '2/console,7{"a":1}', "2/console,7[5]", "2/console,7[null,1]", '2/console,7["connect",{}]',
    '2/console,7["disconnect"]', '59999999999-/console,1["join",{"_placeholder":true,"num":0}]', '51-/console,["join"]', "61-/console,1[]",
    "2/console,7[" + "[" * 60_000, "3/console,1", '3/console,1{"a":1}', "2/console," + "1" * 101, "2/console,7[1e999]",
]  # fmt: skip


class Wire:
    """A connection below Socket.IO, as engine.io hands packets on."""

    def __init__(self, town: WebTown) -> None:
        person = town.persons[Role.OPERATOR, COUNTY]
        self.client = town.web.sockets.test_client(town.web.app, namespace="/console", auth={"token": person.token})
        self.server = town.web.sockets.server
        self.let_go: list[str] = []
        self.server.eio.disconnect = self.let_go.append

    def send(self, raw: Any) -> Any:
        """Send one packet; return the first thing that its ack says."""
        self.client.acks = None
        self.server.eio.handlers["message"](self.client.eio_sid, raw)
        return self.client.acks["args"][0] if self.client.acks and self.client.acks["args"] else None


@pytest.mark.parametrize("raw", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_no_packet_ends_the_connection(town: WebTown, raw: str) -> None:
    """It raised in the library, a traceback in the log for each, or collected attachments without end."""
    wire = Wire(town)
    assert wire.send(raw) is None
    assert wire.let_go == [wire.client.eio_sid]


@pytest.mark.parametrize("raw", [b"", b"\xff", b"2[]"])
def test_binary_packets_end_it_too(town: WebTown, raw: bytes) -> None:
    """Nothing of ours is binary."""
    wire = Wire(town)
    wire.send(raw)
    assert wire.let_go == [wire.client.eio_sid]


@pytest.mark.parametrize("event", ['["nosuch",{}]', '["join",{},{}]', '["join",5]', '["since",{}]', '["leave",null]', '["",{}]'])
def test_every_event_is_answered_with_a_code(town: WebTown, event: str) -> None:
    """An event that there is none for, or that says too much, was not answered, or raised."""
    wire = Wire(town)
    answer = wire.send(f"2/console,7{event}")
    assert (answer["ok"], answer["code"]) == (False, "invalid")
    assert wire.let_go == []


def test_nobody_leaves_the_books_and_stays_in_the_room(town: WebTown) -> None:
    """An event called `disconnect` took a client out of the list of log-ins that can be ended, while it went on hearing."""
    wire = Wire(town)
    assert wire.send('2/console,1["join",{}]')["ok"]
    wire.send('2/console,2["disconnect"]')
    desk = wire.server.namespace_handlers["/console"].desk
    assert len(desk.callers) == 1
    (caller,) = desk.callers.values()
    town.web.services.ended.end(caller.session, caller.expires_at_ms)
    town.web.pulse.beat()
    assert not wire.client.is_connected("/console")
    assert not desk.callers


def test_a_sound_packet_is_read_as_before() -> None:
    """Events with their number, answers, and what the server itself makes."""
    packet = TextPacket(encoded_packet='2/field,12["position",{"fixes":[]}]')
    assert (packet.namespace, packet.id, packet.data) == ("/field", 12, ["position", {"fixes": []}])
    assert TextPacket(packet_type=3, namespace="/field", id=12, data=[{"ok": True}]).encode() == '3/field,12[{"ok":true}]'
