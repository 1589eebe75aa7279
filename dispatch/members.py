"""Members of an enumeration at hand: until Python 3.12 `Clock.LIMIT` is found in ten times the time that a name takes."""

from enum import StrEnum
from types import SimpleNamespace
from typing import TypeVar, cast

E = TypeVar("E", bound=StrEnum)


def members(terms: type[E]) -> type[E]:
    """Return what has the members as plain attributes, and nothing else of the enumeration."""
    return cast("type[E]", SimpleNamespace(**terms.__members__))
