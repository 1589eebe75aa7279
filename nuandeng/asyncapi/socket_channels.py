"""Socket.IO as channels: the namespaces of consoles and phones, and the rooms of consoles."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from nuandeng.asyncapi.schemas import ref
from web.access.table import RULES
from web.sockets import console, field
from web.sockets import messages as told
from web.sockets.asks import JoinAsk, LeaveAsk, PhoneJoinAsk, PhoneSinceAsk, PositionAsk, SinceAsk

ROOM = "console.room"


class Ask(NamedTuple):
    """An event that a client sends. answer: the type of its acknowledgement when it is done; else it is Refused."""

    body: Any
    answer: Any


class Namespace(NamedTuple):
    """asks: what clients send; tells: what they hear; by the names of the events."""

    name: str
    asks: Mapping[str, Ask]
    tells: Mapping[str, Any]


NAMESPACES: dict[str, Namespace] = {
    "console": Namespace(
        console.NAMESPACE,
        {
            "join": Ask(JoinAsk, told.ConsoleJoined),
            "since": Ask(SinceAsk, told.ConsoleSince),
            "leave": Ask(LeaveAsk, told.Done),
        },
        {
            "changes": told.ConsoleChanges,
            "positions": told.FixesTold,
            "heartbeat": told.Heartbeat,
            "session_ended": told.SessionEnded,
        },
    ),
    "field": Namespace(
        field.NAMESPACE,
        {
            "join": Ask(PhoneJoinAsk, told.FieldJoined),
            "since": Ask(PhoneSinceAsk, told.FieldSince),
            "position": Ask(PositionAsk, told.Done),
        },
        {"changes": told.FieldChanges, "heartbeat": told.Heartbeat, "session_ended": told.SessionEnded},
    ),
}
# Told to all who are in a room; positions also to the one who has just joined.
_IN_ROOMS = ("changes", "positions")


def asks() -> set[Any]:
    """Return the types of what clients send."""
    return {ask.body for namespace in NAMESPACES.values() for ask in namespace.asks.values()}


def told_types() -> set[Any]:
    """Return the types of what clients hear and are answered."""
    found = {told.Refused}
    for namespace in NAMESPACES.values():
        found |= {ask.answer for ask in namespace.asks.values()} | set(namespace.tells.values())
    return found


def channels() -> dict[str, Any]:
    """Return channel → what it says: the namespaces, and the rooms of consoles."""
    found = {name: _namespace(name, namespace) for name, namespace in NAMESPACES.items()}
    found[ROOM] = {
        "address": "{jurisdiction}@{area}",
        "description": "A room of /console: everybody who looks at a jurisdiction from the same area, and so gets the same bytes.",
        "servers": [{"$ref": "#/servers/web"}],
        "parameters": {
            "jurisdiction": {"description": "Six digits: whose commits are told."},
            "area": {"description": "Prefix of division codes: the account's area. Only what lies in it is shown."},
        },
        "messages": {event: {"$ref": f"#/components/messages/console.{event}"} for event in _IN_ROOMS},
    }
    return found


def _namespace(name: str, namespace: Namespace) -> dict[str, Any]:
    events = [*namespace.asks, *(f"{event}.answer" for event in namespace.asks), *namespace.tells]
    return {
        "address": namespace.name,
        "description": f"A namespace of Socket.IO, WebSocket only. Let in: {_roles(f'socket.{name}')}.",
        "servers": [{"$ref": "#/servers/web"}],
        "messages": {event: {"$ref": f"#/components/messages/{name}.{event}"} for event in events} | {"refused": _REFUSED},
        "x-roles": _reach(f"socket.{name}"),
    }


_REFUSED = {"$ref": "#/components/messages/refused"}


def messages() -> dict[str, Any]:
    """Return message → what it says."""
    found = {"refused": _message("acknowledgement", told.Refused)}
    for name, namespace in NAMESPACES.items():
        for event, ask in namespace.asks.items():
            found[f"{name}.{event}"] = _message(event, ask.body)
            found[f"{name}.{event}.answer"] = _message("acknowledgement", ask.answer)
        for event, kind in namespace.tells.items():
            found[f"{name}.{event}"] = _message(event, kind)
    return found


def _message(event: str, kind: Any) -> dict[str, Any]:
    summary = " ".join((kind.__doc__ or "").split())
    return {"name": event, "summary": summary, "contentType": "application/json", "payload": ref(kind)}


def operations() -> dict[str, Any]:
    """Return operation → what it says, from the platform's side: it receives what clients ask, and sends what they hear."""
    found = {}
    for name, namespace in NAMESPACES.items():
        for event in namespace.asks:
            found[f"{name}.{event}"] = {
                "action": "receive",
                "channel": {"$ref": f"#/channels/{name}"},
                "messages": [{"$ref": f"#/channels/{name}/messages/{event}"}],
                "reply": {
                    "channel": {"$ref": f"#/channels/{name}"},
                    "messages": [{"$ref": f"#/channels/{name}/messages/{one}"} for one in (f"{event}.answer", "refused")],
                },
                "x-roles": _reach(f"socket.{name}.{event}"),
            }
        for event in namespace.tells:
            channel = ROOM if name == "console" and event in _IN_ROOMS else name
            found[f"{name}.{event}"] = {
                "action": "send",
                "channel": {"$ref": f"#/channels/{channel}"},
                "messages": [{"$ref": f"#/channels/{channel}/messages/{event}"}],
            }
    return found


def _reach(operation: str) -> dict[str, str]:
    return {role.value: reach.value for role, reach in RULES[operation].items()}


def _roles(operation: str) -> str:
    return ", ".join(_reach(operation))
