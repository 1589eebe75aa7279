"""A process for phones against clients that keep no rule: each loses its own connection and nobody else's."""

import struct
from typing import Any

from contracts import commands as cmd
from contracts.terms import Role
from contracts.values import Actor
from tests.integration.phones.clients import RawPhone, until
from tests.integration.phones.conftest import PhoneProcesses
from tests.integration.web.phone_wire import masked
from tests.integration.web.town import COUNTY, Town
from web.app import Web
from web.fanout.frames import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, frame


def test_what_is_no_websocket_of_ours_is_refused(town: Town, processes: PhoneProcesses) -> None:
    """Polling, other protocols and other paths get an answer, not a connection."""
    processes.start("phones-1")
    breaches: tuple[dict[str, Any], ...] = (
        {"query": "EIO=4&transport=polling"}, {"query": "EIO=3&transport=websocket"}, {"query": "EIO=4&transport=websocket&sid=abc"},
        {"Upgrade": ""}, {"Connection": "close"}, {"Sec_WebSocket_Version": "8"}, {"Sec_WebSocket_Key": "short"},
    )  # fmt: skip
    for asked in breaches:
        assert RawPhone(processes.port, **asked).status == 400, asked
    assert RawPhone(processes.port).status == 101


def test_frames_that_break_the_rules_end_their_connection(town: Town, web: Web, person: Any, processes: PhoneProcesses) -> None:
    """With the code that RFC 6455 names, while another phone goes on; pieces, pings and goodbyes are taken as they should be."""
    processes.start("phones-1")
    token = person(Role.RESPONDER, unit="u1").token
    witness = RawPhone(processes.port).come(token)
    for raw, code in (
        (frame(TEXT, b"4"), 1002),
        (b"\xc1\x80\0\0\0\0", 1002),
        (b"\x83\x80\0\0\0\0", 1002),
        (masked(frame(CONTINUATION, b"x")), 1002),
        (b"\x09\x80\0\0\0\0", 1002),
        (b"\x81\xff" + struct.pack("!Q", 10**9) + bytes(4), 1009),
    ):
        told = RawPhone(processes.port).come(token)
        told.send(raw)
        assert told.over()[-1] == (CLOSE, struct.pack("!H", code)), raw
        assert witness.ask("join")["ok"]
    for text in ("5", "4", "49", "42/field,1[]", '42/field,1["connect"]', '451-/field,["join"]', "42/field,1[1", "43/field,[]"):
        told = RawPhone(processes.port).come(token)
        told.say(text)
        assert not [one for one in told.over() if one[0] == CLOSE], text
        assert witness.ask("join")["ok"]
    binary = RawPhone(processes.port).come(token)
    binary.send(masked(frame(BINARY, b"\0")))
    assert binary.over() == []

    whole = b'42/field,7["join",{}]'
    pieces = RawPhone(processes.port).come(token)
    for start in range(0, len(whole), 5):
        first, last = start == 0, start + 5 >= len(whole)
        piece = masked(bytes((((0x80 if last else 0) | (TEXT if first else CONTINUATION)), *frame(TEXT, whole[start : start + 5])[1:])))
        for octet in piece:
            pieces.send(bytes((octet,)))
    assert pieces.next()[1].startswith(b'43/field,7[{"ok":true')
    pieces.send(masked(frame(PING, b"there?")))
    assert pieces.next() == (PONG, b"there?")
    pieces.send(masked(frame(CLOSE, struct.pack("!H", 1000))))
    assert pieces.over() == [(CLOSE, struct.pack("!H", 1000))]
    assert witness.ask("join")["ok"]


def test_a_stranger_and_a_silent_phone_are_let_go(town: Town, web: Web, person: Any, processes: PhoneProcesses) -> None:
    """Five seconds to a ping and five for its answer; ten for a log-in."""
    processes.start("phones-1")
    silent = RawPhone(processes.port).come(person(Role.RESPONDER, unit="u1").token)
    talking = RawPhone(processes.port)
    talking.next()
    heard = silent.over()
    assert [one for one in heard if one == (TEXT, b"2")]
    # It was asked as often, and answered; but it never said who it is.
    while (one := talking.next())[0] >= 0:
        if one == (TEXT, b"2"):
            talking.say("3")
    until(lambda: processes.phones("phones-1") == 0, "nobody is left")


def test_a_phone_that_does_not_read_is_let_go_and_holds_nobody_up(town: Town, web: Web, person: Any, processes: PhoneProcesses) -> None:
    """Past 64 KiB that it owes; it comes again and takes a snapshot."""
    processes.start("phones-1")
    token = person(Role.RESPONDER, unit="u1").token
    deaf, listening = RawPhone(processes.port).shrink().come(token), RawPhone(processes.port).come(token)
    assert deaf.ask("join")["ok"]
    assert listening.ask("join")["ok"]
    # Each answer is a kilobyte that it does not fetch.
    ask = masked(frame(TEXT, b'42/field,8["join",{}]'))
    desk = Actor(account="o", role=Role.OPERATOR, area="3716")
    until(lambda: _flood(deaf, ask) or (listening.ask("join")["ok"] and processes.phones("phones-1") == 1), "the deaf one is let go", 60)
    incident = town.report()
    town.do(cmd.ReceiveIncident(incident=incident), desk)
    _, assignment = town.dispatched("u1")
    while True:
        _, payload = listening.next()
        assert payload
        if payload == b"2":
            listening.say("3")
        if assignment.encode() in payload:
            break
    again = RawPhone(processes.port).come(token)
    assert again.ask("join")["rooms"][COUNTY]["snapshot"]["task"][0]["id"] == assignment


def _flood(phone: RawPhone, raw: bytes) -> bool:
    """Whether it was cut off."""
    try:
        phone.send(raw * 50)
    except OSError:
        return True
    return False
