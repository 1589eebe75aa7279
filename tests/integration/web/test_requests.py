"""Commands and reads over HTTP: keys, answers, seals, pages, pictures, and what happens when a store is away."""

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import cv2
import msgspec
import numpy as np
import pytest
import redis

from contracts import commands as cmd
from contracts.observations import RawIntake
from contracts.registry_entries import UnitEntry
from contracts.terms import Role, UnitKind, Urgency
from contracts.values import Actor, Candidate
from stream.case_signature import SIGNATURE_HEADER, TIME_HEADER, case_secret, sign_case
from stream.heartbeat import write_beat
from stream.intake_sealing import open_intake
from stream.push import subscriptions
from tests.integration.web.town import ADMIN, COUNTY, OTHER, SQUARE, Town
from web.api import health
from web.app import Web
from web.clock import now_ms
from web.platform_figures import WORKERS

DESK = Actor(account="op", role=Role.OPERATOR, area=COUNTY)
REPORT = {
    "place": {"lat_wgs84": 37.38, "lon_wgs84": 117.97, "area": "371602001002", "name": "天桥"},
    "description": "老人,穿灰棉袄",
    "reporter": "13800000000",
}


def test_a_report_becomes_an_incident_and_the_answer_names_it(person: Any) -> None:
    """200 with the sequence to read from, and the id of what was opened."""
    operator = person(Role.OPERATOR)
    answer = operator.post("/incidents", REPORT)
    assert answer.status_code == 200
    (created,) = answer.json["created"]
    read = operator.get(f"/incidents/{created}?min_sequence={COUNTY}:{answer.json['sequence']}")
    assert read.json["description"] == REPORT["description"]
    assert read.json["reporter"] is None, "who reported it takes a reason"


@pytest.mark.parametrize(("header", "kept"), [
    (f"00-{'4b' * 16}-{'7a' * 8}-01", f"00-{'4b' * 16}-{'7a' * 8}-01"),
    (f"00-{'0' * 32}-{'7a' * 8}-01", None),
    ("' or 1=1", None),
])  # fmt: skip
def test_a_callers_trace_goes_into_the_command(town: Town, person: Any, header: str, kept: str | None) -> None:
    """As W3C Trace Context writes it; a header that is not well formed is no reason to refuse a report."""
    answer = person(Role.OPERATOR).post("/incidents", REPORT, headers={"traceparent": header})
    assert answer.status_code == 200
    assert town.gate.sent[-1].trace == kept


def test_what_is_personal_is_sealed_before_it_leaves(town: Town, person: Any) -> None:
    """Neither the command nor anything in Redis holds the plain text."""
    person(Role.OPERATOR).post("/incidents", REPORT)
    sent = msgspec.json.encode(town.gate.sent[-1])
    everything: list[Any] = [sent]
    for key in list(town.store.scan_iter()):
        kind = town.store.type(key)
        everything.append(town.store.dump(key) or b"")
        if kind == b"hash":
            everything += town.store.hgetall(key).values()
    for secret in ("灰棉袄", "13800000000"):
        assert not any(secret.encode() in raw or secret.encode("unicode_escape") in raw for raw in everything)
    body = town.gate.sent[-1].body
    assert isinstance(body, cmd.ReportIncident)
    assert body.description is not None
    assert body.reporter is not None
    assert body.description.key == body.reporter.key


def test_who_may_read_what_is_sealed(person: Any, town: Town) -> None:
    """The desk and the verifier may; a station and an auditor see that there is something, not what."""
    (created,) = person(Role.OPERATOR).post("/incidents", REPORT).json["created"]
    for role, opened in ((Role.SUPERVISOR, True), (Role.VERIFIER, True), (Role.STATION, False), (Role.AUDITOR, False)):
        read = person(role).get(f"/incidents/{created}").json
        assert (read["description"] == REPORT["description"]) is opened
    listed = person(Role.OPERATOR).get("/incidents").text
    assert "灰棉袄" not in listed


def test_a_personal_field_takes_a_reason_and_leaves_an_event(person: Any, town: Town) -> None:
    """Who reported it, and what somebody looked like once it is over: told after the log has who asked, for what, and why."""
    operator, supervisor = person(Role.OPERATOR), person(Role.SUPERVISOR)
    (created,) = operator.post("/incidents", REPORT).json["created"]
    ask = {"field": "reporter", "reason": "回电"}
    assert operator.post(f"/incidents/{created}/personal", ask).json["code"] == "not_your_role"
    assert supervisor.post(f"/incidents/{created}/personal", {"field": "reporter"}).json["code"] == "invalid"
    told = supervisor.post(f"/incidents/{created}/personal", ask)
    assert (told.json, told.headers["Cache-Control"]) == ({"field": "reporter", "text": REPORT["reporter"]}, "no-store")
    sent = town.gate.sent[-1].body
    assert isinstance(sent, cmd.OpenEvidence)
    assert (sent.incident, sent.what, sent.reason) == (created, "field:reporter", "回电")
    assert operator.post(f"/incidents/{created}/cancel", {"reason": "误报"}).status_code == 200
    assert supervisor.get(f"/incidents/{created}").json["description"] is None
    told = supervisor.post(f"/incidents/{created}/personal", {"field": "description", "reason": "复查"})
    assert told.json["text"] == REPORT["description"]
    assert supervisor.post(f"/incidents/{town.report()}/personal", ask).json["code"] == "not_found"


def test_the_same_key_counts_once(person: Any, town: Town) -> None:
    """A repetition gets the same answer; another body under the same key is refused; another account's key is another key."""
    operator, other = person(Role.OPERATOR), person(Role.SUPERVISOR)
    headers = {"Idempotency-Key": "k-1"}
    first = operator.post("/incidents", REPORT, headers=dict(headers))
    sent = len(town.gate.sent)
    again = operator.post("/incidents", REPORT, headers=dict(headers))
    assert again.json == first.json
    assert len(town.gate.sent) == sent
    changed = operator.post("/incidents", {**REPORT, "people": 2}, headers=dict(headers))
    assert (changed.status_code, changed.json["code"]) == (422, "idempotency_key_reused")
    assert other.post("/incidents", REPORT, headers=dict(headers)).json["created"] != first.json["created"]
    assert operator.post("/incidents", REPORT, headers={"Idempotency-Key": "no\u00a0"}).json["code"] == "invalid"


def test_a_refusal_by_the_rules_is_a_problem_in_their_words(person: Any, town: Town) -> None:
    """409 with the rules' own code."""
    operator = person(Role.OPERATOR)
    incident = town.report()
    assert operator.post(f"/incidents/{incident}/close").json["code"] == "wrong_state"
    answer = operator.post(f"/incidents/{incident}/receive", {"expected_version": 1})
    assert (answer.status_code, answer.json["code"], answer.json["retry"]) == (409, "changed_since", False)
    assert answer.json["title"] == "It changed since you looked."


def test_no_answer_in_time_is_202_and_can_be_asked(person: Any, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once produced a command is never refused: it is unknown until its commit is there."""
    from web.api import submit  # noqa: PLC0415

    monkeypatch.setattr(submit, "WAIT_S", 0.05)
    operator = person(Role.OPERATOR)
    late: list[Any] = []
    decide = town.gate.send

    def keep(*args: Any, **more: Any) -> bool:
        late.append((args, more))
        return True

    monkeypatch.setattr(town.gate, "send", keep)
    headers = {"Idempotency-Key": "slow"}
    pending = operator.post("/incidents", REPORT, headers=dict(headers))
    assert pending.status_code == 202
    assert operator.send("GET", pending.json["href"]).status_code == 202
    assert operator.post("/incidents", REPORT, headers=dict(headers)).json["command_id"] == pending.json["command_id"]
    args, more = late[0]
    decide(*args, **more)
    known = operator.send("GET", pending.json["href"])
    assert (known.status_code, known.json["accepted"]) == (200, True)
    assert operator.post("/incidents", REPORT, headers=dict(headers)).json == known.json


def test_kafka_away_refuses_and_changes_nothing(person: Any, town: Town) -> None:
    """503 store_away with Retry-After; reading goes on; when it is back the same key does it."""
    operator = person(Role.OPERATOR)
    town.gate.away = True
    headers = {"Idempotency-Key": "k"}
    answer = operator.post("/incidents", REPORT, headers=dict(headers))
    assert (answer.status_code, answer.json["code"], answer.json["retry"]) == (503, "store_away", True)
    assert "Retry-After" in answer.headers
    assert operator.get("/incidents").json["items"] == []
    ready = operator.send("GET", "/readyz")
    assert ready.status_code == 503
    assert operator.send("GET", "/healthz").status_code == 200
    town.gate.away = False
    assert operator.post("/incidents", REPORT, headers=dict(headers)).status_code == 200
    assert len(operator.get("/incidents").json["items"]) == 1


def test_readiness_names_the_adapters_of_the_installation(person: Any, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Heard or away by name; the rest is ready without one, and one that the settings leave out is not missed."""
    operator = person(Role.OPERATOR)
    for part in (*WORKERS, "video-adapter"):
        write_beat(town.store, part, {"at_ms": now_ms(), "pid": 1})
    monkeypatch.setattr(health._Seen, "until_s", 0.0)
    answer = operator.send("GET", "/readyz")
    parts = answer.json["parts"]
    assert (parts["video-adapter"], parts["weather-adapter"]) == ("ok", "away")
    assert "cases-adapter" not in parts
    assert answer.status_code == 200
    monkeypatch.setattr(health._Seen, "until_s", 0.0)
    town.store.delete("worker:effects")
    assert operator.send("GET", "/readyz").status_code == 503


def test_valkey_away_refuses_writes_and_still_reads(person: Any, town: Town, web: Web) -> None:
    """What is on the board stays readable with its age; a command is refused before anything is sent."""
    town.report()
    operator = person(Role.OPERATOR)
    sent = len(town.gate.sent)
    web.services.redis.connection_pool.disconnect()
    away = redis.Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.1)
    web.services.redis.__dict__["connection_pool"] = away.connection_pool
    assert operator.post("/incidents", REPORT).json["code"] == "store_away"
    assert len(town.gate.sent) == sent
    read = operator.get("/incidents")
    assert len(read.json["items"]) == 1
    assert int(read.headers["X-Read-Model-Age-Ms"]) >= 0
    refused: Any = web.app.test_client().post("/api/v1/session", json={"username": "a", "password": "b"})
    assert refused.json["code"] == "store_away"


def test_pages_follow_their_cursor(person: Any, town: Town) -> None:
    """Every incident once, newest first, whatever the page's size."""
    ids = [town.report() for _ in range(5)]
    operator = person(Role.OPERATOR)
    seen, cursor = [], ""
    while True:
        page = operator.get(f"/incidents?limit=2{cursor}").json
        seen += [one["id"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert sorted(seen) == sorted(ids)
    assert len(seen) == 5
    assert operator.get("/incidents?state=filed").json["items"] == []
    assert len(operator.get("/incidents?state=reported,filed&q=天桥").json["items"]) == 5


def test_min_sequence_waits_and_says_not_yet(person: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read your own write, or be told that it is not there yet."""
    from web.api import reads  # noqa: PLC0415

    monkeypatch.setattr(reads, "_WAIT_S", 0.05)
    answer = person(Role.OPERATOR).get(f"/incidents?min_sequence={COUNTY}:999999")
    assert (answer.status_code, answer.json["code"], answer.json["retry"]) == (503, "not_yet", True)


def test_names_are_masked_and_phones_shown_only_while_on_a_task(town: Town, person: Any, web: Web) -> None:
    """王** on every screen; the number only for the desk, while the unit has a task; in full for the unit itself."""
    key = web.services.keys.create()
    seal = web.services.sealer.seal_text
    entry = UnitEntry(unit="u1", kind=UnitKind.VOLUNTEER, area="371602001", name=seal(key, "王建国"), phone=seal(key, "13911112222"))
    town.do(cmd.RegisterUnits(units=(entry,)), ADMIN)
    operator, own = person(Role.OPERATOR), person(Role.RESPONDER, unit="u1")
    before = operator.get("/units/u1").json
    assert (before["masked_name"], before["name"], before["phone"]) == ("王**", None, None)
    assert own.get("/units/u1").json["name"] == "王建国"
    town.dispatched("u1")
    assert operator.get("/units/u1").json["phone"] == "13911112222"
    assert person(Role.AUDITOR).get("/units/u1").json["phone"] is None
    assert "王建国" not in operator.get("/units").text


def test_units_off_duty_are_listed_when_asked_for(person: Any) -> None:
    """The roster does not fill the screen, but can be searched."""
    operator = person(Role.OPERATOR)
    names = {duty: {one["id"] for one in operator.get(f"/units?duty={duty}").json["items"]} for duty in ("on", "off", "all")}
    assert names == {"on": {"u1", "u2"}, "off": {"u3"}, "all": {"u1", "u2", "u3"}}


def test_recommendation_ranks_by_position_and_says_what_is_short(town: Town, person: Any) -> None:
    """The nearer one first, with reasons; who has no position is a typed shortfall, and so is the roster."""
    incident = town.report()
    operator = person(Role.OPERATOR)
    short = operator.get(f"/incidents/{incident}/recommendation").json
    assert short["candidates"] == []
    assert {one["reason"]: one["count"] for one in short["shortfalls"]} == {"location_stale": 2, "off_duty": 1}
    for unit, lat in (("u1", 37.3850), ("u2", 37.3820)):
        town.store.hset(f"seen:{COUNTY}", unit, f"{now_ms()},{lat},{SQUARE.lon_wgs84},10")
    found = operator.get(f"/incidents/{incident}/recommendation").json
    assert [(one["unit"], one["rank"], one["wave"]) for one in found["candidates"]] == [("u2", 1, 1), ("u1", 2, 1)]
    assert "nearest" in found["candidates"][0]["reasons"]
    assert (found["quota"], found["wanted"], found["radius_m"]) == (1, 3, 1000)
    sent = operator.post(f"/incidents/{incident}/receive")
    sent = operator.post(f"/incidents/{incident}/file", {"quota": 1})
    sent = operator.post(f"/incidents/{incident}/dispatch", {"candidates": found["candidates"]})
    assert sent.status_code == 200, sent.json


def upload(who: Any, raw: bytes, query: str = "") -> Any:
    """POST a picture."""
    return who.send("POST", f"/api/v1/pictures{query}", data={"file": (io.BytesIO(raw), "a.jpg")}, content_type="multipart/form-data")


def send_raw(who: Any, raw: bytes) -> Any:
    """POST a picture as a body made here: the test client leaves the file open that it puts a large form into."""
    form = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n' + raw + b"\r\n--b--\r\n"
    return who.send("POST", "/api/v1/pictures", data=form, content_type="multipart/form-data; boundary=b")


def test_a_picture_is_cleaned_sealed_and_shown_blurred(person: Any, jpeg: bytes, web: Web, town: Town) -> None:
    """No metadata survives; the original is ciphertext on disk; what is shown is not the original; opening it is an event."""
    operator, supervisor = person(Role.OPERATOR), person(Role.SUPERVISOR)
    marked = jpeg[:2] + b"\xff\xe1\x00\x13Exif\x00\x00GPS 37.38 N" + jpeg[2:]
    taken = upload(operator, marked).json
    assert taken["blur"] == "mosaic"
    (incident,) = operator.post("/incidents", {**REPORT, "pictures": [taken["id"]]}).json["created"]
    shown = operator.get(f"/pictures/{taken['public_sha256']}")
    assert "immutable" in shown.headers["Cache-Control"]
    assert hashlib.sha256(shown.data).hexdigest() == taken["public_sha256"]
    stored = b"".join(path.read_bytes() for path in Path(web.services.runtime.evidence).rglob("*") if path.is_file())
    assert b"GPS" not in stored
    assert stored.count(b"\xff\xd8\xff") == 1  # the public copy alone is a JPEG on disk
    assert operator.post(f"/pictures/{taken['sha256']}/original", {"reason": "identity"}).json["code"] == "not_your_role"
    opened = supervisor.post(f"/pictures/{taken['sha256']}/original", {"reason": "identity"})
    assert opened.mimetype == "image/jpeg"
    original = cv2.imdecode(np.frombuffer(opened.data, np.uint8), cv2.IMREAD_COLOR)
    assert original is not None
    assert original.shape == (240, 320, 3)
    assert isinstance(town.gate.sent[-1].body, cmd.OpenEvidence)
    assert town.gate.sent[-1].body.incident == incident


def test_a_picture_is_for_whom_its_incident_concerns(person: Any, jpeg: bytes, town: Town) -> None:
    """Its sender sees it at once; then the desks of its area and who is on the way; not another county, nor who has no need of it."""
    operator, responder = person(Role.OPERATOR), person(Role.RESPONDER, unit="u1")
    taken = upload(operator, jpeg).json
    path = f"/pictures/{taken['public_sha256']}"
    assert operator.get(path).status_code == 200
    assert person(Role.SUPERVISOR).get(path).json["code"] == "not_found"
    (incident,) = operator.post("/incidents", {**REPORT, "pictures": [taken["id"]]}).json["created"]
    for role, area, code in (
        (Role.SUPERVISOR, COUNTY, None), (Role.AUDITOR, "3716", None), (Role.SUPERVISOR, OTHER, "not_your_area"),
        (Role.ADMIN, COUNTY, "not_your_role"), (Role.AGENCY, COUNTY, "not_your_role"),
    ):  # fmt: skip
        answer = person(role, area).get(path)
        assert (None if answer.status_code == 200 else answer.json["code"]) == code, (role, area)
    assert responder.get(path).json["code"] == "not_your_area"
    town.do(cmd.ReceiveIncident(incident=incident), DESK)
    town.do(cmd.FileIncident(incident=incident, urgency=Urgency.URGENT), DESK)
    candidate = Candidate(unit="u1", kind=UnitKind.VOLUNTEER, rank=1, score=1.0)
    town.do(cmd.DispatchIncident(incident=incident, candidates=(candidate,)), DESK)
    offered = operator.get(f"/incidents/{incident}").json["assignments"][0]["id"]
    assert responder.get(path).json["code"] == "not_your_area", "asked only"
    assert responder.post(f"/assignments/{offered}/answer", {"accept": True, "channel": "app"}).status_code == 200
    assert responder.get(path).status_code == 200


def test_an_answer_is_for_who_asked_and_the_desk(person: Any, town: Town) -> None:
    """Nobody reads what the platform asked itself, nor what became of a command elsewhere."""
    responder, operator = person(Role.RESPONDER, unit="u1"), person(Role.OPERATOR)
    done = responder.post("/units/u1/duty", {"state": "on_break"}).json
    href = f"/commands/{done['command_id']}"
    assert responder.get(href).json == operator.get(href).json == done
    assert person(Role.RESPONDER, unit="u2", account="other", username="other").get(href).json["code"] == "not_found"
    assert person(Role.OPERATOR, OTHER).get(href).json["code"] == "not_found"
    assert operator.get("/commands/sys:i1:receive:1").json["code"] == "not_found"
    assert operator.get("/commands/" + "0" * 40).status_code == 202


def test_who_may_not_act_is_not_told_what_is_wrong_with_the_body(person: Any, town: Town) -> None:
    """Another county's desk and no part in it get the same refusal for a sound body, a wrong one, and none that can be read."""
    incident = town.report()
    stranger, own = person(Role.OPERATOR, OTHER), person(Role.OPERATOR)
    for path in (f"/incidents/{incident}/notes", f"/incidents/{incident}/merge", f"/incidents/{incident}/urgency", "/units/u1/duty"):
        for raw in (b'{"note": "n"}', b'{"note": 5, "unheard": 1}', b"{" * 40, b"\xff"):
            refused = stranger.send("POST", f"/api/v1{path}", data=raw, content_type="application/json")
            assert (refused.status_code, refused.json["code"]) == (403, "not_your_area"), (path, raw)
            assert own.send("POST", f"/api/v1{path}", data=raw, content_type="application/json").json.get("code") != "not_your_area"
        wrong = own.send("POST", f"/api/v1{path}", data=b'{"unheard": 1}', content_type="application/json")
        assert (wrong.status_code, wrong.json["code"]) == (422, "invalid")


def test_a_large_photograph_is_taken_and_a_large_drawing_refused(person: Any) -> None:
    """50 megapixels of a phone are decoded smaller; what a decoder would have to hold whole is refused with its code."""
    operator = person(Role.OPERATOR)
    noise = np.random.default_rng(1).integers(0, 255, (150, 200, 3), np.uint8)
    wide = cv2.resize(noise, (8192, 6144), interpolation=cv2.INTER_LINEAR)
    photograph = bytes(cv2.imencode(".jpg", wide, [cv2.IMWRITE_JPEG_QUALITY, 60])[1])
    progressive = bytes(cv2.imencode(".jpg", wide, [cv2.IMWRITE_JPEG_QUALITY, 60, cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1])
    assert max(len(photograph), len(progressive)) < 8_000_000
    assert send_raw(operator, photograph).json["blur"] == "mosaic"
    assert send_raw(operator, progressive).json["code"] == "too_large"
    drawing = bytes(cv2.imencode(".png", cv2.resize(noise, (4200, 4200), interpolation=cv2.INTER_NEAREST))[1])
    assert send_raw(operator, drawing).json["code"] == "too_large"


def test_pictures_of_others_cannot_be_taken(person: Any, jpeg: bytes) -> None:
    """An id is good for whoever sent the picture."""
    taken = upload(person(Role.RESPONDER, unit="u1"), jpeg).json
    answer = person(Role.OPERATOR).post("/incidents", {**REPORT, "pictures": [taken["id"]]})
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")


def test_pictures_that_are_none(person: Any, jpeg: bytes) -> None:
    """Text, half a picture, a bomb and a heap are refused with their codes."""
    operator = person(Role.OPERATOR)
    bomb = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (50_000).to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    assert upload(operator, b"hello").json["code"] == "unreadable"
    assert upload(operator, jpeg[:80]).json["code"] == "unreadable"
    assert upload(operator, bomb).json["code"] == "too_large"
    heap = operator.send("POST", "/api/v1/pictures", data=b"x", environ_overrides={"CONTENT_LENGTH": "100000000"})
    assert (heap.status_code, heap.json["code"]) == (413, "too_large")
    assert operator.send("POST", "/api/v1/pictures", data={}, content_type="multipart/form-data").json["code"] == "invalid"


def test_a_case_is_taken_only_when_signed(web: Web, town: Town) -> None:
    """Without the vendor's secret nobody learns which vendors there are."""
    client: Any = web.app.test_client()
    body, sent_at = b'{"case": 1}', now_ms() // 1000
    web.services.secrets.put(case_secret("vendor"), b"secret")
    for vendor, secret in (("vendor", b"wrong"), ("nobody", b"secret"), ("nobody", b"")):
        headers = {SIGNATURE_HEADER: sign_case(secret or b"-", sent_at, body), TIME_HEADER: str(sent_at)}
        assert client.post(f"/api/v1/adapters/cases/{vendor}", data=body, headers=headers).json["code"] == "bad_signature"
    headers = {SIGNATURE_HEADER: sign_case(b"secret", sent_at, body), TIME_HEADER: str(sent_at)}
    assert client.post("/api/v1/adapters/cases/vendor", data=body, headers=headers).status_code == 202
    topic, raw = town.gate.produced[-1]
    record = msgspec.json.decode(raw, type=RawIntake)
    assert (topic, record.kind, len(town.gate.produced)) == ("intake.raw", "case:vendor", 1)
    assert body not in raw
    assert open_intake(web.services.keys, record) == body


def test_a_pushed_warning_goes_on_as_it_came(web: Web, town: Town, person: Any) -> None:
    """To the weather adapter, which reads it; nothing empty."""
    admin = person(Role.ADMIN, "3716")
    assert admin.send("POST", "/api/v1/weather/warnings", data=b"<alert/>").status_code == 202
    record = msgspec.json.decode(town.gate.produced[-1][1], type=RawIntake)
    assert (record.kind, open_intake(None, record)) == ("weather", b"<alert/>")
    assert admin.send("POST", "/api/v1/weather/warnings", data=b"").json["code"] == "unreadable"


def test_positions_are_packed_by_home(town: Town, person: Any, web: Web) -> None:
    """The newest fix of each unit, in one record a jurisdiction; nobody moves another's unit."""
    for unit, lat in (("u1", 37.1), ("u2", 37.2)):
        fixes = [{"unit": "u3", "lat_wgs84": lat, "lon_wgs84": 117.9, "at_ms": at} for at in (5, 9, 7)]
        assert (
            person(Role.RESPONDER, "371602" if unit == "u1" else "3716020", unit=unit).post("/positions", {"fixes": fixes}).status_code
            == 202
        )
    web.services.positions.flush()
    ((topic, raw),) = town.gate.produced
    assert topic == "unit.positions"
    packed = json.loads(raw)
    assert {(fix["unit"], fix["at_ms"]) for fix in packed["fixes"]} == {("u1", 9), ("u2", 9)}


def test_the_digest_is_the_readers(person: Any) -> None:
    """Offsets by partition and 64 hex digits."""
    answer = person(Role.AUDITOR, "3716").get("/digest").json
    assert len(answer["digest"]) == 64
    assert set(answer["offsets"]) == {"0"}


def test_the_city_is_open_to_all(web: Web) -> None:
    """Name, counties and bounds without a log-in."""
    client: Any = web.app.test_client()
    city = client.get("/api/v1/city").json
    assert (city["name"]["zh"], city["code"], city["demo"]) == ("滨州市", "371600", True)
    assert city["bounds"] == [117.8, 37.2, 118.2, 37.6]
    assert client.get("/api/v1/borders.geojson").json["type"] == "FeatureCollection"


def test_a_phone_subscribes_to_its_own_pushes(person: Any, web: Web) -> None:
    """The subscription lies encrypted in the secrets store, under the unit."""
    own = person(Role.RESPONDER, unit="u1")
    body = {"endpoint": "https://push.example/abc", "keys": {"p256dh": "p" * 87, "auth": "a" * 22}, "expirationTime": None}
    assert own.post("/push/subscription", body).status_code == 204
    (kept,) = subscriptions(web.services.secrets, "u1")
    assert kept.endpoint == body["endpoint"]
    inside = {**body, "endpoint": "https://127.0.0.1/abc"}
    assert own.post("/push/subscription", inside).json["code"] == "invalid"
    assert len(own.get("/push/key").json["key"]) == 87


def test_the_phone_reads_its_tasks_over_http(person: Any, town: Town) -> None:
    """The same as its socket tells: approximate before it says yes."""
    town.dispatched("u1")
    got = person(Role.RESPONDER, unit="u1").get("/field").json
    (task,) = got["task"]
    assert task["approximate"] is True
    assert (task["lat_wgs84"], task["lon_wgs84"]) == (37.382, 117.9725)
    assert got["me"][0]["id"] == "u1"


def test_metrics_count_what_was_asked(person: Any, web: Web) -> None:
    """Prometheus' text with our names."""
    person(Role.OPERATOR).post("/incidents", REPORT)
    text = web.app.test_client().get("/metrics").text
    assert 'nuandeng_web_commands_total{outcome="accepted",type="ReportIncident"}' in text
    assert "nuandeng_web_feed_age_seconds" in text


def test_the_operator_named_in_the_log_is_the_caller(person: Any, town: Town) -> None:
    """Who acts comes from the account, never from the body."""
    person(Role.OPERATOR).post("/incidents", REPORT)
    assert town.gate.sent[-1].actor == Actor(account="operator-371602", role=Role.OPERATOR, area=COUNTY)
