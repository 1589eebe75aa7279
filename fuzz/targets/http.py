"""Every route with every method, from the application's own description: as it says, against what it says, and mutated."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from random import Random
from typing import Any
from urllib.parse import quote

import msgspec
from werkzeug.test import TestResponse

from contracts.codes import REFUSALS
from contracts.terms import Role
from fuzz.target import Attempt, Target
from fuzz.targets.places import scratch
from fuzz.web_town import WebTown, own_valkey, web_town
from tests.integration.web.town import COUNTY, OTHER
from web import problems
from web.api import log, replay
from web.api.every import ROUTES
from web.api.routes import Route
from web.openapi.document import document

# Begun anew so often, the memory that is measured is the application's and not that of the town it runs.
_ANEW_EVERY = 4_000
_METHODS = frozenset({"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"})
_CODES = frozenset({problem.code for problem in problems.ALL}) | REFUSALS.keys()
# Documented for whole classes of answers and not for each route: no such method, a body over its limit, a store that is away.
_ANYWHERE = frozenset({400, 401, 403, 404, 405, 413, 422, 503})
# Known to every attempt; `nobody` has no account, `stranger` a token that is none.
WHO = ("nobody", "stranger", *(f"{role.value}@{area}" for role in Role if role is not Role.SYSTEM for area in (COUNTY, OTHER)))
_RULES = {(route.method, route.path): route for route in ROUTES}


class Asked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request as an input. body: a text is sent as it is, anything else as JSON."""

    method: str
    path: str
    who: str = "nobody"
    query: str = ""
    headers: dict[str, str] = {}
    body: Any = None


class Caller:
    """Sends requests to the application and holds its answers to what is documented."""

    def __init__(self, town: WebTown) -> None:
        self._town = town
        self._client = town.web.app.test_client(use_cookies=False)
        self._described = {
            (method.upper(), path): {int(status) for status in operation["responses"]}
            for path, methods in document(ROUTES)["paths"].items() for method, operation in methods.items()
        }  # fmt: skip

    def ask(self, asked: Asked) -> str:
        """Send it and return what came of it."""
        octets = asked.body.encode() if isinstance(asked.body, str) else b"" if asked.body is None else msgspec.json.encode(asked.body)
        try:
            response = self._client.open(
                quote(asked.path, safe="/%"), method=asked.method, query_string=asked.query, data=octets,
                headers=self._headers(asked),
            )  # fmt: skip
        except (ValueError, UnicodeError):
            if _sendable(asked):
                raise
            return "cannot be sent"
        self._check(asked, response)
        return f"{asked.method} {_route(asked.path)} {response.status_code} {self._code(response)}"

    def _headers(self, asked: Asked) -> dict[str, str]:
        role, _, area = asked.who.partition("@")
        given = {"Content-Type": "application/json", **asked.headers}
        if asked.who == "stranger":
            return {**given, "Authorization": "Bearer x.y"}
        person = self._town.persons.get((Role(role), area)) if role in set(Role) else None
        return given if person is None else {**given, "Authorization": f"Bearer {person.token}"}

    def _code(self, response: TestResponse) -> str:
        told: Any = response.json if response.status_code >= 400 and response.is_json else {}
        return str(told.get("code", ""))

    def _check(self, asked: Asked, response: TestResponse) -> None:
        status, route = response.status_code, _route(asked.path)
        if status >= 500 and status != 503:
            raise AssertionError(f"{status} for {asked.method} {route}")
        if route == "/readyz":
            return  # 503 with each part's state: here there are none
        told = response.mimetype == problems.CONTENT_TYPE and self._code(response) in _CODES
        if status >= 400 and asked.method != "HEAD" and not told:
            raise AssertionError(f"{status} without a code we know: {response.mimetype} {response.get_data()[:200]!r}")
        allowed = self._described.get((asked.method, route))
        if allowed is not None and status not in allowed | _ANYWHERE:
            raise AssertionError(f"{status} is not described for {asked.method} {route}")


def _sendable(asked: Asked) -> bool:
    if asked.path.startswith("//"):
        return False  # the test client takes it for a host
    return asked.path.isascii() and all(text.isascii() and text.isprintable() for text in (*asked.headers, *asked.headers.values()))


def _route(path: str) -> str:
    """The template of a path, else the path's beginning."""
    parts = path.split("/")
    for _, template in _RULES:
        other = template.split("/")
        if len(other) == len(parts) and all(theirs.startswith("{") or theirs == ours for theirs, ours in zip(other, parts, strict=True)):
            return template
    return "/".join(parts[:3])[:30]


@contextmanager
def _attack() -> Iterator[Attempt]:
    log._PAGES = NoPages()  # type: ignore[assignment]  # noqa: SLF001 - the log's pages need a broker
    replay._PAGES = NoPast()  # type: ignore[assignment]  # noqa: SLF001 - and so does the past
    with scratch() as folder, own_valkey(folder) as url, ExitStack() as stack:
        count, caller = 0, Caller(stack.enter_context(web_town(url, folder / "0")))

        def attempt(raw: bytes) -> str:
            nonlocal count, caller
            count += 1
            if count % _ANEW_EVERY == 0:
                stack.close()
                caller = Caller(stack.enter_context(web_town(url, folder / str(count))))
            try:
                asked = msgspec.json.decode(raw, type=Asked)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                return "no request"
            return caller.ask(asked) if asked.method in _METHODS and asked.path.startswith("/") else "no request"

        yield attempt


class NoPages:
    """web.log_pages.LogPages of an empty log."""

    def page(self, *_: Any) -> list[Any]:
        """Nothing."""
        return []


class NoPast:
    """web.past_pages.PastPages of an empty log."""

    def ask(self, _question: Any) -> dict[str, Any]:
        """Nothing had happened."""
        return {"items": [], "next_from_sequence": None}


def _path(route: Route, rng: Random) -> str:
    path = route.path
    for name, value in _IDS.items():
        path = path.replace(f"{{{name}}}", value if rng.random() < 0.9 else rng.choice(("none", "%00", "..", "é", "a" * 300)))
    return path


# As fuzz.web_town makes them: its first incident is the eighth commit of its county.
_IDS = {"incident": "371602-i8", "assignment": "371602-a11j1", "unit": "u1", "point": "p1", "plan": "cold-orange", "command": "t1",
        "vendor": "standard", "sha256": "0" * 64}  # fmt: skip
SOUND_BODIES: dict[str, Any] = {
    "session.open": {"username": "operator-371602", "password": "x"},
    "incidents.report": {"place": {"lat_wgs84": 37.38, "lon_wgs84": 117.97, "area": "371602001002"}, "description": "a"},
    "incidents.merge": {"into": "371602-i8", "reason": "r"}, "incidents.hold": {"wake_at_ms": 1_768_800_000_000, "reason": "r"},
    "incidents.urgency": {"urgency": "routine", "reason": "r"}, "incidents.verify": {"accepted": True},
    "incidents.dispatch": {"candidates": [{"unit": "u2", "kind": "volunteer", "rank": 1, "score": 1.0}], "quota": 1},
    "incidents.disposition": {"disposition": "sheltered", "point": "p1"}, "incidents.notes": {"note": "n"},
    "assignments.answer": {"accept": True, "channel": "phone"}, "assignments.move": {"to": "en_route", "eta_s": 60},
    "assignments.bed": {"point": "p1"}, "units.duty": {"state": "available"}, "points.beds": {"beds_free": 3},
    "units.sos": {"place": {"lat_wgs84": 37.38, "lon_wgs84": 117.97, "area": "371602001002"}},
    "plans.override": {"active": True, "reason": "r"},
    "positions.push": {"fixes": [{"lat_wgs84": 37.4, "lon_wgs84": 117.9, "at_ms": 1}]},
    "push.subscribe": {"endpoint": "https://push.example.org/x", "keys": {"p256dh": "B" * 87, "auth": "A" * 22}},
    "warnings.push": "<alert/>", "pictures.original": {"reason": "r"}, "incidents.personal": {"field": "description", "reason": "r"},
    "pictures.upload": '--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n\xff\xd8\r\n--b--\r\n',
}  # fmt: skip
_QUERIES = ("", "limit=2&cursor=AAAA", "jurisdiction=371602&q=a", "min_sequence=371602:1", "state=filed,reported", "duty=all",
            "from=1&limit=9", "wave=1&k=3", "incident=371602-i8")  # fmt: skip


def samples() -> Iterator[bytes]:
    """Each route as an operator, a supervisor and somebody else would ask it."""
    rng = Random(5)
    for route in ROUTES:
        for who in (f"operator@{COUNTY}", f"supervisor@{COUNTY}", f"responder@{COUNTY}", rng.choice(WHO)):
            headers = {"Idempotency-Key": f"k{rng.randint(0, 9)}"} if rng.random() < 0.3 else {}
            if route.takes == "multipart/form-data":
                headers["Content-Type"] = "multipart/form-data; boundary=b"
            body = SOUND_BODIES.get(route.operation, {} if route.method == "POST" else None)
            asked = Asked(method=route.method, path=_path(route, rng), who=who, query=rng.choice(_QUERIES), headers=headers, body=body)
            yield msgspec.json.encode(asked)


def by_description(one: Callable[[bytes], None], seed: int, go_on: Callable[[], bool]) -> None:
    """Requests by Schemathesis, from the OpenAPI document: half as it says, half as it forbids."""
    import hypothesis  # noqa: PLC0415 - only this engine needs them
    import schemathesis  # type: ignore[import-not-found]  # noqa: PLC0415

    schema = schemathesis.openapi.from_dict(msgspec.json.decode(msgspec.json.encode(document(ROUTES))))
    operations = [found.ok() for found in schema.get_all_operations()]
    rng, examples = Random(seed), 20
    quiet = hypothesis.settings(
        max_examples=examples, database=None, deadline=None, phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    modes = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
    while go_on():
        operation = rng.choice(operations)

        def attack(case: Any) -> None:
            if go_on():
                one(_of_case(case, rng))

        strategy = operation.as_strategy(generation_mode=rng.choice(modes))
        try:
            hypothesis.seed(rng.getrandbits(60))(quiet(hypothesis.given(case=strategy)(attack)))()
        except (hypothesis.errors.Unsatisfiable, hypothesis.errors.InvalidArgument):
            continue  # nothing can be forbidden about a route that takes nothing


def _of_case(case: Any, rng: Random) -> bytes:
    path = case.path
    for name, value in (case.path_parameters or {}).items():
        path = path.replace(f"{{{name}}}", _IDS.get(name, "x") if rng.random() < 0.7 else quote(str(value), safe=""))
    query = "&".join(f"{quote(str(name))}={quote(str(value))}" for name, value in (case.query or {}).items())
    body = case.body if isinstance(case.body, (dict, list, str, int, float, bool, type(None))) else None
    headers = {str(name): str(value) for name, value in (case.headers or {}).items()}
    if case.media_type:
        headers["Content-Type"] = case.media_type
    asked = Asked(method=case.method.upper(), path=path, who=rng.choice(WHO), query=query, headers=headers, body=body)
    try:
        return msgspec.json.encode(asked)
    except (TypeError, OverflowError, UnicodeEncodeError, RecursionError):
        return msgspec.json.encode(msgspec.structs.replace(asked, body=None))


TARGETS = {
    "http": Target(name="http", about="every route", form="json", samples=samples, attack=_attack,
                   words=(b'"who":"supervisor@371602"', b'"query":"min_sequence=371602:999999"', b'"Idempotency-Key":"k1"', b"%00")),
}  # fmt: skip
