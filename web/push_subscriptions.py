"""Web Push subscriptions of phones, in the secrets store: whoever has one can reach a person's pocket."""

from hashlib import sha256

import msgspec

from web.ports import Secrets

VAPID_PUBLIC = "push/vapid/public"


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """endpoint, p256dh, auth: as the browser gave them."""

    account: str
    unit: str
    endpoint: str
    p256dh: str
    auth: str
    since_ms: int


def store(secrets: Secrets, subscription: Subscription) -> None:
    """Keep a subscription; the same phone again replaces its old one."""
    phone = sha256(subscription.endpoint.encode()).hexdigest()[:16]
    secrets.put(f"push/subscription/{subscription.unit}/{phone}", msgspec.json.encode(subscription))


def public_key(secrets: Secrets) -> str | None:
    """Return the VAPID public key, None before set-up made one."""
    raw = secrets.get(VAPID_PUBLIC)
    return None if raw is None else raw.decode()
