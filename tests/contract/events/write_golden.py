"""Write a golden file for each event that has none: `python -m tests.contract.events.write_golden`. What is there stays."""

from enum import Enum
from pathlib import Path
from typing import Any, get_args

import msgspec
from msgspec import inspect

from contracts.events import Event, Fact, event_type

GOLDEN = Path(__file__).parent / "golden"
ALL_EVENTS: tuple[type[Fact], ...] = get_args(Event)


def sample(kind: inspect.Type, name: str = "") -> Any:
    """Return a value of a type with everything in it filled, the same each time."""
    match kind:
        case inspect.StructType():
            return kind.cls(**{field.name: sample(field.type, field.name) for field in kind.fields})
        case inspect.UnionType():
            return sample(next(one for one in kind.types if not isinstance(one, inspect.NoneType)), name)
        case inspect.EnumType():
            members: list[Enum] = list(kind.cls)
            return members[-1]
        case inspect.TupleType():
            return tuple(sample(one, name) for one in kind.item_types)
        case inspect.VarTupleType():
            return (sample(kind.item_type, name),)
        case inspect.BoolType():
            return True
        case inspect.IntType():
            return 1_768_744_800_000 if name.endswith("_ms") else 7
        case inspect.FloatType():
            return 0.5
        case inspect.StrType():
            return f"{name or 'text'}-1"
    raise TypeError(f"no sample for {kind}")


def main() -> None:
    """Write what is missing."""
    for event in ALL_EVENTS:
        path = GOLDEN / f"{event_type(event)}.json"
        if not path.exists():
            encoded = msgspec.json.encode(sample(inspect.type_info(event)))
            path.write_bytes(msgspec.json.format(encoded, indent=2) + b"\n")


if __name__ == "__main__":
    main()
