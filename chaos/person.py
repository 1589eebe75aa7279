"""Somebody at a console or with a phone: logs in, sends commands until each is answered, and notes what was answered."""

import ssl
import threading
import time
from typing import Any

import httpx

from chaos.acknowledged import Notes
from chaos.checker import Acknowledged
from chaos.city import PASSWORD, Login
from stream.commands import client_command_id

Answer = dict[str, Any]
# Nothing here speaks TLS; reading the machine's certificates for each of thirty people takes seconds.
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class OverError(Exception):
    """The run ended while a command waited for its answer."""


class Person:
    """One account. One thread each."""

    def __init__(
        self, base: str, login: Login, notes: Notes, over: threading.Event, *, pause_s: float = 0.25, request_s: float = 4.0
    ) -> None:
        """over: set when nobody waits for answers any more. pause_s: before a request is tried again. request_s: for its answer."""
        self.login, self._notes, self._over, self._pause_s = login, notes, over, pause_s
        self._client = httpx.Client(base_url=f"{base}/api/v1", timeout=request_s, trust_env=False, verify=_NO_TLS)
        self._token = ""

    @property
    def token(self) -> str:
        """The bearer token; logs in first. Raises OverError."""
        while not self._token:
            said = self._request("POST", "/session", {"username": self.login.account, "password": PASSWORD})
            if said is not None and said.status_code == 200:
                self._token = str(said.json()["access_token"])
                self._client.headers["Authorization"] = f"Bearer {self._token}"
            else:
                self._wait()
        return self._token

    def get(self, path: str, **query: Any) -> Any:
        """The JSON of a GET, or None when it is not to be had now. Raises OverError."""
        assert self.token  # noqa: S101 - logs in
        said = self._request("GET", path, None, query)
        return said.json() if said is not None and said.status_code == 200 else None

    def send(self, path: str, body: dict[str, Any], key: str) -> Answer | None:
        """Send a command under one key until its outcome is known: its answer, or None when it was refused.

        Raises:
            OverError: the run ended before.
        """
        assert self.token  # noqa: S101 - logs in
        command_id = client_command_id(self.login.account, key)
        while True:
            said = self._request("POST", path, body, key=key)
            if said is not None and said.status_code == 202:
                said = self._awaited(command_id)
            if said is not None and said.status_code == 200:
                return self._note(said.json())
            if said is not None and 400 <= said.status_code < 500 and said.status_code not in (401, 408, 429):
                self._note_refusal(command_id)
                return None
            if said is not None and said.status_code == 401:
                self._token = ""
                assert self.token  # noqa: S101 - logs in
            self._wait()

    def post(self, path: str, body: dict[str, Any] | None = None, *, raw: bytes | None = None) -> int:
        """Send a fact once; return the status, 0 for none. Raises OverError."""
        assert self.token  # noqa: S101 - logs in
        said = self._request("POST", path, body, raw=raw)
        return 0 if said is None else said.status_code

    def close(self) -> None:
        """Disconnect."""
        self._client.close()

    def _awaited(self, command_id: str) -> httpx.Response | None:
        said = None
        for _ in range(4):
            said = self._request("GET", f"/commands/{command_id}", None)
            if said is None or said.status_code != 202:
                return said if said is not None and said.status_code == 200 else None
            self._wait()
        return None

    def _note(self, answer: Answer) -> Answer | None:
        self._notes.note(Acknowledged(answer["command_id"], answer["jurisdiction"], answer["sequence"]))
        return answer if answer["accepted"] else None

    def _note_refusal(self, command_id: str) -> None:
        """A refusal by the rules stands in the log too; one at the door (not found, not yours) does not."""
        said = self._request("GET", f"/commands/{command_id}", None)
        if said is not None and said.status_code == 200:
            self._note(said.json())

    def _request(
        self, method: str, path: str, body: Any, query: dict[str, Any] | None = None, *, key: str | None = None, raw: bytes | None = None
    ) -> httpx.Response | None:
        headers = {"Idempotency-Key": key} if key is not None else {}
        try:
            return self._client.request(method, path, json=body, content=raw, params=query, headers=headers)
        except httpx.HTTPError:
            return None

    def _wait(self) -> None:
        if self._over.wait(self._pause_s):
            raise OverError


def now_ms() -> int:
    """The wall clock, which the broker shares."""
    return time.time_ns() // 1_000_000
