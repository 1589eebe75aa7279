"""Every route × role × own or foreign area × no log-in does what the one table says. Generated from the table."""

from typing import Any

import pytest

from contracts import commands as cmd
from contracts.terms import Role
from contracts.values import Actor
from tests.integration.web.town import COUNTY, OTHER, Person, Town
from web.access.table import RULES, UNGUARDED, Reach
from web.api.every import ROUTES
from web.api.routes import Route
from web.app import Web

PLACE = {"lat_wgs84": 37.38, "lon_wgs84": 117.97, "area": "371602001002"}
BODIES: dict[str, dict[str, Any]] = {
    "incidents.report": {"place": PLACE},
    "incidents.reject": {"reason": "twice"},
    "incidents.merge": {"reason": "twice", "into": "x"},
    "incidents.hold": {"reason": "wait", "wake_at_ms": 1},
    "incidents.cancel": {"reason": "gone"},
    "incidents.urgency": {"reason": "cold", "urgency": "very_urgent"},
    "incidents.dispatch": {"candidates": [{"unit": "u2", "kind": "volunteer", "rank": 1}]},
    "incidents.disposition": {"disposition": "sheltered"},
    "incidents.verify": {"accepted": True},
    "incidents.reopen": {"reason": "again"},
    "incidents.notes": {"note": "cold hands"},
    "assignments.answer": {"accept": False, "reason": "too_far", "channel": "phone"},
    "assignments.move": {"to": "en_route"},
    "assignments.recall": {"reason": "enough"},
    "assignments.bed": {"point": "p1"},
    "units.duty": {"state": "off_duty"},
    "points.beds": {"beds_free": 1},
    "plans.override": {"active": True, "reason": "cold"},
    "positions.push": {"fixes": [{"lat_wgs84": 37.0, "lon_wgs84": 117.0, "at_ms": 1}]},
    "pictures.original": {"reason": "identity"},
    "incidents.personal": {"field": "description", "reason": "identity"},
    "push.subscribe": {"endpoint": "https://push.example/1", "keys": {"p256dh": "a" * 87, "auth": "b" * 22}},
}
QUERIES = {
    "log": "?jurisdiction=371602",
    "replay.read": "?jurisdiction=371602&at_ms=1",
    "replay.changes": "?jurisdiction=371602&from_sequence=1&to_sequence=2",
}
# Concern all areas at once: whoever is responsible for one of them passes nowhere. tests/contract/access shows who does.
EVERYWHERE = frozenset({"warnings.push"})
ROLES = [role for role in Role if role not in (Role.SYSTEM, Role.PUBLIC)]
GUARDED = [route for route in ROUTES if route.operation in RULES]


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    """What the table does not know is forbidden, and what nobody asks for does not stand in it."""
    routes = {route.operation for route in ROUTES}
    assert routes == {name for name in (*RULES, *UNGUARDED) if not name.startswith("socket.")}


@pytest.fixture
def scene(town: Town, web: Web) -> dict[str, str]:
    """An incident with a task of u1 that goes to p1, in COUNTY, and a picture."""
    seal, key = web.services.sealer.seal_text, web.services.keys.create()
    incident, assignment = town.dispatched("u1", description=seal(key, "灰棉袄"))
    picture = web.services.evidence.save(b"original", b"public", key=key, taken_at_ms=1, camera=None)
    town.do(cmd.AddNote(incident=incident, pictures=(picture,)), Actor(account="o", role=Role.OPERATOR, area="3716"))
    return {
        "incident": incident,
        "assignment": assignment,
        "unit": "u1",
        "point": "p1",
        "plan": "cold-orange",
        "command": "x",
        "sha256": picture.public_sha256,
        "vendor": "v",
    }


def ask(person: Person, route: Route, scene: dict[str, str]) -> tuple[int, str]:
    """Send a request that is right in form; return status and code."""
    path = route.path.format(**scene) + QUERIES.get(route.operation, "")
    body = {"json": BODIES.get(route.operation, {})} if route.method == "POST" and route.takes is None else {}
    answer = person.send(route.method, path, **body)
    return answer.status_code, (answer.json or {}).get("code", "") if answer.is_json else ""


@pytest.mark.parametrize("role", ROLES)
def test_roles_and_areas(role: Role, town: Town, person: Any, scene: dict[str, str]) -> None:
    """The right role in the right place passes; another area, another's task and another role are told so."""
    mine = person(role, COUNTY, unit="u1", point="p1")
    foreign = person(role, OTHER, unit="u2x", point="p1x")
    wrong: list[str] = []
    for route in GUARDED:
        if route.operation == "session.close":
            continue
        for who, near in ((foreign, False), (mine, True)):
            status, code = ask(who, route, scene)
            expected = _expected(route, role, near=near and route.operation not in EVERYWHERE)
            said = code if status in (401, 403) else "passes"  # 409 is the rules speaking, not the door
            if said != expected:
                wrong.append(f"{role} {'own' if near else 'foreign'} {route.method} {route.path}: {status} {code}, not {expected}")
    assert not wrong, "\n".join(wrong)


def _expected(route: Route, role: Role, *, near: bool) -> str:
    reach = RULES[route.operation].get(role)
    if reach is None:
        return "not_your_role"
    if near:
        # u1 was only asked: the case is not yet its own, the offer is; nobody transports to p1 yet.
        if reach is Reach.OWN_UNIT and route.operation.startswith(("incidents.", "pictures.")):
            return "not_your_area"
        if reach is Reach.OWN_POINT and route.operation in ("incidents.disposition", "assignments.bed"):
            return "not_your_area"
        return "passes"
    if reach is Reach.SELF or (route.path.count("{") == 0 and route.operation.endswith(".list")):
        return "passes"
    if route.operation == "incidents.report" and role is Role.RESPONDER:
        return "passes"
    if route.operation == "plans.override":
        return "passes"  # without a jurisdiction it means the caller's own
    return "not_your_area"


def test_without_a_login_nothing_but_the_open_routes(web: Web, scene: dict[str, str]) -> None:
    """No token: 401 no_session everywhere it matters."""
    client: Any = web.app.test_client(use_cookies=False)
    for route in GUARDED:
        answer: Any = client.open(route.path.format(**scene), method=route.method, json={} if route.method == "POST" else None)
        assert (answer.status_code, answer.json["code"]) == (401, "no_session"), route.path


def test_an_accepted_task_opens_its_case_to_the_responder_alone(town: Town, person: Any, scene: dict[str, str]) -> None:
    """Whoever said yes may read the incident; whoever was only asked may not."""
    own, other = person(Role.RESPONDER, COUNTY, unit="u1"), person(Role.RESPONDER, OTHER, unit="u2")
    path = f"/incidents/{scene['incident']}"
    assert own.get(path).status_code == 403
    assert own.post(f"/assignments/{scene['assignment']}/answer", {"accept": True}).status_code == 200
    assert own.get(path).status_code == 200
    assert other.get(path).status_code == 403


def test_a_township_sees_its_own_incidents_only(town: Town, person: Any) -> None:
    """An area below the jurisdiction narrows lists and single documents alike."""
    inside = town.report()
    outside = town.report(PLACE_NORTH)
    township = person(Role.OPERATOR, "371602001")
    listed = {one["id"] for one in township.get("/incidents").json["items"]}
    assert listed == {inside}
    assert township.get(f"/incidents/{outside}").json["code"] == "not_your_area"


def _north() -> Any:
    from contracts.values import Place  # noqa: PLC0415

    return Place(lat_wgs84=37.5, lon_wgs84=118.0, area="371602009001", name="north")


PLACE_NORTH = _north()


def test_a_disabled_account_is_out_at_once(town: Town, person: Any) -> None:
    """Its token stops working with the commit that disables it."""
    operator = person(Role.OPERATOR)
    assert operator.get("/me").status_code == 200
    town.accounts(_disabled(operator.entry))
    assert operator.get("/me").json["code"] == "no_session"


def _disabled(entry: Any) -> Any:
    import msgspec  # noqa: PLC0415

    return msgspec.structs.replace(entry, disabled=True)
