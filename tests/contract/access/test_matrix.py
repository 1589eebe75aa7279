"""Every route, socket event and room × every role × where from. The matrix was written once and reviewed against docs/lifecycle.md.

matrix.json: operation → role → columns (tests/contract/access/people.py) that are let in; who is not named is kept out. It is no copy of
web/access/table.py: it says what the application does, so that a change of the table, of a handler or of a check shows as one line here.
"""

from pathlib import Path

import msgspec
import pytest

from contracts.terms import Role
from nuandeng.embedded.session import RunningValkey
from tests.contract.access.asking import Row, ask_route, ask_sockets, guarded
from tests.contract.access.people import AREAS, place, without_broker
from tests.contract.access.write_matrix import MATRIX
from web.access.table import RULES, UNGUARDED
from web.api.routes import Route

EXPECTED: dict[str, Row] = msgspec.json.decode(MATRIX.read_bytes())


def _url(valkey: RunningValkey) -> str:
    return f"{valkey.url.rpartition('/')[0]}/13"


@pytest.mark.parametrize("route", guarded(), ids=lambda route: route.operation)
def test_a_route_lets_in_whom_the_matrix_names(valkey: RunningValkey, tmp_path: Path, route: Route) -> None:
    """Whoever is not named gets 401, 403 or 404, and nobody gets a 5xx."""
    with without_broker(), place(_url(valkey), tmp_path / "web") as asked:
        assert ask_route(asked, route) == EXPECTED[route.operation]


def test_sockets_and_rooms_let_in_whom_the_matrix_names(valkey: RunningValkey, tmp_path: Path) -> None:
    """Connecting, every event, and each jurisdiction's room."""
    with place(_url(valkey), tmp_path / "web") as asked:
        found = ask_sockets(asked)
    assert found == {name: row for name, row in EXPECTED.items() if name.startswith(("socket.", "room "))}


def test_the_matrix_is_whole() -> None:
    """A new route or event needs a line here, and a line that nothing answers to is an error."""
    operations = {route.operation for route in guarded()}
    events = {name for name in RULES if name.startswith("socket.")}
    assert {name for name in EXPECTED if not name.startswith("room ")} == operations | events
    assert operations == (RULES.keys() - events) | UNGUARDED.keys()


def test_what_holds_for_every_line() -> None:
    """Stated here by hand, whatever the matrix says."""
    writes_of_auditors = {"session.close", "session.open"}
    for name, row in EXPECTED.items():
        assert "system" not in row or name in _OPEN, name
        assert "nobody" not in row or name in _OPEN, name
        auditor_writes = "auditor" in row and name not in writes_of_auditors and _writes(name)
        assert not auditor_writes, f"{name}: an auditor never writes"
        for role, columns in row.items():
            assert role == "nobody" or set(columns.split()) <= set(AREAS), name
            if name.partition(".")[0] in {"incidents", "assignments", "units", "points", "plans", "cameras"} and name not in _ANYWHERE:
                assert "foreign" not in columns, f"{name}: {role} of another county"
                assert "neighbour" not in columns or name in _WHOLE_COUNTY, f"{name}: {role} of another township"
            if name.startswith(("incidents.", "assignments.")) and role == Role.RESPONDER.value and name not in _ANYWHERE:
                assert columns == "own", f"{name}: a responder sees the own task alone"


_OPEN = frozenset({"session.open", "city", "borders", "openapi", "health.alive", "health.ready", "health.metrics"})
# Who stands before somebody in the cold is not asked for a boundary.
_ANYWHERE = frozenset({"incidents.report"})
# A county's plan is one document for all its townships.
_WHOLE_COUNTY = frozenset({"plans.list"})


def _writes(name: str) -> bool:
    route = next((one for one in guarded() if one.operation == name), None)
    return name == "socket.field.position" if route is None else route.method != "GET" and name not in _OPEN
