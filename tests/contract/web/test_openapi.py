"""The description is valid OpenAPI 3.1 and whole."""

import json

import msgspec
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from web.access.table import RULES
from web.api.every import ROUTES
from web.openapi.document import document


@pytest.fixture(scope="module")
def described() -> dict:  # type: ignore[type-arg]
    """The document as it goes over the wire."""
    found: dict = json.loads(msgspec.json.encode(document(ROUTES)))  # type: ignore[type-arg]
    return found


def test_it_is_openapi_3_1(described: dict) -> None:  # type: ignore[type-arg]
    """By the specification's own schema."""
    validate(described, cls=OpenAPIV31SpecValidator)
    assert described["openapi"] == "3.1.0"


def test_every_route_is_in_it_with_its_problems(described: dict) -> None:  # type: ignore[type-arg]
    """Method, path, a success, and problem+json for what can go wrong; who may is there as well."""
    for route in ROUTES:
        operation = described["paths"][route.path][route.method.lower()]
        assert any(status.startswith("2") for status in operation["responses"]), route.path
        problems = [answer for answer in operation["responses"].values() if "application/problem+json" in answer.get("content", {})]
        assert problems, route.path
        if route.operation in RULES:
            assert "401" in operation["responses"]
            assert operation["x-roles"] == {role.value: reach.value for role, reach in RULES[route.operation].items()}
        if route.command:
            assert {"200", "409", "422", "503"} <= operation["responses"].keys()
            assert "Idempotency-Key" in {parameter["name"] for parameter in operation["parameters"]}
    assert sum(len(methods) for methods in described["paths"].values()) == len(ROUTES)


def test_every_reference_leads_somewhere(described: dict) -> None:  # type: ignore[type-arg]
    """No dangling $ref."""
    text = json.dumps(described)
    names = {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert names <= described["components"]["schemas"].keys()
