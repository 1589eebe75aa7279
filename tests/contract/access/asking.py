"""Asks every route, socket event and room as everybody, with a request that is sound, and says who was let in."""

from typing import Any

import msgspec

from contracts.terms import Role
from fuzz.targets.http import SOUND_BODIES
from tests.contract.access.people import AREAS, ROLES, Place
from tests.integration.web.phone_wire import connect
from tests.integration.web.town import CITY, COUNTY, OTHER, Person
from web.api.every import ROUTES
from web.api.routes import Route

# Of what is COUNTY's, wherever it is asked from.
_QUERIES = {
    "incidents.list": f"?jurisdiction={COUNTY}", "units.list": f"?jurisdiction={COUNTY}&duty=all", "points.list": f"?jurisdiction={COUNTY}",
    "cameras.list": f"?jurisdiction={COUNTY}", "plans.list": f"?jurisdiction={COUNTY}", "log": f"?jurisdiction={COUNTY}",
    "replay.read": f"?jurisdiction={COUNTY}&at_ms=1", "replay.changes": f"?jurisdiction={COUNTY}&from_sequence=1&to_sequence=2",
    "plans.override": f"?jurisdiction={COUNTY}",
}  # fmt: skip
# Those who change least first: after a desk has cancelled it nobody has a part in it any more.
_ORDER = (Role.RESPONDER, Role.STATION, Role.PUBLIC, Role.AUDITOR, Role.AGENCY, Role.VERIFIER, Role.ADMIN, Role.SYSTEM, Role.OPERATOR,
          Role.SUPERVISOR)  # fmt: skip
# Besides what the samples of hostile input begin with.
_BODIES = SOUND_BODIES | {
    name: {"reason": "r"} for name in ("assignments.recall", "incidents.cancel", "incidents.reject", "incidents.reopen")
}
_REFUSED = frozenset({401, 403, 404})
Row = dict[str, str]


def ask_route(place: Place, route: Route) -> Row:
    """Return role → columns that were let in; `nobody` for no log-in, a token that is none, and a log-in that was ended."""
    path = route.path + _QUERIES.get(route.operation, "")
    for name, value in place.ids.items():
        path = path.replace(f"{{{name}}}", value)
    row: Row = {}
    if _let_in(place, route, path, None):
        row["nobody"] = "yes"
    assert set(_ORDER) == set(ROLES)
    for role in _ORDER:
        columns = [column for column in AREAS if _let_in(place, route, path, place.people[role, column])]
        if columns:
            row[role.value] = " ".join(columns)
    return dict(sorted(row.items()))


def _let_in(place: Place, route: Route, path: str, person: Person | None) -> bool:
    headers = {"Authorization": f"Bearer {person.token}"} if person else {}
    body = _BODIES.get(route.operation, {} if route.method == "POST" else None)
    form = "multipart/form-data; boundary=b" if route.takes == "multipart/form-data" else "application/json"
    octets = body.encode("latin-1") if isinstance(body, str) else b"" if body is None else msgspec.json.encode(body)
    client = place.town.web.app.test_client(use_cookies=False)
    response = client.open(path, method=route.method, data=octets, content_type=form, headers=headers)
    status = response.status_code
    told: Any = response.json if response.is_json else {}
    if route.operation in {"health.ready", "session.open"}:
        # 503 with each part's state while the broker is away, as here; and a wrong password is told to anybody.
        return status in {503, 401, 429}
    assert status < 500, (route.operation, status, response.get_data())
    assert status < 400 or told["code"], route.operation
    if status in _REFUSED:
        return False
    # A list that leaves out everything of COUNTY lets nobody in there.
    return not (status == 200 and route.operation.endswith(".list") and not told["items"])


def ask_sockets(place: Place) -> dict[str, Row]:
    """Return event or room → role → columns that were let in."""
    rows: dict[str, Row] = {}
    for namespace, asks in _EVENTS.items():
        for role in ROLES:
            for column in AREAS:
                for name, answered in _asked(place, namespace, asks, place.people[role, column]).items():
                    if answered:
                        row = rows.setdefault(name, {})
                        row[role.value] = f"{row.get(role.value, '')} {column}".strip()
        assert not _asked(place, namespace, asks, None)[f"socket{namespace.replace('/', '.')}"]
    return {name: dict(sorted(row.items())) for name, row in sorted(rows.items())}


_EVENTS: dict[str, dict[str, tuple[str, Any]]] = {
    "/console": {
        f"room {CITY}": ("join", {"rooms": [CITY]}), f"room {COUNTY}": ("join", {"rooms": [COUNTY]}),
        f"room {OTHER}": ("join", {"rooms": [OTHER]}), "socket.console.join": ("join", {}),
        "socket.console.since": ("since", {"jurisdiction": COUNTY, "sequence": 0, "epoch": "e1"}),
        "socket.console.leave": ("leave", {"rooms": [COUNTY]}),
    },
    "/field": {
        "socket.field.join": ("join", {}), "socket.field.since": ("since", {"jurisdiction": COUNTY, "sequence": 0}),
        "socket.field.position": ("position", {"fixes": [{"lat_wgs84": 37.38, "lon_wgs84": 117.97, "at_ms": 1}]}),
    },
}  # fmt: skip


def _asked(place: Place, namespace: str, asks: dict[str, tuple[str, Any]], person: Person | None) -> dict[str, bool]:
    web = place.town.web
    socket = connect(web, namespace, person.token if person else "x.y")
    let_in = {f"socket{namespace.replace('/', '.')}": bool(socket.is_connected(namespace))}
    for name, (event, body) in asks.items() if socket.is_connected(namespace) else ():
        answer = socket.emit(event, body, namespace=namespace, callback=True)
        assert isinstance(answer["ok"], bool)
        assert answer["ok"] or answer["code"] in {"not_your_role", "not_your_area", "not_found", "no_session"}, (name, answer)
        let_in[name] = answer["ok"]
    if socket.is_connected(namespace):
        socket.disconnect(namespace)
    return let_in


def guarded() -> list[Route]:
    """All routes, in the order of their names."""
    return sorted(ROUTES, key=lambda route: route.operation)
