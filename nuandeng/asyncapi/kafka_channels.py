"""Topics as channels: keys, values, partitions, retention, and which account may do what."""

from typing import Any

from contracts.accounts import ACCOUNTS, Account
from contracts.records import RECORDS, Records
from contracts.topics import TOPICS, TRACKS_CHANGELOG, Topic
from nuandeng.asyncapi.schemas import ref
from stream.sightings.tracks import CameraTracks

# Faust's own topic; its records are ours all the same.
ALL_RECORDS = RECORDS | {TRACKS_CHANGELOG: Records("jurisdiction/camera", (CameraTracks,))}
_BINDING = "0.5.0"
_KEYS: dict[str, dict[str, Any]] = {
    "jurisdiction": {"type": "string", "pattern": "^[0-9]{6}$"},
    "identifier": {"type": "string", "minLength": 1},
    "kind": {"type": "string", "pattern": "^(weather|case:.+)$"},
    "source or reason": {"type": "string", "minLength": 1},
    "jurisdiction/camera": {"type": "string", "pattern": "^[0-9]{6}/.+$"},
}
# What the binding has a name for; other settings of a topic stand in x-settings.
_NAMED = {"cleanup.policy", "retention.ms", "retention.bytes", "delete.retention.ms", "max.message.bytes"}


def channels() -> dict[str, Any]:
    """Return channel → what it says, one for each topic."""
    return {topic.name: _channel(topic) for topic in TOPICS}


def _channel(topic: Topic) -> dict[str, Any]:
    records = ALL_RECORDS[topic.name]
    settings: dict[str, Any] = {
        name: value.split(",") if name == "cleanup.policy" else int(value) for name, value in topic.config.items() if name in _NAMED
    }
    return {
        "address": topic.name,
        "description": f"Keyed by {records.key}. The installation's topic_prefix stands before the name.",
        "servers": [{"$ref": "#/servers/kafka"}],
        "messages": {kind.__name__: {"$ref": f"#/components/messages/{kind.__name__}"} for kind in records.kinds},
        "bindings": {
            "kafka": {"topic": topic.name, "partitions": topic.partitions, "topicConfiguration": settings, "bindingVersion": _BINDING}
        },
        "x-settings": topic.config,
        "x-writers": [account.name for account in ACCOUNTS if topic.name in account.writes],
        "x-readers": [account.name for account in ACCOUNTS if topic.name in account.reads],
    }


def messages() -> dict[str, Any]:
    """Return message → what it says, one for each type of a value."""
    return {kind.__name__: _message(records.key, kind) for records in ALL_RECORDS.values() for kind in records.kinds}


def _message(key: str, kind: type[Any]) -> dict[str, Any]:
    return {
        "name": kind.__name__,
        "summary": " ".join((kind.__doc__ or "").split()),
        "contentType": "application/json",
        # None at all: what a record says stands in its value.
        "headers": {"type": "object", "additionalProperties": False},
        "payload": ref(kind),
        "bindings": {"kafka": {"key": _KEYS[key], "bindingVersion": _BINDING}},
    }


def operations() -> dict[str, Any]:
    """Return operation → what it says: each account × what it writes and reads. What is not here the broker refuses."""
    found = {}
    for account in ACCOUNTS:
        for verb, action, topics in (("writes", "send", account.writes), ("reads", "receive", account.reads)):
            for topic in topics:
                found[f"{account.name}.{verb}.{topic}"] = _operation(account, action, topic)
    return found


def _operation(account: Account, action: str, topic: str) -> dict[str, Any]:
    said: dict[str, Any] = {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic}"},
        "messages": [{"$ref": f"#/channels/{topic}/messages/{kind.__name__}"} for kind in ALL_RECORDS[topic].kinds],
        "summary": account.does,
        "tags": [{"name": f"account:{account.name}"}],
    }
    if action == "receive" and account.groups:
        groups = {"type": "string", "enum": list(account.groups)}
        said["bindings"] = {"kafka": {"groupId": groups, "bindingVersion": _BINDING}}
    return said
