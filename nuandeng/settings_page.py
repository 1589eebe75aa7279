"""Writes docs/settings.md from the settings' types: `python -m nuandeng.settings_page`."""

from collections.abc import Iterator
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import msgspec

from nuandeng.checkout import ROOT
from nuandeng.settings import Settings

PAGE = ROOT / "docs" / "settings.md"
_INTRODUCTION = """\
# Settings

One TOML file, given as `nuandeng up --config FILE`. Everything has a default; an unknown key is refused with the nearest right name.
`nuandeng config check FILE` tries a file without starting anything, `nuandeng config schema` prints the JSON schema.
Relative paths start at the file's folder.

This page is generated from `nuandeng/settings.py` by `python -m nuandeng.settings_page`.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([_INTRODUCTION, *_section(Settings, "")])


def _section(kind: type[msgspec.Struct], path: str) -> Iterator[str]:
    hints = get_type_hints(kind, include_extras=True)
    inner: list[tuple[str, type[msgspec.Struct]]] = []
    rows = []
    for field in msgspec.structs.fields(kind):
        bare, meanings = _parts(hints[field.name])
        if isinstance(bare, type) and issubclass(bare, msgspec.Struct):
            inner.append((field.name, bare))
            continue
        rows.append(f"| `{field.name}` | {_type_name(bare)} | {_default(field)} | {meanings} |")
    title = f"[{path}]" if path else "Top level"
    yield f"## {title}\n"
    yield f"{(kind.__doc__ or '').strip()}\n"
    yield "| key | type | default | meaning |\n|---|---|---|---|"
    yield from rows
    yield ""
    for name, struct in inner:
        yield from _section(struct, name)


def _parts(hint: Any) -> tuple[Any, str]:
    if get_origin(hint) is not Annotated:
        return hint, ""
    bare, *metas = get_args(hint)
    inner, deeper = _parts(bare)
    described = [meta.description for meta in metas if isinstance(meta, msgspec.Meta) and meta.description]
    return inner, " ".join([*described, deeper]).strip()


def _type_name(bare: Any) -> str:
    schema = msgspec.json.schema(bare)
    if "enum" in schema:
        return " or ".join(f'"{value}"' for value in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(_option(option) for option in schema["anyOf"] if option.get("type") != "null")
    if schema["type"] == "array":
        items = schema["items"]
        if "enum" in items:
            return "list of " + ", ".join(f'"{value}"' for value in items["enum"])
        if items.get("type") == "string":
            return "list of strings"
        return "list of tables: " + ", ".join(f"`{field}`" for field in schema["$defs"]["Jurisdiction"]["properties"])
    return str(schema["type"])


def _option(schema: dict[str, Any]) -> str:
    return str(schema["type"]) if "type" in schema else " or ".join(str(value) for value in schema["enum"])


def _default(field: msgspec.structs.FieldInfo) -> str:
    value = field.default
    if value is None:
        return ""
    return f"`{msgspec.json.encode(value).decode()}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
