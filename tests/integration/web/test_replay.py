"""The past over HTTP, from real Kafka: each moment equals what a replay of the log gives, and what a live screen was told on the way."""

import time
from typing import Any

import httpx
import pytest

from contracts.documents import encode_document
from contracts.terms import Role
from dispatch import all_documents
from stream.replay import replay
from tests.integration.web.test_whole import BODY, Platform, Screen, log_in, token_of, until, whole
from tests.integration.web.town import CITY, COUNTY
from web.board.cards import SHOWN, card
from web.board.masking import MaskedNames

__all__ = ["whole"]


class _NoSeals:
    """Nothing here has a sealed name."""

    def unseal_text(self, sealed: Any) -> str:
        raise AssertionError(sealed)


def by_id(documents: dict[str, Any]) -> dict[tuple[str, str], Any]:
    """(kind, id) → document, of lists by kind."""
    return {(kind, one["id"]): one for kind, items in documents.items() for one in items}


def shown_then(platform: Platform, at_ms: int) -> tuple[int, dict[tuple[str, str], Any]]:
    """The sequence and the documents that stream.replay folds for a minute, as screens get them."""
    state = replay(platform.runtime, until_ms=at_ms, jurisdiction=COUNTY).states[COUNTY]
    names = MaskedNames(_NoSeals())  # type: ignore[arg-type]
    found: dict[tuple[str, str], Any] = {}
    for kind, document in all_documents(state):
        if kind in SHOWN:
            shown = card(kind, encode_document(document), names).shown
            assert shown is not None
            found[kind, document.id] = httpx.Response(200, content=bytes(shown)).json()
    return state.sequence, found


def moment(auditor: httpx.Client, **asked: int) -> Any:
    """GET /replay."""
    answer = auditor.get("/replay", params={"jurisdiction": COUNTY, **asked}, timeout=60)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_minute_again_and_the_steps_from_there(whole: Platform) -> None:
    """Every moment equals the replay's; stepping gives the same as asking; sealed words stay sealed; only the auditor may."""
    operator, auditor = log_in(whole, "op"), log_in(whole, "aud")
    screen = Screen(whole, token_of(operator))
    moments: list[int] = []
    for _ in range(2):
        answer = operator.post("/incidents", json=BODY)
        assert answer.status_code == 200, answer.text
        (incident,) = answer.json()["created"]
        for step, body in (("receive", {}), ("file", {"quota": 1})):
            # A commit's time is a millisecond of the broker's: the next one must not share it.
            time.sleep(0.002)
            moments.append(operator.get(f"/incidents/{incident}").json()["timeline"][-1]["at_ms"])
            assert operator.post(f"/incidents/{incident}/{step}", json=body).status_code == 200
    last = until(lambda: operator.get(f"/incidents/{incident}").json(), "the last case")["version"]
    until(lambda: screen.sequence >= last, "the console has heard")

    for at_ms in moments:
        found = moment(auditor, at_ms=at_ms)
        sequence, documents = shown_then(whole, at_ms)
        assert found["past"]["sequence"] == sequence
        assert by_id(found["past"]["documents"]) == documents
        assert found["last_sequence"] >= last
        assert "灰棉袄" not in str(found)

    # From the first of them step by step, two a page, each stop the same as asked for by itself.
    first = moment(auditor, at_ms=moments[0])["past"]
    held, at, following = by_id(first["documents"]), first["sequence"], first["sequence"] + 1
    pages = 0
    while following is not None:
        page = auditor.get(
            "/replay/changes", params={"jurisdiction": COUNTY, "from_sequence": following, "to_sequence": last, "limit": 2}, timeout=60
        ).json()
        assert [entry["sequence"] for entry in page["items"]] == list(range(at + 1, at + 1 + len(page["items"])))
        for entry in page["items"]:
            for change in entry["changes"]:
                held.pop((change["kind"], change["id"]), None)
                if change["document"] is not None:
                    held[change["kind"], change["id"]] = change["document"]
            at = entry["sequence"]
        following, pages = page["next_from_sequence"], pages + 1
    assert (at, pages) == (last, -(-(last - first["sequence"]) // 2))
    assert held == by_id(moment(auditor, sequence=last)["past"]["documents"])
    assert {name: one for (kind, name), one in held.items() if kind == "incident"} == screen.documents
    assert page["items"][-1]["actor"]["role"] == Role.OPERATOR
    screen.socket.disconnect()

    # Before the first commit there is nothing, and it is no error.
    assert (empty := moment(auditor, at_ms=1)["past"])["sequence"] == 0
    assert empty["documents"] == {kind: [] for kind in SHOWN}
    # Nobody else looks at the past, and it takes no writing.
    refused = operator.get("/replay", params={"jurisdiction": COUNTY, "at_ms": 1})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_your_role")
    written = auditor.post("/replay", json={"jurisdiction": COUNTY, "at_ms": 1})
    assert (written.status_code, written.json()["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize(
    ("path", "query", "status", "code"),
    [
        ("/replay", {"at_ms": 1, "sequence": 1}, 422, "invalid"),
        ("/replay", {}, 422, "invalid"),
        ("/replay", {"at_ms": -1}, 422, "invalid"),
        ("/replay", {"at_ms": 10**30}, 422, "invalid"),
        ("/replay/changes", {"from_sequence": 5, "to_sequence": 4}, 422, "invalid"),
        ("/replay/changes", {"from_sequence": 1, "to_sequence": 4, "limit": 501}, 422, "invalid"),
        ("/replay", {"jurisdiction": "999999", "at_ms": 1}, 422, "invalid"),
        ("/replay", {"jurisdiction": CITY, "at_ms": 1}, 403, "not_your_area"),
    ],
)
def test_what_is_no_moment(person: Any, path: str, query: dict[str, Any], status: int, code: str) -> None:
    """Said before anything is read; an auditor of a county sees that county alone."""
    asked = "&".join(f"{name}={value}" for name, value in ({"jurisdiction": COUNTY} | query).items())
    answer = person(Role.AUDITOR, COUNTY).get(f"{path}?{asked}")
    assert (answer.status_code, answer.json["code"]) == (status, code)
