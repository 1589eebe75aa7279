"""Writes docs/events.md from the types of what stands in Kafka: `python -m nuandeng.events_page`."""

from collections.abc import Iterator
from enum import Enum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

from contracts.commands import AnyBody
from contracts.effects import Effect
from contracts.events import Event
from contracts.records import RECORDS
from contracts.topics import TOPICS
from nuandeng.checkout import ROOT

PAGE = ROOT / "docs" / "events.md"
_INTRODUCTION = """\
# What stands in Kafka

Keys are UTF-8 text, values are JSON; Kafka's own console consumer shows both. Unknown fields and unknown versions are an error:
the record becomes a dead letter with its reason, source and bytes. A tagged record says what it is in `type`, `<Name>.<version>`;
a field whose value is its default may be left out. `*_ms` are epoch milliseconds UTC, `*_wgs84` degrees; `Sealed` is ciphertext
(AES-256-GCM) with the name of its key.

A commit **stands** if its `sequence` is that of the last standing commit of its jurisdiction + 1 and its `previous` is the SHA-256 of that
one's bytes; readers ignore the rest.

This page is generated from `contracts/` by `python -m nuandeng.events_page`.
"""
_KEYS = {topic: (records.key, records.kinds) for topic, records in RECORDS.items()}


def page() -> str:
    """The whole page."""
    return "\n".join([_INTRODUCTION, *_topics(), *_records(), *_family("Bodies of commands", AnyBody), *_family("Events", Event),
                      *_family("Owed effects", Effect), *_values()])  # fmt: skip


def _topics() -> Iterator[str]:
    yield "## Topics\n"
    yield "| topic | key | value | partitions | settings |\n|---|---|---|---|---|"
    for topic in TOPICS:
        key, kinds = _KEYS.get(topic.name, ("Faust's own", ()))
        names = ", ".join(f"[{kind.__name__}](#{kind.__name__.lower()})" for kind in kinds) or "a table's changes"
        settings = ", ".join(f"`{name}={value}`" for name, value in topic.config.items())
        yield f"| `{topic.name}` | {key} | {names} | {topic.partitions} | {settings} |"
    yield ""


def _records() -> Iterator[str]:
    yield "## Records\n"
    for _, kinds in _KEYS.values():
        for kind in kinds:
            yield from _fields(kind)


def _family(title: str, union: Any) -> Iterator[str]:
    yield f"## {title}\n"
    for kind in sorted(get_args(union), key=lambda kind: str(kind.__name__)):
        yield from _fields(kind)


def _values() -> Iterator[str]:
    yield "## Values\n"
    known: dict[str, Any] = {}
    for kind in (*(kind for _, kinds in _KEYS.values() for kind in kinds), *get_args(AnyBody), *get_args(Event), *get_args(Effect)):
        _collect(kind, known)
    shown = {kind for union in (AnyBody, Event, Effect) for kind in get_args(union)} | {
        kind for _, kinds in _KEYS.values() for kind in kinds
    }
    for name in sorted(known):
        kind = known[name]
        if kind in shown:
            continue
        if issubclass(kind, Enum):
            values = ", ".join(f"`{member.value}`" for member in kind)
            yield f"### {name}\n\n{_sentence(kind)}\n\n{values}\n"
        else:
            yield from _fields(kind)


def _collect(hint: Any, known: dict[str, Any]) -> None:
    if isinstance(hint, type) and issubclass(hint, (msgspec.Struct, Enum)):
        if hint.__name__ in known:
            return
        known[hint.__name__] = hint
        if issubclass(hint, msgspec.Struct):
            for inner in get_type_hints(hint).values():
                _collect(inner, known)
        return
    for inner in get_args(hint):
        _collect(inner, known)


def _fields(kind: type[msgspec.Struct]) -> Iterator[str]:
    tag = kind.__struct_config__.tag
    yield f"### {kind.__name__}\n"
    yield f"{_sentence(kind)}{f' `type`: `{tag}`' if tag else ''}\n"
    hints = get_type_hints(kind)
    fields = msgspec.structs.fields(kind)
    if fields:
        yield "| field | type | |\n|---|---|---|"
    for field in fields:
        yield f"| `{field.name}` | {_type_name(hints[field.name])} | {'required' if field.required else 'optional'} |"
    yield ""


def _sentence(kind: type) -> str:
    return " ".join((kind.__doc__ or "").split())


def _type_name(hint: Any) -> str:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        if len(arguments) > 12:
            return "one of the events" if hint == Event else "one of the bodies"
        return " or ".join("null" if inner is type(None) else _type_name(inner) for inner in arguments)
    if origin is tuple:
        inner = [argument for argument in arguments if argument is not Ellipsis]
        return f"list of {_type_name(inner[0])}" if Ellipsis in arguments else "[" + ", ".join(map(_type_name, inner)) + "]"
    if origin is dict:
        return f"object of {_type_name(arguments[1])}"
    plain = {str: "text", int: "integer", float: "number", bool: "true or false", type(None): "null"}
    if hint in plain:
        return plain[hint]
    name = getattr(hint, "__name__", str(hint))
    return f"[{name}](#{name.lower()})"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
