"""A witness may answer anything, or nothing: it is a code, never a crash and never a signature that is none."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from contracts.errors import NuandengError
from stream.witness.errors import NoteUnreadableError, WitnessAwayError, WitnessRefusedError
from stream.witness.outside import OtherSizeError, add_checkpoint, fetch_note
from tests.unit.witness.logs import log_of, signed

NOTE = str(signed(log_of(3)).note)


class Canned:
    """Answers what it is told to, and keeps what it was asked."""

    def __init__(self) -> None:
        self.status, self.headers, self.body = 200, {"Content-Type": "text/plain"}, b""
        self.asked: list[tuple[str, bytes]] = []
        self.url = ""


@pytest.fixture
def canned() -> Iterator[Canned]:
    """On a free port."""
    told = Canned()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.asked.append((self.path, self.rfile.read(int(self.headers.get("Content-Length", 0)))))
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told.body)

        do_GET = do_POST  # noqa: N815 - the server's own names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}/prefix"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield told
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_request_is_as_the_specification_says(canned: Canned) -> None:
    """Old size, the proof's hashes, an empty line, the note; below the submission prefix."""
    canned.body = "— w.example/1 AAAAAAAAAAA=\n".encode()
    (line,) = add_checkpoint(f"{canned.url}/", NOTE, old=2, proof=[bytes(32)])
    assert line.name == "w.example/1"
    assert canned.asked == [("/prefix/add-checkpoint", f"old 2\n{'A' * 43}=\n\n{NOTE}".encode())]


def test_a_witness_that_saw_another_size_says_which(canned: Canned) -> None:
    """So that it can be asked again with a proof from there."""
    canned.status, canned.headers, canned.body = 409, {"Content-Type": "text/x.tlog.size"}, b"17\n"
    with pytest.raises(OtherSizeError) as raised:
        add_checkpoint(canned.url, NOTE, old=0, proof=[])
    assert raised.value.size == 17


@pytest.mark.parametrize(
    ("status", "headers", "body", "error"),
    [
        (200, {}, b"", NoteUnreadableError),
        (200, {}, b"welcome", NoteUnreadableError),
        (200, {}, b"\xff\xfe", NoteUnreadableError),
        (200, {}, b"x" * 70_000, NoteUnreadableError),
        (302, {"Location": "http://127.0.0.1:1/"}, b"", WitnessRefusedError),
        (404, {}, b"unknown log", WitnessRefusedError),
        (409, {"Content-Type": "text/x.tlog.size"}, b"-1\n", WitnessRefusedError),
        (409, {"Content-Type": "text/x.tlog.size"}, b"9" * 5000, WitnessRefusedError),
        (500, {}, b"", WitnessRefusedError),
    ],
)  # fmt: skip
def test_whatever_it_answers_is_a_code(
    canned: Canned, status: int, headers: dict[str, str], body: bytes, error: type[NuandengError]
) -> None:
    """Nothing, greetings, bytes, floods, redirections, refusals."""
    canned.status, canned.headers, canned.body = status, headers, body
    with pytest.raises(error) as raised:
        add_checkpoint(canned.url, NOTE, old=0, proof=[])
    assert not isinstance(raised.value, OtherSizeError)


def test_nobody_there_is_a_code() -> None:
    """A closed port, and addresses of other kinds: no file is read that somebody gave as an address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for url in (f"http://127.0.0.1:{port}", "file:///etc/hostname", "ftp://127.0.0.1/x", "http://[", "nonsense"):
        with pytest.raises(WitnessAwayError):
            add_checkpoint(url, NOTE, old=0, proof=[])
    with pytest.raises(WitnessAwayError):
        fetch_note("file:///etc/hostname")
