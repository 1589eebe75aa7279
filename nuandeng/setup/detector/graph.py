"""Reads a TensorFlow.js graph model: its nodes and its weights."""

import base64
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Weights = dict[str, npt.NDArray[Any]]
_READ_AS = {"float32": "<f4", "int32": "<i4", "bool": "u1"}


@dataclass(frozen=True)
class Node:
    """One operation. attributes: as the file has them."""

    name: str
    operation: str
    inputs: tuple[str, ...]
    attributes: dict[str, Any]

    def numbers(self, key: str, default: tuple[int, ...] = ()) -> tuple[int, ...]:
        """A list of whole numbers."""
        listed = self.attributes.get(key, {}).get("list", {}).get("i")
        return default if listed is None else tuple(int(value) for value in listed)

    def text(self, key: str) -> str:
        """A text; the file has it in base64."""
        return base64.b64decode(self.attributes[key]["s"]).decode()

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(base64.b64decode(value).decode() for value in self.attributes.get(key, {}).get("list", {}).get("s", []))

    def flag(self, key: str) -> bool:
        """A truth value, False when absent."""
        return bool(self.attributes.get(key, {}).get("b", False))


def read_graph(topology: bytes, weights: bytes) -> tuple[dict[str, Node], Weights]:
    """Return nodes by name, and weights by name as float32, int32 or bool.

    Raises:
        ValueError: a weight's type is not known, or the bytes don't suffice.
    """
    model = json.loads(topology)
    nodes = {
        entry["name"]: Node(entry["name"], entry["op"], tuple(entry.get("input", [])), entry.get("attr", {}))
        for entry in model["modelTopology"]["node"]
    }
    found: Weights = {}
    offset = 0
    for group in model["weightsManifest"]:
        for entry in group["weights"]:
            kind = "<f2" if entry.get("quantization", {}).get("dtype") == "float16" else _READ_AS.get(entry["dtype"])
            if kind is None:
                raise ValueError(f"weight {entry['name']} is {entry['dtype']}")
            count = int(np.prod(entry["shape"], dtype=np.int64))
            values = np.frombuffer(weights, kind, count, offset)
            offset += values.nbytes
            wanted = {"float32": np.float32, "int32": np.int32, "bool": np.bool_}[entry["dtype"]]
            found[entry["name"]] = values.astype(wanted).reshape(entry["shape"])
    return nodes, found
