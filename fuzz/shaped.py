"""Sound records of any contract type, made from the type itself, so that a new topic or field is attacked without being asked for."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import msgspec
from msgspec import inspect

DAY_MS = 1_768_744_800_000
_PYTHON: dict[type, type] = {inspect.StrType: str, inspect.IntType: int, inspect.VarTupleType: tuple}


class Shaper:
    """Makes values. known: field name → identifiers that exist where the record goes, so that it gets past the first look-up."""

    def __init__(self, rng: Random, known: Mapping[str, Sequence[Any]] | None = None) -> None:
        self._rng, self._known = rng, known or {}

    def record(self, kind: Any) -> bytes:
        """Return a value of a type as JSON."""
        return msgspec.json.encode(self.value(inspect.type_info(kind)))

    def value(self, kind: inspect.Type, name: str = "") -> Any:
        """Return a random value of a type."""
        rng = self._rng
        if isinstance(kind, (inspect.StrType, inspect.IntType, inspect.VarTupleType)) and name in self._known and rng.random() < 0.9:
            fitting = [one for one in self._known[name] if isinstance(one, _PYTHON[type(kind)])]
            if fitting:
                return rng.choice(fitting)
        match kind:
            case inspect.StructType():
                return self._struct(kind)
            case inspect.UnionType():
                return self.value(rng.choice(kind.types), name)
            case inspect.EnumType():
                return rng.choice(list(kind.cls))
            case inspect.LiteralType():
                return rng.choice(kind.values)
            case inspect.TupleType():
                return tuple(self.value(one, name) for one in kind.item_types)
            case inspect.VarTupleType() | inspect.ListType():
                return tuple(self.value(kind.item_type, name) for _ in range(rng.choice((0, 1, 1, 2, 4))))
            case inspect.DictType():
                return {self.value(kind.key_type): self.value(kind.value_type) for _ in range(rng.choice((0, 1, 2)))}
            case inspect.IntType():
                return DAY_MS + rng.randint(-(10**7), 10**7) if name.endswith("_ms") else rng.choice((0, 1, 2, 3, 7, 30, 600))
            case inspect.FloatType():
                return self._float(name)
            case inspect.StrType():
                return self._text(name)
        return self._plain(kind)

    def _plain(self, kind: inspect.Type) -> Any:
        match kind:
            case inspect.BoolType():
                return self._rng.random() < 0.5
            case inspect.BytesType():
                return self._rng.randbytes(12)
            case inspect.NoneType():
                return None
        raise TypeError(f"no value for {kind}")

    def _struct(self, kind: inspect.StructType) -> Any:
        given = {}
        for field in kind.fields:
            if field.required or self._rng.random() < 0.6:
                given[field.name] = self.value(field.type, field.name)
        return kind.cls(**given)

    def _float(self, name: str) -> float:
        rng = self._rng
        if name.startswith("lat"):
            return round(37.38 + rng.uniform(-0.05, 0.05), 6)
        if name.startswith("lon"):
            return round(117.97 + rng.uniform(-0.05, 0.05), 6)
        return {"x0": 0.2, "y0": 0.2, "x1": 0.4, "y1": 0.6}.get(name, round(rng.random(), 3))

    def _text(self, name: str) -> str:
        if name in {"sha256", "public_sha256", "previous", "body_sha256", "root"}:
            return self._rng.randbytes(32).hex()
        if name in {"box", "body", "raw"}:
            return "QUFBQUFBQUFBQUFBQUFBQQ=="
        return f"{name or 'text'}-{self._rng.randint(1, 5)}"
