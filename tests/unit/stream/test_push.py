"""A message reaches a phone's browser and nobody else; addresses inside a network are refused."""

import base64
import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import http_ece
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from contracts.errors import UnreadableError
from stream.push import WebPusher, add_subscription, subscribed_units, subscriptions, vapid_public_key
from stream.vault.keystore import FileKeyStore
from stream.vault.secrets import SecretsStore


class PushService(HTTPServer):
    """What a push service is to us: an address that takes a sealed body."""

    def __init__(self) -> None:
        self.taken: list[tuple[dict[str, str], bytes]] = []
        self.status = 201
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: PushService

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.taken.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.server.status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""


@pytest.fixture
def service() -> Iterator[PushService]:
    server = PushService()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def store(tmp_path: Path) -> SecretsStore:
    return SecretsStore(tmp_path / "secrets.db", FileKeyStore(tmp_path / "keys"))


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def phone(endpoint: str) -> tuple[bytes, ec.EllipticCurvePrivateKey, bytes]:
    """A browser's subscription with its private key and secret."""
    key, auth = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
    point = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    made = {"endpoint": endpoint, "expirationTime": None, "keys": {"p256dh": base64url(point), "auth": base64url(auth)}}
    return json.dumps(made).encode(), key, auth


def test_only_the_phone_can_read_its_message(store: SecretsStore, service: PushService) -> None:
    """Encrypted by us, decrypted as a browser does; signed with the installation's VAPID key; Chinese survives."""
    raw, key, auth = phone(f"http://127.0.0.1:{service.server_port}/phone")
    add_subscription(store, "u1", raw, local=True)
    assert subscribed_units(store) == {"u1"}
    sent = WebPusher(store, "mailto:a@example.org").send("u1", {"template": "offer", "message": "寒潮"}, urgent=True)
    assert sent.accepted
    headers, body = service.taken[0]
    assert json.loads(http_ece.decrypt(body, private_key=key, auth_secret=auth)) == {"template": "offer", "message": "寒潮"}
    assert headers["urgency"] == "high"
    assert headers["authorization"].endswith(f"k={vapid_public_key(store)}")


def test_a_subscription_that_is_over_is_forgotten(store: SecretsStore, service: PushService) -> None:
    """410 from the push service: the phone is not asked again, and whoever sent hears why."""
    raw, _, _ = phone(f"http://127.0.0.1:{service.server_port}/gone")
    add_subscription(store, "u1", raw, local=True)
    service.status = 410
    pusher = WebPusher(store, "mailto:a@example.org")
    assert pusher.send("u1", {}, urgent=True) == (False, True, "subscription_gone")
    assert subscriptions(store, "u1") == []
    assert pusher.send("u1", {}, urgent=True).detail == "no_subscription"


@pytest.mark.parametrize(
    "endpoint",
    ["http://push.example.org/x", "https://127.0.0.1/x", "https://10.0.0.5/x", "https://localhost/x", "https://[::1]/x", "file:///etc/passwd",
     "https://kafka/x", "https://169.254.169.254/latest", "", "https://push.example.org/" + "x" * 3000],
)  # fmt: skip
def test_an_address_inside_the_network_is_refused(store: SecretsStore, endpoint: str) -> None:
    """A subscription must not make us call our own network."""
    with pytest.raises(UnreadableError):
        add_subscription(store, "u1", phone(endpoint)[0])


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b'{"endpoint":1}', b"\xff", b'{"endpoint":"https://p.example.org/x","keys":{}}'])
def test_what_is_no_subscription_is_refused(store: SecretsStore, raw: bytes) -> None:
    """Nothing half read is kept."""
    with pytest.raises(UnreadableError):
        add_subscription(store, "u1", raw)
    assert subscribed_units(store) == set()
