"""Log-ins, cookies, headers, limits: what a stranger, a browser and a clumsy client run into."""

import json
import time
from typing import Any

import pytest

from contracts.terms import Role
from tests.integration.web.town import PASSWORD, Town
from web.access import throttle
from web.api.routes import JSON_LIMIT_BYTES
from web.app import Web


def log_in(client: Any, username: str, password: str = PASSWORD) -> Any:
    """POST /session."""
    return client.post("/api/v1/session", json={"username": username, "password": password})


def cookies_of(answer: Any) -> dict[str, str]:
    """Name → the whole Set-Cookie line."""
    return {line.partition("=")[0]: line for line in answer.headers.getlist("Set-Cookie")}


def test_login_gives_a_token_and_two_cookies(web: Web, with_password: Any) -> None:
    """The session's cookie cannot be read by scripts; the other half can; both stay on this site."""
    someone = with_password(Role.OPERATOR)
    answer = log_in(web.app.test_client(), someone.entry.username)
    assert answer.status_code == 200
    assert answer.json["me"]["role"] == "operator"
    assert answer.json["me"]["jurisdictions"] == ["371602"]
    found = cookies_of(answer)
    assert "HttpOnly" in found["nd_session"]
    assert "HttpOnly" not in found["nd_csrf"]
    assert all("SameSite=Strict" in line and "Path=/" in line for line in found.values())
    assert PASSWORD not in answer.text


def test_cookies_are_secure_behind_tls(web: Web, with_password: Any) -> None:
    """With a certificate the cookies never go out in the clear, and browsers are told to stay with TLS."""
    import msgspec  # noqa: PLC0415

    from web.app import create_app  # noqa: PLC0415
    from web.services import Services  # noqa: PLC0415

    someone = with_password(Role.OPERATOR)
    listener = msgspec.structs.replace(web.services.runtime.web, tls_certificate="/c", tls_key="/k")
    runtime = msgspec.structs.replace(web.services.runtime, web=listener)
    secure = create_app(Services(**{**vars(web.services), "runtime": runtime}))
    answer = secure.app.test_client().post(
        "/api/v1/session", json={"username": someone.entry.username, "password": PASSWORD}, base_url="https://localhost"
    )
    assert all("; Secure" in line for line in cookies_of(answer).values())
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_a_write_with_the_cookie_needs_its_other_half(web: Web, with_password: Any, town: Town) -> None:
    """A foreign page can make a browser send the cookie, but cannot read the other half."""
    someone = with_password(Role.OPERATOR)
    incident = town.report()
    client: Any = web.app.test_client()
    log_in(client, someone.entry.username)
    path = f"/api/v1/incidents/{incident}/receive"
    assert client.post(path, json={}).json["code"] == "csrf"
    assert client.post(path, json={}, headers={"X-CSRF-Token": "made up"}).json["code"] == "csrf"
    assert client.get("/api/v1/me").status_code == 200
    half = client.get_cookie("nd_csrf")
    assert half is not None
    assert client.post(path, json={}, headers={"X-CSRF-Token": half.value}).status_code == 200


def test_half_of_one_session_does_not_fit_another(web: Web, with_password: Any) -> None:
    """The second half is bound to the log-in."""
    first, second = with_password(Role.OPERATOR), with_password(Role.SUPERVISOR)
    one, two = web.app.test_client(), web.app.test_client()
    log_in(one, first.entry.username)
    log_in(two, second.entry.username)
    stolen = two.get_cookie("nd_csrf")
    assert stolen is not None
    one.set_cookie("nd_csrf", stolen.value)
    refused: Any = one.delete("/api/v1/session", headers={"X-CSRF-Token": stolen.value})
    assert refused.json["code"] == "csrf"


def test_logout_ends_the_token_too(web: Web, with_password: Any) -> None:
    """The bearer token of the same log-in is dead afterwards, and the cookies are taken back."""
    someone = with_password(Role.OPERATOR)
    client: Any = web.app.test_client()
    token = log_in(client, someone.entry.username).json["access_token"]
    half = client.get_cookie("nd_csrf")
    assert half is not None
    answer = client.delete("/api/v1/session", headers={"X-CSRF-Token": half.value})
    assert answer.status_code == 204
    assert client.get_cookie("nd_session") is None
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).json["code"] == "no_session"


def test_wrong_passwords_are_throttled_per_account(web: Web, with_password: Any) -> None:
    """After a few failures even the right password waits; the answer says how long."""
    someone, other = with_password(Role.OPERATOR), with_password(Role.SUPERVISOR)
    client: Any = web.app.test_client(use_cookies=False)
    codes = [log_in(client, someone.entry.username, "wrong").json["code"] for _ in range(throttle.PER_ACCOUNT)]
    assert set(codes) == {"bad_credentials"}
    blocked = log_in(client, someone.entry.username)
    assert (blocked.status_code, blocked.json["code"]) == (429, "throttled")
    assert 1 <= int(blocked.headers["Retry-After"]) <= throttle.WINDOW_S
    assert log_in(client, other.entry.username).status_code == 200


def test_guessing_names_is_throttled_per_address(web: Web, with_password: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many names from one place are one guesser; successes don't count."""
    monkeypatch.setattr(throttle, "PER_ADDRESS", 3)
    someone = with_password(Role.OPERATOR)
    client: Any = web.app.test_client(use_cookies=False)
    assert [log_in(client, someone.entry.username).status_code for _ in range(5)] == [200] * 5
    assert [log_in(client, f"nobody{n}", "x").status_code for n in range(4)] == [401, 401, 401, 429]


def test_a_name_that_does_not_exist_takes_as_long(web: Web, with_password: Any) -> None:
    """Time does not tell which names exist."""
    someone = with_password(Role.OPERATOR)
    client: Any = web.app.test_client(use_cookies=False)

    def seconds(name: str) -> float:
        started = time.perf_counter()
        assert log_in(client, name, "wrong").status_code == 401
        return time.perf_counter() - started

    known, unknown = min(seconds(someone.entry.username) for _ in range(2)), min(seconds(f"nobody{n}") for n in range(2))
    assert unknown > known / 3


def test_tokens_that_are_not_ours(web: Web, with_password: Any) -> None:
    """Changed, foreign, old and senseless tokens are all just no session."""
    someone = with_password(Role.OPERATOR)
    body, _, signature = someone.token.partition(".")
    stale, _ = web.services.tokens.issue(someone.entry.account, 0)
    for token in (f"{body}x.{signature}", f"{body}.{signature[:-2]}AA", "a.b", "....", "é", stale, ""):
        answer: Any = web.app.test_client().get("/api/v1/me", headers={"Authorization": f"Bearer {token}".encode().decode("latin-1")})
        assert (answer.status_code, answer.json["code"]) == (401, "no_session"), token


def test_headers_of_pages_and_api(web: Web) -> None:
    """The content policy of the design, no framing, no sniffing, no referrer."""
    for path in ("/", "/wall", "/v/", "/api/v1/city"):
        answer: Any = web.app.test_client().get(path)
        assert answer.status_code == 200, path
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_pages_assets_and_the_service_worker(web: Web) -> None:
    """Pages are asked for each time, hashed assets never again; what was compressed goes out compressed to who can read it."""
    client: Any = web.app.test_client()
    assert "field.html" in client.get("/v/anything/deep").text
    assert "console.html" in client.get("/wall").text
    assert client.get("/").headers["Cache-Control"] == "no-cache"
    asset = client.get("/assets/index-abc123.js", headers={"Accept-Encoding": "gzip, br"})
    assert (asset.headers["Content-Encoding"], asset.data) == ("br", b"compressed")
    assert "immutable" in asset.headers["Cache-Control"]
    assert client.get("/assets/index-abc123.js").text == "export {}"
    again = client.get("/assets/index-abc123.js", headers={"If-None-Match": asset.headers["ETag"], "Accept-Encoding": "br"})
    assert again.status_code == 304
    worker = client.get("/v/sw.js")
    assert worker.headers["Service-Worker-Allowed"] == "/v/"
    assert worker.mimetype == "text/javascript"
    for path in ("/assets/missing.js", "/assets/..%2f..%2fsecrets", "/.env", "/assets/index-abc123.js.br"):
        assert client.get(path).status_code == 404, path


def test_every_failure_is_a_problem_document(web: Web, person: Any) -> None:
    """404, 405, 400, 413, 415-like and 422 all carry code and what to do."""
    operator = person(Role.OPERATOR)
    deep = b"[" * 5000
    cases = [
        (operator.get("/nothing"), 404, "not_found"),
        (operator.send("PATCH", "/api/v1/me"), 405, "method_not_allowed"),
        (operator.get("/incidents/none"), 404, "not_found"),
        (operator.send("POST", "/api/v1/incidents", data=b"{"), 400, "unreadable"),
        (operator.send("POST", "/api/v1/incidents", data=b'{"place":' + deep), 400, "unreadable"),
        (operator.send("POST", "/api/v1/incidents", data=b"\xff\xfe"), 400, "unreadable"),
        (operator.post("/incidents", {"place": {"lat_wgs84": 200}}), 422, "invalid"),
        (operator.post("/incidents", {"place": {"lat_wgs84": 1, "lon_wgs84": 1, "area": "371602"}, "surprise": 1}), 422, "invalid"),
        (operator.get("/incidents?limit=0"), 422, "invalid"),
        (operator.get("/incidents?cursor=%25"), 422, "invalid"),
        (operator.get("/incidents?state=asleep"), 422, "invalid"),
        (operator.send("POST", "/api/v1/incidents", data=b" " * (JSON_LIMIT_BYTES + 1)), 413, "too_large"),
    ]
    for answer, status, code in cases:
        assert answer.mimetype == "application/problem+json"
        assert (answer.status_code, answer.json["code"], answer.json["status"]) == (status, code, status)
        assert answer.json["what_to_do"]
        assert answer.json["type"] == f"/problems/{code}"
    assert cases[6][0].json["errors"][0]["path"].startswith("place")
    assert "GET" in cases[1][0].headers["Allow"]


def test_our_own_failure_tells_nothing_of_our_insides(web: Web, person: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """500 is a problem document too, without the text of the exception."""
    operator = person(Role.OPERATOR)

    def broken(_name: str) -> None:
        raise ZeroDivisionError("the secret ingredient")

    monkeypatch.setattr(web.services.board, "incident", broken)
    answer = operator.get("/incidents/x")
    assert (answer.status_code, answer.json["code"]) == (500, "internal")
    assert "ingredient" not in json.dumps(answer.json)
