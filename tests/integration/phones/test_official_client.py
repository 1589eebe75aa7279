"""A process for phones as the official JavaScript client finds it."""

import signal
from typing import Any

import msgspec

from contracts import commands as cmd
from contracts.terms import Role, UnitState
from contracts.values import Actor
from tests.integration.phones.clients import OfficialClients, RawPhone, until
from tests.integration.phones.conftest import PhoneProcesses
from tests.integration.web.town import COUNTY, Town
from web.access.sessions import COOKIE
from web.app import Web


def test_a_phone_lives_its_life(town: Town, web: Web, person: Any, processes: PhoneProcesses) -> None:
    """Let in or refused with a code, joined, answered in order, told of its own, asked whether it is there, shown out with a reason."""
    volunteer = person(Role.RESPONDER, unit="u1")
    processes.start("phones-1")
    with OfficialClients(processes.port) as clients:
        clients.connect("u1", volunteer.token)
        clients.connect("stranger", "x.y")
        clients.connect("desk", person(Role.OPERATOR).token)
        (ack,) = clients.wait("u1", "joined")
        assert ack["rooms"][COUNTY]["snapshot"]["me"][0]["id"] == "u1"
        assert ack["rooms"][f"{COUNTY}.all"]["snapshot"] == {"plan": []}
        assert clients.wait("stranger", "connect_error")[0]["data"]["code"] == "no_session"
        assert clients.wait("desk", "connect_error")[0]["data"]["code"] == "not_your_role"

        for number in range(50):
            clients.ask("u1", "position", {"fixes": [{"lat_wgs84": 37.3, "lon_wgs84": 117.9, "at_ms": number}]}, number=number)
        assert [one["number"] for one in clients.wait("u1", "ack", 50)] == list(range(50))
        clients.ask("u1", "sing", {"song": "灯" * 20_000}, number=50)
        clients.ask("u1", "join", {}, {}, number=51)
        clients.ask("u1", "position", {"fixes": []}, number=52)
        assert [one["ack"]["code"] for one in clients.wait("u1", "ack", 53)[50:]] == ["invalid"] * 3

        _, assignment = town.dispatched("u1", description=None)
        change = clients.wait("u1", "changes")[0]
        assert change["sequence"] == ack["rooms"][COUNTY]["sequence"] + 1
        assert assignment in [one["id"] for one in change["changes"]]

        # Two rounds of Engine.IO's own pings, and our heartbeats with where it stands.
        beat = clients.wait("u1", "heartbeat", 6, 30)[-1]
        assert beat["rooms"][COUNTY]["sequence"] == clients.told("u1", "changes")[-1]["sequence"]
        assert not clients.told("u1", "disconnect")
        town.accounts(msgspec.structs.replace(volunteer.entry, disabled=True))
        assert clients.wait("u1", "session_ended") == [{"code": "no_session"}]
        assert clients.wait("u1", "disconnect") == ["io server disconnect"]
    assert processes.kill("phones-1", signal.SIGTERM) == 0
    assert "Traceback" not in processes.log("phones-1")


def test_a_cookie_lets_in_from_our_own_page_alone(town: Town, web: Web, person: Any, processes: PhoneProcesses) -> None:
    """A browser sends the cookie to whoever's page asks: so the page's origin is looked at."""
    cookie = f"theme=dark; {COOKIE}={person(Role.RESPONDER, unit='u1').token}"
    processes.start("phones-1")
    own = RawPhone(processes.port, Cookie=cookie, Origin=f"http://127.0.0.1:{processes.port}")
    assert own.next()[1].startswith(b"0{")
    own.say("40/field,")
    assert own.next()[1].startswith(b"40/field,")
    assert own.ask("join")["ok"]
    assert RawPhone(processes.port, Cookie=cookie, Origin="http://elsewhere.example").status == 400
    assert RawPhone(processes.port, Cookie=cookie, Origin=f"http://127.0.0.1:{processes.port + 1}").status == 400
    proxied = RawPhone(processes.port, Cookie=cookie, Origin="https://city.example", X_Forwarded_Proto="https", Host="city.example")
    assert proxied.status == 101


def test_two_processes_serve_phones_and_one_dies(town: Town, web: Web, person: Any, processes: PhoneProcesses) -> None:
    """Each phone hears each of its changes once, in order, whichever process it is on; after a kill -9 it goes on at the other."""
    units = ("u1", "u2")
    tokens = {unit: person(Role.RESPONDER, unit=unit, account=f"a-{unit}", username=f"a-{unit}").token for unit in units}
    names = [f"{unit}/{number}" for unit in units for number in range(12)]
    for part in ("phones-1", "phones-2"):
        processes.start(part)
    with OfficialClients(processes.port) as clients:
        for name in names:
            clients.connect(name, tokens[name[:2]])
        for name in names:
            clients.wait(name, "joined")
        until(lambda: processes.phones("phones-1") + processes.phones("phones-2") == len(names), "both say how many they have")
        assert processes.phones("phones-1") > 0
        assert processes.phones("phones-2") > 0
        for _ in range(5):
            _turn_duty(town, units)
        for name in names:
            _heard_all(town, clients, name)

        processes.kill("phones-1")
        _turn_duty(town, units)
        _turn_duty(town, units[:1])
        until(lambda: processes.phones("phones-2") == len(names), "all are on the other one")
        for name in names:
            _heard_all(town, clients, name)
        processes.start("phones-1")
        _turn_duty(town, units)
        for name in names:
            _heard_all(town, clients, name)


def _turn_duty(town: Town, units: tuple[str, ...]) -> None:
    for unit in units:
        on = unit in town.gate.states[COUNTY].units and town.gate.states[COUNTY].units[unit].state is UnitState.AVAILABLE
        state = UnitState.OFF_DUTY if on else UnitState.AVAILABLE
        town.do(cmd.SetDuty(unit=unit, state=state), Actor(account="r", role=Role.RESPONDER, area=COUNTY, unit=unit), COUNTY)


def _heard_all(town: Town, clients: OfficialClients, name: str) -> None:
    unit = name[:2]
    wanted = town.gate.states[COUNTY].units[unit].state.value
    until(lambda: _state(clients, name)[0] == wanted, f"{name} is told {wanted}")
    assert _state(clients, name)[1], "a change was missed or came twice"


def _state(clients: OfficialClients, name: str) -> tuple[str, bool]:
    """The own unit's state by the rule of snapshot and changes, and whether each change followed the one before."""
    state, sequence, sound = "", -1, True
    for what, more in list(clients.said.get(name, ())):
        if what == "joined":
            state, sequence = more["rooms"][COUNTY]["snapshot"]["me"][0]["state"], more["rooms"][COUNTY]["sequence"]
        elif what == "changes" and more["jurisdiction"] == COUNTY:
            sound = sound and more["sequence"] == sequence + 1
            sequence = more["sequence"]
            for change in more["changes"]:
                if change["kind"] == "me":
                    sound = sound and change["document"]["state"] != state
                    state = change["document"]["state"]
    return state, sound
