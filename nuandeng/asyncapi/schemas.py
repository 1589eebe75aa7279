"""Types as JSON Schema of the draft that AsyncAPI 3 takes (07), with no room for a field that is not named."""

from collections.abc import Iterable
from typing import Any

import msgspec
from pydantic.json_schema import models_json_schema

from web.api.wire import Wire

_REF = "#/components/schemas/{name}"


def ref(kind: type[Any]) -> dict[str, str]:
    """Return a reference to a type's schema."""
    return {"$ref": _REF.format(name=kind.__name__)}


def struct_schemas(kinds: Iterable[type[Any]]) -> dict[str, Any]:
    """Return name → schema of msgspec types and of all that they are made of."""
    _, found = msgspec.json.schema_components(sorted(kinds, key=lambda kind: str(kind.__name__)), ref_template=_REF)
    return {name: _closed(_draft_07(schema)) for name, schema in found.items()}


def ask_schemas(asks: Iterable[type[Wire]]) -> dict[str, Any]:
    """Return name → schema of what clients send."""
    wanted = sorted(asks, key=lambda ask: ask.__name__)
    _, whole = models_json_schema([(ask, "validation") for ask in wanted], ref_template=_REF.replace("{name}", "{model}"))
    return {name: _draft_07(schema) for name, schema in whole["$defs"].items()}


def _draft_07(schema: Any) -> Any:
    """Say as draft 07 what msgspec and pydantic say as 2020-12, and name a discriminator as AsyncAPI does."""
    match schema:
        case list():
            return [_draft_07(one) for one in schema]
        case dict():
            said = {key: _draft_07(value) for key, value in schema.items()}
            if "prefixItems" in said:
                said["items"] = said.pop("prefixItems")
                said["additionalItems"] = False
            if isinstance(said.get("discriminator"), dict):
                said["discriminator"] = said["discriminator"]["propertyName"]
            return said
        case _:
            return schema


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    if "properties" in schema or schema == {"type": "object"}:
        return schema | {"additionalProperties": False}
    return schema
