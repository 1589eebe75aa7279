"""An outside witness on this machine, as C2SP tlog-witness says: it knows a log's key and the last checkpoint it saw, and nothing else.

What it does is written after the specification and shares no code with the product.
"""

import base64
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

NAME = "witness.example/1"


def _sha256(*parts: bytes) -> bytes:
    return sha256(b"".join(parts)).digest()


def _continues(old: int, size: int, old_root: bytes, root: bytes, path: list[bytes]) -> bool:
    """RFC 9162, 2.1.4.2, step by step."""
    if not path:
        return False
    if old & (old - 1) == 0:
        path = [old_root, *path]
    fn, sn = old - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = _sha256(b"\1", c, fr), _sha256(b"\1", c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = _sha256(b"\1", sr, c)
        fn, sn = fn >> 1, sn >> 1
    return (fr, sr, sn) == (old_root, root, 0)


class OutsideWitness:
    """seen: origin → (size, root) of the last checkpoint it cosigned. published: origin → the note as submitted, at GET /{origin}."""

    def __init__(self) -> None:
        self._private = Ed25519PrivateKey.generate()
        self.trusted: dict[str, tuple[bytes, bytes]] = {}
        self.seen: dict[str, tuple[int, bytes]] = {}
        self.published: dict[str, bytes] = {}
        self.answers: list[int] = []
        self.url = ""

    @property
    def vkey(self) -> str:
        material = b"\4" + self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return f"{NAME}+{self._key_id.hex()}+{base64.b64encode(material).decode()}"

    @property
    def _key_id(self) -> bytes:
        return _sha256(f"{NAME}\n\4".encode(), self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))[:4]

    def trust(self, vkey: str) -> None:
        """Know a log by its key."""
        name, key_id, material = vkey.split("+", 2)
        self.trusted[name] = bytes.fromhex(key_id), base64.b64decode(material)[1:]

    def add_checkpoint(self, body: bytes) -> tuple[int, str, str]:
        """Status, content type, body."""
        head, _, note = body.decode().partition("\n\n")
        first, *lines = head.split("\n")
        old, path = int(first.removeprefix("old ")), [base64.b64decode(line) for line in lines]
        text, _, signatures = note.rpartition("\n\n")
        text += "\n"
        origin, number, root64 = text.split("\n")[:3]
        size, root = int(number), base64.b64decode(root64)
        if origin not in self.trusted:
            return 404, "text/plain", "unknown log\n"
        if not self._is_signed(origin, text, signatures):
            return 403, "text/plain", "not signed\n"
        if old > size:
            return 400, "text/plain", "old size above the checkpoint's\n"
        known, known_root = self.seen.get(origin, (0, b""))
        if old != known:
            return 409, "text/x.tlog.size", f"{known}\n"
        if old == size and known_root != root:
            return 409, "text/plain", "another root\n"
        if old == 0 and path:
            return 422, "text/plain", "a proof from nothing\n"
        if 0 < old < size and not _continues(old, size, known_root, root, path):
            return 422, "text/plain", "not consistent\n"
        self.seen[origin], self.published[origin] = (size, root), note.encode()
        at_s = int(time.time())
        signature = self._private.sign(f"cosignature/v1\ntime {at_s}\n{text}".encode())
        return 200, "text/plain", f"— {NAME} {base64.b64encode(self._key_id + at_s.to_bytes(8, 'big') + signature).decode()}\n"

    def _is_signed(self, origin: str, text: str, signatures: str) -> bool:
        key_id, public = self.trusted[origin]
        for line in signatures.splitlines():
            _, name, encoded = line.split(" ")
            raw = base64.b64decode(encoded)
            if name == origin and raw[:4] == key_id:
                try:
                    Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], text.encode())
                except InvalidSignature:
                    return False
                return True
        return False


@contextmanager
def outside_witness() -> Iterator[OutsideWitness]:
    """Run one on a free port."""
    witness = OutsideWitness()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/submit/add-checkpoint"
            self._answer(*witness.add_checkpoint(self.rfile.read(int(self.headers["Content-Length"]))))

        def do_GET(self) -> None:
            found = witness.published.get(self.path[1:])
            self._answer(404 if found is None else 200, "text/plain", (found or b"none\n").decode())

        def _answer(self, status: int, kind: str, said: str) -> None:
            witness.answers.append(status)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(said.encode())))
            self.end_headers()
            self.wfile.write(said.encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    witness.url = f"http://127.0.0.1:{server.server_port}/submit"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield witness
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
