"""Web Push: subscriptions and VAPID keys in the secrets store, messages encrypted for one phone's browser each.

The message is JSON `{template, assignment, urgency, expires_at_ms, message}`: codes, and never anything personal.
"""

import base64
import ipaddress
from hashlib import sha256
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from contracts.errors import UnreadableError
from stream.vault.secrets import SecretsStore

_VAPID = "vapid"
_ENDPOINT_LONGEST = 2000
_TTL_S = 300
_TIMEOUT_S = 10.0


class PushKeys(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """p256dh, auth: of the browser, base64url."""

    p256dh: str
    auth: str


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """What a browser's PushSubscription.toJSON() gives; other fields of it are left out."""

    endpoint: str
    keys: PushKeys


class Sent(NamedTuple):
    """What the push service said. gone: the subscription is over and was removed."""

    accepted: bool
    gone: bool
    detail: str


def vapid_private_key(store: SecretsStore) -> ec.EllipticCurvePrivateKey:
    """The installation's VAPID key, made when first asked for; of two processes that make one, the first wins."""
    pem = store.get(_VAPID)
    if pem is None:
        made = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        pem = store.put_new(_VAPID, made)
    key = serialization.load_pem_private_key(pem, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise UnreadableError("The stored VAPID key is not an elliptic-curve key.")
    return key


def vapid_public_key(store: SecretsStore) -> str:
    """What a browser's `applicationServerKey` takes: the uncompressed point, base64url without padding."""
    point = vapid_private_key(store).public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).decode().rstrip("=")


def add_subscription(store: SecretsStore, unit: str, raw: bytes, *, local: bool = False) -> None:
    """Keep a phone's subscription.

    Args:
        raw: JSON of PushSubscription.toJSON().
        local: take addresses of this machine too: for tests with a push service of their own.
    Raises:
        UnreadableError: it is not one, or its address is not that of a push service on the internet.
    """
    try:
        subscription = msgspec.json.decode(raw, type=Subscription)
    except (msgspec.MsgspecError, UnicodeDecodeError) as err:
        raise UnreadableError(f"Not a push subscription: {err}.") from err
    _check_endpoint(subscription.endpoint, local=local)
    store.put(_name(unit, subscription.endpoint), msgspec.json.encode(subscription))


def remove_subscription(store: SecretsStore, unit: str, endpoint: str) -> None:
    """Forget a phone."""
    store.delete(_name(unit, endpoint))


def subscriptions(store: SecretsStore, unit: str) -> list[Subscription]:
    """The phones of a unit."""
    return [msgspec.json.decode(raw, type=Subscription) for raw in store.under(f"push:{unit}:").values()]


def subscribed_units(store: SecretsStore) -> set[str]:
    """Units with at least one phone."""
    return {name.removeprefix("push:").rpartition(":")[0] for name in store.under("push:")}


class WebPusher:
    """Sends to one phone at a time; blocking: call it in a thread."""

    def __init__(self, store: SecretsStore, contact: str) -> None:
        """contact: mailto: or https: address of whoever runs this installation; push services want it."""
        import requests  # noqa: PLC0415 - half a second that only the effects worker pays
        from py_vapid import Vapid02  # noqa: PLC0415

        self._store, self._contact = store, contact
        self._vapid = Vapid02.from_pem(
            vapid_private_key(store).private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        self._session = requests.Session()

    def send(self, unit: str, message: dict[str, Any], *, urgent: bool) -> Sent:
        """Send to every phone of a unit; accepted when one push service took it."""
        phones = subscriptions(self._store, unit)
        if not phones:
            return Sent(accepted=False, gone=False, detail="no_subscription")
        results = [self._send_to(unit, phone, msgspec.json.encode(message), urgent=urgent) for phone in phones]
        taken = [result for result in results if result.accepted]
        return taken[0] if taken else results[0]

    def _send_to(self, unit: str, phone: Subscription, message: bytes, *, urgent: bool) -> Sent:
        import requests  # noqa: PLC0415
        from pywebpush import WebPushException, webpush  # noqa: PLC0415

        try:
            webpush(
                msgspec.to_builtins(phone), message, vapid_private_key=self._vapid, vapid_claims={"sub": self._contact}, ttl=_TTL_S,
                headers={"Urgency": "high" if urgent else "normal"}, timeout=_TIMEOUT_S, requests_session=self._session,
            )  # fmt: skip
        except WebPushException as err:
            status = None if err.response is None else err.response.status_code
            gone = status in (404, 410)
            if gone:
                remove_subscription(self._store, unit, phone.endpoint)
            return Sent(accepted=False, gone=gone, detail="subscription_gone" if gone else f"push_service_{status}")
        except (requests.RequestException, ValueError) as err:
            return Sent(accepted=False, gone=False, detail=f"push_service_away: {type(err).__name__}")
        return Sent(accepted=True, gone=False, detail="")


def _name(unit: str, endpoint: str) -> str:
    return f"push:{unit}:{sha256(endpoint.encode()).hexdigest()[:16]}"


def _check_endpoint(endpoint: str, *, local: bool) -> None:
    try:
        parts = urlsplit(endpoint)
    except ValueError as err:
        raise UnreadableError(f"A push subscription's address must be a URL: {err}.") from err
    if len(endpoint) > _ENDPOINT_LONGEST or not parts.hostname or parts.scheme not in ("https", "http"):
        raise UnreadableError("A push subscription's address must be an https URL.")
    if local:
        return
    try:
        inside = not ipaddress.ip_address(parts.hostname).is_global
    except ValueError:
        inside = parts.hostname == "localhost" or "." not in parts.hostname or parts.hostname.endswith((".local", ".internal"))
    if parts.scheme != "https" or inside:
        raise UnreadableError("A push subscription's address must be that of a push service on the internet.")
