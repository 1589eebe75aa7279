"""Asking an outside witness by HTTP to cosign a checkpoint, and fetching a checkpoint that somebody publishes.

Source:
    C2SP tlog-witness, add-checkpoint.
"""

import base64
import http.client
import urllib.error
import urllib.request
from collections.abc import Sequence
from urllib.parse import urlsplit

from stream.witness.errors import NoteUnreadableError, WitnessAwayError, WitnessRefusedError
from stream.witness.note import NOTE_LONGEST, Signature, parse_signatures

_TIMEOUT_S = 10.0
_SAID_LONGEST = 200


class OtherSizeError(WitnessRefusedError):
    """The witness saw another checkpoint last. size: of that one."""

    code = "witness_other_size"

    def __init__(self, size: int) -> None:
        super().__init__(f"The witness saw a checkpoint of {size} records last.")
        self.size = size


def add_checkpoint(url: str, note: str, *, old: int, proof: Sequence[bytes]) -> tuple[Signature, ...]:
    """Submit a checkpoint and return the witness's cosignatures, which are not checked.

    Args:
        url: the witness's submission prefix. old: size of the checkpoint it saw last; proof: from there.
    Raises:
        OtherSizeError: it saw another one last. WitnessRefusedError: it does not know the log or its key, or the proof shows nothing.
        WitnessAwayError: no answer. NoteUnreadableError: an answer that is none.
    """
    lines = [f"old {old}", *(base64.b64encode(hashed).decode() for hashed in proof), "", note]
    status, kind, said = _ask(f"{url.rstrip('/')}/add-checkpoint", "\n".join(lines).encode())
    text = said.decode("utf-8", "replace")
    if status == 409 and kind == "text/x.tlog.size":
        digits = text.strip()
        if digits.isascii() and digits.isdigit() and len(digits) <= 18:
            raise OtherSizeError(int(digits))
    if status != 200:
        raise WitnessRefusedError(f"{url} answered {status}: {text[:_SAID_LONGEST].strip()}")
    return parse_signatures(text)


def fetch_note(url: str) -> bytes:
    """Fetch a published note. Raises WitnessAwayError, WitnessRefusedError, NoteUnreadableError."""
    status, _, said = _ask(url)
    if status != 200:
        raise WitnessRefusedError(f"{url} answered {status}.")
    return said


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A checkpoint goes where it was told to go, or nowhere."""

    def redirect_request(self, *_: object) -> None:
        """Refuse; the answer 3xx is then the answer."""


def _ask(url: str, body: bytes | None = None) -> tuple[int, str, bytes]:
    """GET, or POST with a body; return status, content type and body. Raises WitnessAwayError, NoteUnreadableError."""
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        if urlsplit(url).scheme not in ("http", "https"):
            raise WitnessAwayError(f"{url} is no http or https address.")
        request = urllib.request.Request(url, data=body, headers={"Content-Type": "text/plain"})  # noqa: S310 - the scheme was checked
        try:
            response = opener.open(request, timeout=_TIMEOUT_S)
        except urllib.error.HTTPError as err:
            response = err
        with response:
            said: bytes = response.read(NOTE_LONGEST + 1)
            status, kind = int(response.status or 0), str(response.headers.get_content_type())
    except (OSError, http.client.HTTPException, ValueError) as err:
        raise WitnessAwayError(f"{url} does not answer: {err}.") from err
    if len(said) > NOTE_LONGEST:
        raise NoteUnreadableError(f"{url} answered more than {NOTE_LONGEST} bytes.")
    return status, kind, said
