"""Phones and consoles at one address: the web process hands phones' connections to the same engine, with TLS of its own or without."""

import datetime as dt
from pathlib import Path
from typing import Any

import httpx
import pytest

from contracts.terms import Role
from nuandeng.tls import local_certificate
from tests.integration.phones.clients import OfficialClients, RawPhone, until
from tests.integration.phones.conftest import PhoneProcesses
from tests.integration.web.town import COUNTY, Town
from web.app import Web


def test_one_address_serves_pages_consoles_and_phones(town: Town, web: Web, person: Any, processes: PhoneProcesses) -> None:
    """A newcomer knows one URL; each namespace answers at its own path and not at the other's."""
    volunteer, operator = person(Role.RESPONDER, unit="u1"), person(Role.OPERATOR)
    processes.start_web()
    base = f"http://127.0.0.1:{processes.port}"
    with httpx.Client(base_url=base, headers={"Authorization": f"Bearer {volunteer.token}"}) as http:
        until(lambda: _status(http, "/readyz") == 503 and http.get("/readyz").json()["sequences"], "the board is there", 60)
        assert http.get("/api/v1/me").json()["phones_port"] is None
        assert "connect-src 'self';" in http.get("/api/v1/me").headers["Content-Security-Policy"]
        with OfficialClients(processes.port) as clients:
            clients.connect("phone", volunteer.token)
            assert clients.wait("phone", "joined")[0]["rooms"][COUNTY]["snapshot"]["me"][0]["id"] == "u1"
            clients.connect("lost", volunteer.token, path="/socket.io")
            clients.wait("lost", "connect_error")
            clients.deafen("phone")
            _, assignment = town.dispatched("u1")
            clients.connect("again", volunteer.token)
            assert clients.wait("again", "joined")[0]["rooms"][COUNTY]["snapshot"]["task"][0]["id"] == assignment
        assert http.get("/phones/socket.io/?EIO=4&transport=polling").status_code == 400
        assert http.get("/api/v1/incidents", headers={"Authorization": f"Bearer {operator.token}"}).status_code == 200


def _status(http: httpx.Client, path: str) -> int:
    try:
        return http.get(path).status_code
    except httpx.TransportError:
        return 0


@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.usefixtures("web")
def test_phones_are_served_with_our_own_tls(town: Town, person: Any, processes: PhoneProcesses, tmp_path: Path, alone: bool) -> None:
    """Phones need a secure context, and a small installation has nothing in front that ends TLS."""
    volunteer = person(Role.RESPONDER, unit="u1")
    certificate = local_certificate(tmp_path / "tls", dt.datetime.now(dt.UTC))
    if alone:
        processes.secure(certificate)
        processes.start("phones-1")
    else:
        processes.start_web(certificate)
    phone = until(lambda: _answered(processes.port, certificate[0], volunteer.token), "the board is there", 60)
    _, assignment = town.dispatched("u1")
    while assignment.encode() not in (payload := phone.next()[1]):
        assert payload
        if payload == b"2":
            phone.say("3")
    # More than TLS deciphers at once.
    phone.say(f'42/field,7["sing",{{"song":"{"a" * 60_000}"}}]')
    while b"43/field,7" not in (payload := phone.next()[1]):
        assert payload
    assert b'"code":"invalid"' in payload


def _answered(port: int, certificate: Path, token: str) -> RawPhone | None:
    phone = RawPhone(port, trusts=certificate)
    assert phone.next()[1].startswith(b"0{")
    phone.say(f'40/field,{{"token":"{token}"}}')
    if not phone.next()[1].startswith(b"40"):
        return None
    return phone if phone.ask("join")["ok"] else None
