"""Who asks: every role, in the area of what is asked for, around it, beside it and elsewhere; and the town they ask about."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from contracts import commands as cmd
from contracts.registry_entries import AccountEntry
from contracts.terms import AssignmentState, Role
from contracts.values import Actor
from fuzz.web_town import WebTown, web_town
from tests.integration.web.town import COUNTY, OTHER, Person, account
from web.api import log, replay

# own: the county of what is asked for, and its unit or point; peer: there too, but of another unit or point; city: all around it;
# neighbour: another township of the county; foreign: another county.
AREAS = {"own": COUNTY, "peer": COUNTY, "city": "3716", "neighbour": f"{COUNTY}009", "foreign": OTHER}
_UNITS = {"own": "u1", "peer": "u2", "city": "u3", "neighbour": "u4", "foreign": "u3x"}
_POINTS = {"own": "p1", "peer": "p2", "city": "p3", "neighbour": "p4", "foreign": "p1x"}
ROLES = tuple(Role)


class Place(NamedTuple):
    """people: by role and column. ids: what stands in paths."""

    town: WebTown
    people: dict[tuple[Role, str], Person]
    ids: dict[str, str]


@contextmanager
def place(valkey_url: str, folder: Path) -> Iterator[Place]:
    """A town in which u1 takes somebody to p1, with a picture, and accounts of every kind."""
    with web_town(valkey_url, folder) as opened:
        ids = opened.ids | {"sha256": _under_way(opened)}
        entries = {(role, column): _entry(role, column) for role in ROLES for column in AREAS}
        opened.town.accounts(*entries.values())
        yield Place(opened, {who: Person(opened.web, entry) for who, entry in entries.items()}, ids)


def _entry(role: Role, column: str) -> AccountEntry:
    name = f"{role.value}-{column}"
    unit = _UNITS[column] if role is Role.RESPONDER else None
    point = _POINTS[column] if role is Role.STATION else None
    return account(role, AREAS[column], account=name, username=name, unit=unit, point=point)


def _under_way(opened: WebTown) -> str:
    """Bring the offer to where unit, point and picture all have a part in the incident; return the picture's public hash."""
    assignment, incident, town = opened.ids["assignment"], opened.ids["incident"], opened.town
    own = Actor(account="r", role=Role.RESPONDER, area=COUNTY, unit="u1")
    town.do(cmd.AnswerOffer(assignment=assignment, accept=True), own)
    for state in (AssignmentState.EN_ROUTE, AssignmentState.ON_SCENE, AssignmentState.CONTACTED):
        town.do(cmd.MoveAssignment(assignment=assignment, to=state), own)
    town.do(cmd.MoveAssignment(assignment=assignment, to=AssignmentState.TRANSPORTING, point="p1"), own)
    services = opened.web.services
    picture = services.evidence.save(b"original", b"public", key=services.keys.create(), taken_at_ms=1, camera=None)
    town.do(cmd.AddNote(incident=incident, pictures=(picture,)), own)
    return picture.public_sha256


class NoLog:
    """The log's pages without a broker: one that shows whose they are."""

    def page(self, jurisdiction: str, _start: int, _limit: int) -> list[Any]:
        """A line."""
        return [{"jurisdiction": jurisdiction}]


class NoPast:
    """The past without a broker."""

    def ask(self, _question: Any) -> dict[str, Any]:
        """Nothing had happened."""
        return {"items": []}


@contextmanager
def without_broker() -> Iterator[None]:
    """Let GET /log and GET /replay answer."""
    pages, past = log._PAGES, replay._PAGES
    log._PAGES = NoLog()  # type: ignore[assignment]
    replay._PAGES = NoPast()  # type: ignore[assignment]
    try:
        yield
    finally:
        log._PAGES, replay._PAGES = pages, past
