"""The signature of a pushed case: HMAC-SHA256 over the time and the body, so that neither can be changed or sent again later. No I/O."""

from hashlib import sha256
from hmac import compare_digest
from hmac import new as hmac

SIGNATURE_HEADER = "X-Signature"
TIME_HEADER = "X-Signature-Time"
TOLERANCE_S = 300


def case_secret(vendor: str) -> str:
    """Return the name under which a vendor's secret lies in the secrets store; of no vendor: what all these names begin with."""
    return f"case_feed/{vendor}"


def sign_case(secret: bytes, sent_at_s: int, body: bytes) -> str:
    """Return the value of X-Signature: `sha256=` and 64 hex digits of HMAC-SHA256(secret, "{sent_at_s}." + body)."""
    return "sha256=" + hmac(secret, str(sent_at_s).encode() + b"." + body, sha256).hexdigest()


def check_case_signature(secret: bytes, body: bytes, *, signature: str | None, sent_at: str | None, now_s: int) -> bool:
    """Say whether a case was signed by whoever has this secret, within TOLERANCE_S of now.

    signature, sent_at: the two headers as they came, None when missing. Takes the same time for every wrong signature.
    """
    if not secret or not signature or not sent_at or not sent_at.isascii() or not sent_at.isdigit() or len(sent_at) > 12:
        return False
    sent_at_s = int(sent_at)
    right = compare_digest(sign_case(secret, sent_at_s, body).encode(), signature.encode("utf-8", "replace"))
    return right and abs(now_s - sent_at_s) <= TOLERANCE_S
