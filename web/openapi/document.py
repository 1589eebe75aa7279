"""Makes the document. Pure."""

import re
from typing import Any

import msgspec
from pydantic.json_schema import models_json_schema

from web import problems
from web.access.sessions import COOKIE, CSRF_HEADER
from web.access.table import RULES, UNGUARDED
from web.api.routes import Route
from web.api.wire import Wire
from web.openapi.answers import SCHEMAS

_REF = "#/components/schemas/{name}"
_PARAMETER = re.compile(r"{(\w+)}")
_JSON = "application/json"


def document(routes: list[Route]) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of these routes."""
    schemas = dict(SCHEMAS)
    schemas |= _struct_schemas(routes)
    models, model_schemas = _model_schemas(routes)
    schemas |= model_schemas
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, models, model_schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Nuandeng 暖灯",
            "version": "1",
            "description": "Times are epoch milliseconds UTC, coordinates WGS-84.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "cookie": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": COOKIE,
                    "description": f"Writes need the header {CSRF_HEADER} as well.",
                },
                "signature": {"type": "apiKey", "in": "header", "name": "X-Signature"},
            },
        },
    }


def _model_schemas(routes: list[Route]) -> tuple[dict[type[Wire], dict[str, Any]], dict[str, Any]]:
    models = sorted(
        {model for route in routes for model in (route.body, route.query) if model is not None}, key=lambda model: model.__name__
    )
    refs, whole = models_json_schema([(model, "validation") for model in models], ref_template=_REF.replace("{name}", "{model}"))
    return {model: refs[model, "validation"] for model in models}, whole.get("$defs", {})


def _struct_schemas(routes: list[Route]) -> dict[str, Any]:
    structs = set()
    for route in routes:
        for given in route.gives.values():
            struct = given[1] if isinstance(given, tuple) else given
            if isinstance(struct, type) and issubclass(struct, msgspec.Struct):
                structs.add(struct)
    _, components = msgspec.json.schema_components(sorted(structs, key=lambda one: one.__name__), ref_template=_REF)
    return components


def _operation(route: Route, models: dict[type[Wire], dict[str, Any]], schemas: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.operation, "summary": route.summary, "tags": [route.operation.partition(".")[0]],
        "parameters": _parameters(route, models, schemas), "responses": _responses(route), "x-roles": _roles(route),
    }  # fmt: skip
    if route.handler.__doc__:
        operation["description"] = route.handler.__doc__
    if route.body is not None:
        operation["requestBody"] = {"required": True, "content": {_JSON: {"schema": models[route.body]}}}
    elif route.takes == "multipart/form-data":
        form = {
            "type": "object",
            "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
            "required": ["file"],
        }
        operation["requestBody"] = {"required": True, "content": {route.takes: {"schema": form}}}
    elif route.takes is not None:
        operation["requestBody"] = {"required": True, "content": {route.takes: {"schema": {}}}}
    operation["security"] = _security(route)
    return operation


def _security(route: Route) -> list[dict[str, list[str]]]:
    if route.operation not in UNGUARDED:
        return [{"bearer": []}, {"cookie": []}]
    return [{"signature": []}] if UNGUARDED[route.operation] == "signed" else []


def _roles(route: Route) -> dict[str, str]:
    return {role.value: reach.value for role, reach in RULES.get(route.operation, {}).items()}


def _parameters(route: Route, models: dict[type[Wire], dict[str, Any]], schemas: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in _PARAMETER.findall(route.path)
    ]
    if route.query is not None:
        schema = schemas[models[route.query]["$ref"].rpartition("/")[2]]
        required = schema.get("required", [])
        found += [
            {"name": name, "in": "query", "required": name in required, "schema": part}
            for name, part in schema.get("properties", {}).items()
        ]
    if route.command:
        found.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "schema": {"type": "string", "maxLength": 200},
                "description": "The same key is done once; with another body it is refused.",
            }
        )
        found.append(
            {
                "name": "traceparent",
                "in": "header",
                "required": False,
                "schema": {"type": "string", "maxLength": 200},
                "description": "W3C Trace Context: the caller's own step; the commit keeps it. Ignored when it is not well formed.",
            }
        )
    return found


def _responses(route: Route) -> dict[str, Any]:
    responses: dict[str, Any] = {str(status): _success(given) for status, given in route.gives.items()}
    codes: dict[int, list[str]] = {}
    for problem in _possible(route):
        codes.setdefault(problem.status, []).append(problem.code)
    for status, names in sorted(codes.items()):
        content = {problems.CONTENT_TYPE: {"schema": {"$ref": _REF.format(name="Problem")}}}
        responses.setdefault(str(status), {"description": ", ".join(names), "content": content})
    return responses


def _possible(route: Route) -> list[type[problems.WebError]]:
    found: list[type[problems.WebError]] = [problems.InternalError]
    if route.operation not in UNGUARDED:
        found += [problems.NoSessionError, problems.NotYourRoleError, problems.NotYourAreaError, problems.AwayError]
        if route.method != "GET":
            found.append(problems.CsrfError)
    if _PARAMETER.search(route.path):
        found.append(problems.NotFoundError)
    if route.method == "POST":
        found += [problems.UnreadableBodyError, problems.TooLargeError, problems.InvalidError]
    if route.query is not None:
        found += [problems.InvalidError]
    if route.command:
        found += [problems.RefusedError, problems.KeyReusedError]
    extra: dict[str, list[type[problems.WebError]]] = {
        "session.open": [problems.BadCredentialsError, problems.ThrottledError, problems.AwayError],
        "cases.push": [problems.BadSignatureError, problems.AwayError],
    }
    return [*dict.fromkeys(found + extra.get(route.operation, []))]


def _success(given: Any) -> dict[str, Any]:
    if given is None:
        return {"description": "Done"}
    if isinstance(given, str) and "/" in given:
        return {"description": "Done", "content": {given: {"schema": {}}}}
    if isinstance(given, tuple):
        item = {"$ref": _REF.format(name=given[1].__name__)}
        page = {
            "type": "object",
            "properties": {"items": {"type": "array", "items": item}, "next_cursor": {"type": ["string", "null"]}},
            "required": ["items"],
        }
        return {"description": "A page", "content": {_JSON: {"schema": page}}}
    name = given if isinstance(given, str) else given.__name__
    return {"description": name, "content": {_JSON: {"schema": {"$ref": _REF.format(name=name)}}}}
