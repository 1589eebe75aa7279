"""Cases of urban-management platforms, and the mapping files that say how to read them."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import msgspec

from camera_adapters.case_feed import settings
from camera_adapters.case_feed.parse import parse_case, parse_json
from camera_adapters.case_feed.reader import CaseReader
from camera_adapters.case_feed.settings import MappingError, read_mapping
from contracts.errors import UnreadableError
from contracts.values import Sealed
from fuzz.target import Attempt, Target
from fuzz.targets.places import SAMPLES, scratch
from stream.intake import decode_report

_NOW_MS = 1_768_744_800_000


class OpenKeys:
    """contracts.ports.KeyStore and Sealer that seal nothing: keys on a disk would cost more than what is attacked."""

    def create(self) -> str:
        """The one key."""
        return "k1"

    def seal(self, key: str, plain: bytes) -> bytes:  # noqa: ARG002
        """The text itself."""
        return plain

    def unseal(self, key: str, box: bytes) -> bytes:  # noqa: ARG002
        """The text itself."""
        return box

    def destroy(self, key: str) -> None:
        """Nothing."""

    def seal_text(self, key: str, text: str) -> Sealed:
        """The text in base64."""
        return Sealed(key=key, box=base64.b64encode(text.encode()).decode())

    def unseal_text(self, sealed: Sealed) -> str:
        """The text again."""
        return base64.b64decode(sealed.box).decode()


def reader() -> CaseReader:
    """A reader of all mappings that come with the product."""
    return CaseReader(OpenKeys(), OpenKeys(), None)


def _cases() -> Attempt:
    cases = reader()

    def attempt(raw: bytes) -> str:
        # The first octet says whose it is.
        vendor = "standard" if raw[:1] < b"\x80" else "szcg-example"
        body = raw if vendor == "standard" else raw[1:]
        found = 0
        for report in cases.read(vendor, body, _NOW_MS):
            found += 1
            if decode_report(msgspec.json.encode(report)) != report:
                raise AssertionError(f"changed on its way through the topic: {report!r:.300}")
        return f"{vendor} {min(found, 3)}"

    return attempt


def _samples() -> Iterator[bytes]:
    standard, other = (SAMPLES / "case-standard.json").read_bytes(), (SAMPLES / "case-szcg-example.json").read_bytes()
    yield from (standard, b"[" + standard + b"," + standard + b"]", b"\xff" + other, b"\xff[" + other + b"]")


@contextmanager
def _mappings() -> Iterator[Attempt]:
    cases = [parse_json((SAMPLES / name).read_bytes()) for name in ("case-standard.json", "case-szcg-example.json")]
    keys = OpenKeys()
    with scratch() as folder:
        path = folder / "standard.toml"

        def attempt(raw: bytes) -> str:
            path.write_bytes(raw)
            mapping = read_mapping(path)
            said = "read"
            for case in cases:
                try:
                    parse_case(case, mapping, seal=lambda texts: {name: keys.seal_text("k", texts[name]) for name in texts},
                               received_at_ms=_NOW_MS)  # fmt: skip
                    said += " used"
                except UnreadableError as err:
                    said += f" {str(err)[:12]}"
            return said

        yield attempt


def _own_mappings() -> Iterator[bytes]:
    for path in sorted((Path(settings.__file__).parent / "mappings").glob("*.toml")):
        yield path.read_bytes().replace(b'vendor = "szcg-example"', b'vendor = "standard"')


TARGETS = {
    target.name: target
    for target in (
        Target(name="case_feed", about="JSON of two vendors", form="json", samples=_samples, attack=lambda: nullcontext(_cases()),
               refuses=(UnreadableError,)),
        Target(name="case_mapping", about="mapping files, each used on two cases", form="lines", samples=_own_mappings, attack=_mappings,
               refuses=(MappingError,),
               words=(b'time = "epoch_ms"', b'time = "%d%d"', b'time = "%', b'zone = "', b'datum = "bd09"', b"items.0.x", "a.²".encode(),
                      b'time = "epoch_s"', b'time = "%Y%z"', b"[fields]", b"[poll]")),
    )
}  # fmt: skip
