"""docs/asyncapi.json is AsyncAPI 3, is what the types say, and names every topic, account, namespace and event, and none that is not."""

import ast
import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import jsonschema
import msgspec
import pytest

from contracts.accounts import ACCOUNTS
from contracts.commands import AnyBody
from contracts.events import Event
from contracts.topics import TOPICS
from nuandeng.asyncapi.document import PAGE, text
from nuandeng.checkout import ROOT
from nuandeng.setup.npm_package import locked_package
from tests.contract.asyncapi.described import described, faults
from tests.contract.events.write_golden import GOLDEN
from web.access.table import RULES


@pytest.fixture(scope="module")
def rules_of_asyncapi() -> jsonschema.Draft7Validator:
    """AsyncAPI's own schema of its documents."""
    schema = locked_package("@asyncapi/specs").folder / "schemas" / "3.0.0-without-$id.json"
    return jsonschema.Draft7Validator(json.loads(schema.read_text(encoding="utf-8")))


def test_the_file_is_what_the_types_say() -> None:
    """docs/asyncapi.json is what `python -m nuandeng.asyncapi` writes."""
    assert PAGE.read_text(encoding="utf-8") == text()


def test_it_is_asyncapi_3(rules_of_asyncapi: jsonschema.Draft7Validator) -> None:
    """By AsyncAPI's own schema."""
    rules_of_asyncapi.validate(described())
    assert described()["asyncapi"] == "3.0.0"


@pytest.mark.parametrize("path", [("operations", "console.join", "action"), ("servers", "kafka", "protocol"), ("info", "title")])
def test_that_schema_notices_what_is_wrong(rules_of_asyncapi: jsonschema.Draft7Validator, path: tuple[str, ...]) -> None:
    """A document without what must be there is refused: the check above is one."""
    broken = copy.deepcopy(described())
    place: Any = broken
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    assert not rules_of_asyncapi.is_valid(broken)


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def test_every_reference_leads_somewhere_and_nothing_is_left_over() -> None:
    """No dangling $ref; no message and no schema that nothing needs."""
    wanted = set(_references(described()))
    for reference in wanted:
        found: Any = described()
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
    for kind in ("messages", "schemas"):
        assert {name for name in described()["components"][kind] if f"#/components/{kind}/{name}" not in wanted} == set(), kind


def test_topics_and_who_may_do_what_are_those_of_the_broker() -> None:
    """The same table as the broker's rules: every topic a channel, every permission an operation."""
    channels = described()["channels"]
    kafka = {name: channel for name, channel in channels.items() if channel["servers"] == [{"$ref": "#/servers/kafka"}]}
    assert {name: channel["bindings"]["kafka"]["partitions"] for name, channel in kafka.items()} == {
        topic.name: topic.partitions for topic in TOPICS
    }
    told = {
        (operation["tags"][0]["name"].removeprefix("account:"), operation["action"], operation["channel"]["$ref"].rpartition("/")[2])
        for operation in described()["operations"].values()
        if "tags" in operation
    }
    table = {(account.name, "send", topic) for account in ACCOUNTS for topic in account.writes}
    assert told == table | {(account.name, "receive", topic) for account in ACCOUNTS for topic in account.reads}


def _literals(names: set[str]) -> Iterator[str]:
    """The first argument of every call of a method of one of these names, in the rooms where sockets are written to."""
    for path in [*(ROOT / "web" / "sockets").glob("*.py"), *(ROOT / "web" / "fanout").glob("*.py")]:
        for node in ast.walk(ast.parse(Path(path).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value


def test_socket_events_are_those_of_the_code() -> None:
    """What clients may ask is the table of access; what they are told is what the code emits."""
    operations = described()["operations"]
    sockets = {name: operation for name, operation in operations.items() if "tags" not in operation}
    asked = {f"socket.{name}" for name, operation in sockets.items() if operation["action"] == "receive"}
    assert asked == {name for name in RULES if name.startswith("socket.") and name.count(".") == 2}
    told = {name.partition(".")[2] for name, operation in sockets.items() if operation["action"] == "send"}
    assert told == set(_literals({"emit", "frame", "_frame"}))


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_every_event_ever_written_is_described(path: Path) -> None:
    """Whoever reads the log with a tool of their own can read all of it."""
    event = msgspec.json.decode(path.read_bytes())
    assert faults(path.stem.partition(".")[0], event) == []
    assert faults(path.stem.partition(".")[0], event | {"unheard_of": 1})


def test_every_body_and_event_is_in_it() -> None:
    """The log's events and the commands' bodies, each a schema."""
    named = described()["components"]["schemas"].keys()
    assert {kind.__name__ for union in (AnyBody, Event) for kind in get_args(union)} <= named
