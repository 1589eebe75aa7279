"""Packets on /console, through the protocol's own server, with somebody logged in who may do what they ask."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from werkzeug.test import EnvironBuilder

from contracts.terms import Role
from fuzz.target import Attempt, Target
from fuzz.targets.places import scratch
from fuzz.web_town import WebTown, own_valkey, web_town
from tests.integration.web.town import COUNTY
from web.sockets.packets import TextPacket

_EVENT, _ACK = 2, 3


class Connection:
    """One connection of the wire below Socket.IO; what the server sends is kept."""

    def __init__(self, town: WebTown, namespace: str, role: Role) -> None:
        self._server = town.web.sockets.server
        self._app = town.web.app
        self._server.async_handlers = False
        self._server._send_packet = self._sent  # noqa: SLF001 - the wire
        self._server.eio.disconnect = self._let_go
        self._hello = f'0{namespace},{{"token":"{town.persons[role, COUNTY].token}"}}'
        self._count = 0
        self._name = ""
        self.sent: list[Any] = []
        self.open = False

    def receive(self, raw: str) -> None:
        """A packet from the client; connects first when the one before ended the connection."""
        if not self.open:
            self._begin()
        self.sent.clear()
        self._server.eio.handlers["message"](self._name, raw)
        if raw.startswith(("0", "1")):
            self.open = False  # it may have left, or tried to come twice: the next packet needs a sound connection

    def _begin(self) -> None:
        if self._count:
            self._server._handle_eio_disconnect(self._name, "over")  # noqa: SLF001
        self._count += 1
        self._name, self.open = f"wire{self._count}", True
        environ = _environ(self._app)
        self._server._handle_eio_connect(self._name, environ)  # noqa: SLF001
        self._server.eio.handlers["message"](self._name, self._hello)

    def _sent(self, _: str, packet: Any) -> None:
        packet.encode()
        self.sent.append(packet)
        if packet.packet_type == 1:
            self.open = False

    def _let_go(self, _: str) -> None:
        self.open = False


def _environ(app: Any) -> dict[str, Any]:
    environ = EnvironBuilder(path="/socket.io").get_environ()
    environ["flask.app"] = app
    return environ


def _attack(namespace: str, role: Role) -> Any:
    @contextmanager
    def attack() -> Iterator[Attempt]:
        with scratch() as folder, own_valkey(folder) as url, web_town(url, folder / "web") as town:
            town.web.sockets.server.manager.initialize()
            wire = Connection(town, namespace, role)
            desk = town.web.sockets.server.namespace_handlers[namespace].desk

            def attempt(raw: bytes) -> str:
                text = raw.decode("utf-8", "replace")
                wire.receive(text)
                asked = _asked(text, namespace)
                answers = [packet.data for packet in wire.sent if packet.packet_type == _ACK]
                if asked and wire.open and not (answers and _says_how(answers[0])):
                    raise AssertionError(f"no answer with a code: {answers!r:.200}")
                if len(desk.callers) > 1:
                    raise AssertionError(f"{len(desk.callers)} callers for one connection")
                if wire.open and not desk.callers:
                    raise AssertionError("connected, but in no book")
                return f"{asked} {wire.open} {str(answers[0][0].get('code', 'ok')) if answers and answers[0] else ''}"

            yield attempt

    return attack


def _says_how(data: Any) -> bool:
    return bool(data) and isinstance(data[0], dict) and (data[0].get("ok") is True or isinstance(data[0].get("code"), str))


def _asked(text: str, namespace: str) -> bool:
    """Whether it is an event in our namespace that wants an answer."""
    try:
        packet = TextPacket(encoded_packet=text)
    except (ValueError, msgspec.MsgspecError):
        return False
    return packet.packet_type == _EVENT and packet.namespace == namespace and packet.id is not None


def samples_for(namespace: str) -> Iterator[bytes]:
    """Yield sound packets and odd ones."""
    for body in (
        '["join",{}]', f'["join",{{"rooms":["{COUNTY}"],"since":{{"{COUNTY}":3}},"epoch":"e1"}}]',
        f'["since",{{"jurisdiction":"{COUNTY}","sequence":2,"epoch":"e1"}}]', f'["leave",{{"rooms":["{COUNTY}"]}}]',
        '["position",{"fixes":[{"lat_wgs84":37.38,"lon_wgs84":117.97,"at_ms":1768744800000,"accuracy_m":12}]}]',
        '["join",{},{}]', '["disconnect"]', '["connect",{}]', "[]", '{"a":1}', "[5]", '["\\u0000"]', "[null,1]",
    ):  # fmt: skip
        yield f"2{namespace},7{body}".encode()
        yield f"2{namespace},{body}".encode()
    yield from (f"0{namespace},{{}}".encode(), f"1{namespace}".encode(), f"3{namespace},1[1]".encode(), b"0", b"2[]", b"9", b"")
    yield f'59999999999-{namespace},1["join",{{"_placeholder":true,"num":0}}]'.encode()


def _target(name: str, namespace: str, role: Role) -> Target:
    return Target(
        name=name, about=f"packets on {namespace}", form="octets", samples=lambda: samples_for(namespace), attack=_attack(namespace, role),
        words=(f"2{namespace},1".encode(), b'["join",', b'"since":{', b"51-", b"61-", b"1" * 99, b'["disconnect"]', b'{"token":"', b"?a=b",
               b"[" * 200, b"1e999", b'"371622"', "٣".encode()),
        longest=120_000,
    )  # fmt: skip


TARGETS = {"console_socket": _target("console_socket", "/console", Role.SUPERVISOR)}
