"""Write the matrix anew from what the application does now: `python -m tests.contract.access.write_matrix`. Then review every line."""

import tempfile
from pathlib import Path
from typing import Any

import msgspec

from fuzz.web_town import own_valkey
from tests.contract.access.asking import Row, ask_route, ask_sockets, guarded
from tests.contract.access.people import place, without_broker

MATRIX = Path(__file__).parent / "matrix.json"


def text_of(rows: dict[str, Row]) -> str:
    """One operation a line, so that a change is one line of a diff."""
    lines = [f"  {_line(name)}: {_line(row)}" for name, row in sorted(rows.items())]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _line(value: Any) -> str:
    return msgspec.json.encode(value).decode().replace('":"', '": "').replace('","', '", "')


def main() -> None:
    """Ask, and write down."""
    rows: dict[str, Row] = {}
    with tempfile.TemporaryDirectory() as scratch, own_valkey(Path(scratch)) as url, without_broker():
        for number, route in enumerate(guarded()):
            with place(url, Path(scratch) / str(number)) as asked:
                rows[route.operation] = ask_route(asked, route)
        with place(url, Path(scratch) / "sockets") as asked:
            rows |= ask_sockets(asked)
    MATRIX.write_text(text_of(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
