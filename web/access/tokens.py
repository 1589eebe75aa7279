"""Signed log-in tokens: HMAC-SHA256 over account, session and expiry, with a key of this installation."""

import base64
import binascii
import hmac
import secrets

import msgspec

from web.ports import Secrets
from web.problems import NoSessionError

LIFETIME_MS = 12 * 3600 * 1000
_SIGNING_KEY = "web/session_key"


class Claims(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What a token says."""

    account: str
    session: str
    expires_at_ms: int


class Tokens:
    """Issues tokens and reads them."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def of_installation(cls, store: Secrets) -> "Tokens":
        """Take the installation's key, making it the first time. Every web process gets the same."""
        return cls(store.put_new(_SIGNING_KEY, secrets.token_bytes(32)))

    def issue(self, account: str, now_ms: int) -> tuple[str, Claims]:
        """Return a new token and what it says."""
        claims = Claims(account, secrets.token_urlsafe(12), now_ms + LIFETIME_MS)
        body = msgspec.json.encode(claims)
        return f"{_text(body)}.{_text(self._sign(b'token', body))}", claims

    def read(self, token: str, now_ms: int) -> Claims:
        """Return what a token says. Raises NoSessionError when it is not ours, changed, or old."""
        body, _, signature = token.partition(".")
        try:
            raw, given = _bytes(body), _bytes(signature)
        except (binascii.Error, ValueError) as err:
            raise NoSessionError("The token is not one of ours.") from err
        if not hmac.compare_digest(given, self._sign(b"token", raw)):
            raise NoSessionError("The token is not one of ours.")
        claims = msgspec.json.decode(raw, type=Claims)
        if claims.expires_at_ms <= now_ms:
            raise NoSessionError("The log-in has expired.")
        return claims

    def csrf(self, session: str) -> str:
        """Return the second half that a browser must show when it writes; bound to the session."""
        return _text(self._sign(b"csrf", session.encode()))

    def check_csrf(self, session: str, cookie: str | None, header: str | None) -> bool:
        """Say whether header and cookie are alike and belong to this session."""
        right = self.csrf(session).encode()
        return hmac.compare_digest(right, (cookie or "").encode()) and hmac.compare_digest(right, (header or "").encode())

    def _sign(self, purpose: bytes, message: bytes) -> bytes:
        return hmac.digest(self._key, purpose + b"\0" + message, "sha256")


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
