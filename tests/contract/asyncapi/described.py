"""docs/asyncapi.json as tests use it: what it says of a message, and whether a real one is what it says."""

import functools
import json
from typing import Any

import jsonschema

from nuandeng.asyncapi.document import document


@functools.cache
def described() -> dict[str, Any]:
    """The document as it goes to whoever reads it."""
    found: dict[str, Any] = json.loads(json.dumps(document()))
    return found


@functools.cache
def _validator(schema: str) -> jsonschema.Draft7Validator:
    whole = {"components": described()["components"], "$ref": f"#/components/schemas/{schema}"}
    # A reference hides what stands beside it: the components are reached through the root all the same.
    return jsonschema.Draft7Validator({"components": whole["components"], "allOf": [{"$ref": whole["$ref"]}]})


def faults(schema: str, value: Any) -> list[str]:
    """What of a value is not as a schema of the document says."""
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}" for error in _validator(schema).iter_errors(value)]


def faults_of_message(message: str, payload: Any) -> list[str]:
    """What of a payload is not as a message of the document says."""
    return faults(str(described()["components"]["messages"][message]["payload"]["$ref"]).rpartition("/")[2], payload)


def kind_on(topic: str, value: Any) -> str:
    """The message of a topic that a record's value claims to be: by its tag, or the only one there is."""
    messages: list[str] = list(described()["channels"][topic]["messages"])
    if len(messages) == 1:
        return messages[0]
    tag = value.get("type", "") if isinstance(value, dict) else ""
    return next((name for name in messages if tag.partition(".")[0] == name), f"unknown {tag!r}")
