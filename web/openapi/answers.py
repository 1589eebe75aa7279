"""Schemas of answers that are neither a document of the read model nor a body."""

from typing import Any

_STRING: dict[str, Any] = {"type": "string"}
_INT: dict[str, Any] = {"type": "integer"}
_BOOL: dict[str, Any] = {"type": "boolean"}
_NAME = {"type": "object", "properties": {"zh": _STRING, "en": _STRING}, "required": ["zh", "en"]}


def _object(required: bool = True, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, **({"required": list(properties)} if required else {})}


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _list(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": schema}


_ANY: dict[str, Any] = {"type": "object"}
SCHEMAS: dict[str, dict[str, Any]] = {
    "Problem": _object(
        type=_STRING, title=_STRING, status=_INT, detail=_STRING, code=_STRING, what_to_do=_STRING, retry=_BOOL,
    ) | {"properties": {
        "type": _STRING, "title": _STRING, "status": _INT, "detail": _STRING, "code": _STRING, "what_to_do": _STRING, "retry": _BOOL,
        "errors": _list(_object(path=_STRING, message=_STRING)),
    }},
    "Pending": _object(command_id=_STRING, href=_STRING),
    "Me": _object(
        account=_STRING, username=_STRING, role=_STRING, area=_STRING, area_name=_NAME, unit=_nullable(_STRING), point=_nullable(_STRING),
        display_name=_STRING, jurisdictions=_list(_STRING), simulated=_BOOL, phones_port=_nullable(_INT),
    ),
    "Session": _object(access_token=_STRING, expires_at_ms=_INT, me={"$ref": "#/components/schemas/Me"}),
    "Upload": _object(id=_STRING, public_sha256=_STRING, sha256=_STRING, taken_at_ms=_INT, blur={"enum": ["heads", "mosaic"]}),
    "Taken": _object(required=False, taken=_INT, kind=_STRING),
    "FieldSnapshot": _object(epoch=_STRING, jurisdiction=_STRING, task=_list(_ANY), me=_list(_ANY), plan=_list(_ANY)),
    "PushKey": _object(key=_STRING),
    "Digest": _object(offsets={"type": "object", "additionalProperties": _INT}, digest=_STRING, epoch=_STRING),
    "Commits": _object(items=_list(_ANY), next_from=_nullable(_INT)),
    "Past": _object(
        past=_object(
            jurisdiction=_STRING, at_ms=_INT, sequence=_INT, commit_at_ms=_nullable(_INT), first_at_ms=_nullable(_INT),
            documents={"type": "object", "additionalProperties": _list(_ANY)},
        ),
        last_sequence=_INT,
    ),
    "PastChanges": _object(
        items=_list(_object(
            jurisdiction=_STRING, sequence=_INT, at_ms=_INT, command_id=_STRING, actor=_object(account=_STRING, role=_STRING),
            events=_list(_STRING), changes=_list(_object(kind=_STRING, id=_STRING, document=_nullable(_ANY))),
        )),
        next_from_sequence=_nullable(_INT),
    ),
    "City": _object(
        name=_NAME, code=_STRING, jurisdictions=_list(_object(code=_STRING, name=_NAME, kind={"enum": ["city", "county"]})),
        bounds=_nullable(_list({"type": "number"})), demo=_BOOL, datum=_STRING,
    ),
    "Recommendation": _object(
        incident=_STRING, version=_INT, quota=_INT, wanted=_INT, radius_m=_nullable(_INT), candidates=_list(_ANY), shortfalls=_list(_ANY),
    ),
    "Personal": _object(field={"enum": ["description", "reporter"]}, text=_STRING),
    "Alive": _object(ok=_BOOL),
    "Ready": _object(
        ok=_BOOL, parts={"type": "object", "additionalProperties": _STRING}, feed_age_ms=_INT, epoch=_nullable(_STRING),
        sequences={"type": "object", "additionalProperties": _INT},
    ),
}  # fmt: skip
