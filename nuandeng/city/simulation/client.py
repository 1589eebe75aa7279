"""A simulated person's way in: the same public API and sockets as everybody's."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any, Self

import httpx
import socketio
import structlog

log = structlog.get_logger()
Json = dict[str, Any]


class Refused(Exception):  # noqa: N818  # what the API said, not a fault of ours
    """The API said no. code is the problem's stable code."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status, self.code = status, code


class Person:
    """One logged-in account."""

    def __init__(self, http: httpx.AsyncClient, username: str, password: str) -> None:
        self._http, self._username, self._password = http, username, password
        self._token = ""
        self.me: Json = {}

    @classmethod
    async def log_in(cls, http: httpx.AsyncClient, username: str, password: str) -> Self:
        """Return the person once the API has let them in; waits while it is away."""
        person = cls(http, username, password)
        pause_s = 0.5
        while True:
            try:
                await person._renew()
            except (httpx.TransportError, Refused) as error:
                if isinstance(error, Refused) and error.code == "bad_credentials":
                    raise
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, 10)
            else:
                return person

    async def _renew(self) -> None:
        got = await self._http.post("/api/v1/session", json={"username": self._username, "password": self._password})
        body = _checked(got)
        self._token, self.me = body["access_token"], body["me"]

    @property
    def token(self) -> str:
        """For the socket's handshake."""
        return self._token

    async def get(self, path: str, **query: str | int) -> Json:
        """Raises Refused, httpx.TransportError."""
        return _checked(await self._http.get(path, params=query, headers=self._headers()))

    async def post(self, path: str, body: Json) -> Json:
        """Send a command; the same key goes along when the connection breaks, so it counts once.

        Raises Refused; httpx.TransportError after the third attempt.
        """
        headers = self._headers() | {"Idempotency-Key": secrets.token_hex(12)}
        for attempt in range(3):
            try:
                got = await self._http.post(path, json=body, headers=headers)
            except httpx.TransportError:
                if attempt == 2:
                    raise
            else:
                if got.status_code == 401:
                    await self._renew()
                    headers |= self._headers()
                    continue
                if got.status_code != 503:
                    return _checked(got)
            await asyncio.sleep(1 + 2 * attempt)
        return _checked(got)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}


def _checked(got: httpx.Response) -> Json:
    body: Json = got.json() if got.content else {}
    if got.status_code >= 400:
        raise Refused(got.status_code, str(body.get("code", "unknown")))
    return body


class Room:
    """A socket that keeps the documents of its rooms: snapshot, then changes; a gap or a new epoch joins again."""

    def __init__(self, base_url: str, person: Person, namespace: str) -> None:
        self._base_url, self._person, self._namespace = base_url, person, namespace
        self._socket = socketio.AsyncClient(
            reconnection=True, reconnection_delay=1, reconnection_delay_max=10, logger=False, engineio_logger=False
        )
        self._sequences: dict[str, int] = {}
        self._epoch = ""
        self._joining = asyncio.Lock()
        self.documents: dict[tuple[str, str], Json] = {}
        self.on_duty: Callable[[list[Json]], None] = lambda _duty: None
        self.on_change: Callable[[str, str, Json | None], Awaitable[None]] | None = None
        self._socket.on("connect", self._joined, namespace=namespace)
        self._socket.on("changes", self._changed, namespace=namespace)
        self._socket.on("heartbeat", self._beat, namespace=namespace)

    async def open(self) -> None:
        """Connect and stay connected; returns once the socket is open. Raises OSError when it cannot be."""
        try:
            await self._socket.connect(
                self._where(),
                auth={"token": self._person.token},
                namespaces=[self._namespace],
                transports=["websocket"],
                wait_timeout=20,
                socketio_path="phones/socket.io" if self._namespace == "/field" else "socket.io",
            )
        except socketio.exceptions.ConnectionError as error:
            raise ConnectionRefusedError(str(error)) from error

    def _where(self) -> str:
        """Phones may have a port of their own."""
        port = self._person.me.get("phones_port")
        if self._namespace != "/field" or port is None:
            return self._base_url
        return str(httpx.URL(self._base_url).copy_with(port=port))

    async def close(self) -> None:
        await self._socket.disconnect()

    async def send(self, event: str, payload: Json) -> None:
        """Emit without waiting; lost while disconnected, as a phone's position is."""
        if self._socket.connected and self._namespace in self._socket.namespaces:
            await self._socket.emit(event, payload, namespace=self._namespace)

    async def _joined(self) -> None:
        async with self._joining:
            answer = await self._socket.call("join", {}, namespace=self._namespace, timeout=30)
            if not answer.get("ok"):
                log.warning("join refused", namespace=self._namespace, code=answer.get("code"))
                return
            self._epoch = answer["epoch"]
            self._sequences = {jurisdiction: room["sequence"] for jurisdiction, room in answer["rooms"].items()}
            fresh = {
                (kind, document["id"]): document
                for room in answer["rooms"].values()
                for kind, documents in room.get("snapshot", {}).items()
                for document in documents
            }
            gone = self.documents.keys() - fresh.keys()
            self.documents = fresh
        for kind, name in gone:
            await self._tell(kind, name, None)
        for (kind, name), document in list(fresh.items()):
            await self._tell(kind, name, document)

    async def _changed(self, entry: Json) -> None:
        # A change may come before the answer to a join; it is judged by what that answer said.
        async with self._joining:
            had = self._sequences.get(entry["jurisdiction"], -1)
            if entry["epoch"] == self._epoch and entry["sequence"] <= had:
                return
            follows = entry["epoch"] == self._epoch and entry.get("after", entry["sequence"] - 1) == had
            if follows:
                self._sequences[entry["jurisdiction"]] = entry["sequence"]
        if not follows:
            await self._joined()
            return
        for change in entry["changes"]:
            key = (change["kind"], change["id"])
            if change["document"] is None:
                self.documents.pop(key, None)
            else:
                self.documents[key] = change["document"]
            await self._tell(*key, change["document"])

    async def _tell(self, kind: str, name: str, document: Json | None) -> None:
        if self.on_change is not None:
            await self.on_change(kind, name, document)

    async def _beat(self, beat: Json) -> None:
        self.on_duty(beat.get("duty", []))
