"""How a room registers what each event does to the tables."""

from collections.abc import Callable, Container
from typing import Any, TypeVar

from contracts.events import Fact
from dispatch.tables import Header, Tables

Fold = Callable[[Tables, Any, Header], None]
F = TypeVar("F", bound=Fact)
FoldOf = Callable[[Tables, F, Header], None]


def fold_for(table: dict[type[Fact], Fold], event: type[F]) -> Callable[[FoldOf[F]], FoldOf[F]]:
    """Enter a function into a room's table. Raises ValueError when the event has one already."""

    def enter(function: FoldOf[F]) -> FoldOf[F]:
        if event in table:
            raise ValueError(f"{event.__name__} is folded twice")
        table[event] = function
        return function

    return enter


def begins(table: Container[str], identifier: str) -> None:
    """Raise ValueError when something of this name is there: an event that begins it cannot be true, and two would share it."""
    if identifier in table:
        raise ValueError(f"{identifier} is there already")
