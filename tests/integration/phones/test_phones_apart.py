"""Phones at a port of their own, as `nuandeng up` starts their processes: a page that came from the web process finds them."""

from pathlib import Path
from typing import Any

import httpx

from tests.integration.phones.apart import phones_apart
from tests.integration.phones.clients import OfficialClients, RawPhone, until
from web.access.sessions import COOKIE


def test_a_page_is_told_where_phones_are_served(valkey: Any, tmp_path: Path) -> None:
    """The port stands in `me` and in the page's policy; the phone's process knows pages of that origin and of no other."""
    with phones_apart(valkey.url, tmp_path) as apart:
        url, port = apart.installation.url, apart.installation.runtime.web.phones_port
        assert port is not None
        page = httpx.get(f"{url}/api/v1/me", headers={"Authorization": f"Bearer {apart.token}"})
        assert page.json()["phones_port"] == port
        assert f"connect-src 'self' ws://127.0.0.1:{port};" in page.headers["Content-Security-Policy"]
        cookie = f"{COOKIE}={apart.token}"
        told = RawPhone(port, Cookie=cookie, Origin=url)
        assert told.next()[1].startswith(b"0{")
        told.say("40/field,")
        assert told.next()[1].startswith(b"40/field,")
        assert RawPhone(port, Cookie=cookie, Origin="http://127.0.0.1:1").status == 400
        with OfficialClients(port) as clients:
            clients.connect("u1", apart.token)
            assert clients.wait("u1", "joined")[0]["ok"]
        progress = apart.parts["phones.2"].progress
        assert progress is not None
        before = progress()
        assert before is not None
        until(lambda: (now := progress()) is not None and now.done > before.done, "it is seen to move")
        assert httpx.get(f"http://127.0.0.1:{port}/healthz").json() == {"ok": True}
        assert "nuandeng_web_sockets" in httpx.get(f"http://127.0.0.1:{port}/metrics").text
        assert httpx.get(f"http://127.0.0.1:{port}/api/v1/me").status_code == 404
