"""Files: what an operator writes, what processes leave for each other, and names that become paths."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from hashlib import sha256
from pathlib import Path

import msgspec

from camera_adapters.camera_register import CameraRegister
from contracts.errors import KeyDestroyedError, UnreadableError
from contracts.runtime import Jurisdiction, KafkaAccess, Runtime, decode_runtime
from contracts.values import Picture
from fuzz.target import Attempt, Target
from fuzz.targets.places import scratch
from fuzz.targets.town import PARTITION, fresh_state
from nuandeng.failures import SettingsError
from nuandeng.settings import read_settings
from stream.log.fold import Fold
from stream.log.snapshots import SnapshotFolder
from stream.vault.evidence import FsspecEvidenceStore
from stream.vault.keystore import FileKeyStore

_TOML = b"""data_dir = "data"
evidence = "s3://bucket/pictures"
adapters = ["video", "weather"]
push_contact = "mailto:duty@example.org"
[[jurisdictions]]
code = "371602"
name_zh = "\xe6\xbb\xa8\xe5\x9f\x8e\xe5\x8c\xba"
name_en = "Bincheng"
[web]
host = "0.0.0.0"
port = 8443
tls = "files"
tls_certificate = "a.pem"
tls_key = "b.pem"
[kafka]
bootstrap = "127.0.0.1:9092"
passwords_file = "p.json"
heap_mb = 256
[valkey]
url = "redis://127.0.0.1/0"
[weather]
places = ["https://example.org/cap", "warnings"]
[witness]
every_s = 60
urls = ["https://witness.example.org"]
keys = []
"""


def _file(read: Callable[[Path], str]) -> Callable[[], AbstractContextManager[Attempt]]:
    """Write each input to one file and read that."""

    @contextmanager
    def attack() -> Iterator[Attempt]:
        with scratch() as folder:
            path = folder / "input"

            def attempt(raw: bytes) -> str:
                path.write_bytes(raw)
                return read(path)

            yield attempt

    return attack


def _settings(path: Path) -> str:
    found = read_settings(path)
    return f"{found.web.tls} {len(found.jurisdictions)} {len(found.weather.places)}"


def _runtime(path: Path) -> str:
    found = decode_runtime(path.read_bytes())
    return f"{found.kafka.mechanism} {len(found.jurisdictions)}"[:30]


def _runtime_samples() -> Iterator[bytes]:
    yield msgspec.json.encode(
        Runtime(kafka=KafkaAccess(bootstrap="127.0.0.1:9092", passwords={"tools": "p"}), valkey_url="redis://127.0.0.1", data_dir="/d",
                keystore="/k", secrets_store="/s", evidence="/e", jurisdictions=(Jurisdiction(code="371602", name_zh="z", name_en="e"),))
    )  # fmt: skip


def _fold() -> Fold:
    fold = Fold(PARTITION)
    fold.states["371602"] = fresh_state()
    fold.next_offset, fold.last_record = 30, "0" * 64
    return fold


@contextmanager
def _snapshots() -> Iterator[Attempt]:
    with scratch() as folder:
        kept = SnapshotFolder(folder, "t")
        path = folder / f"{PARTITION}-{30:020d}.snapshot"

        def attempt(raw: bytes) -> str:
            # Half of them with the right hash: the hash keeps accidents out, not somebody who may write the folder.
            content = raw.partition(b"\n")[2]
            path.write_bytes(sha256(content).hexdigest().encode() + b"\n" + content if raw[:1] < b"8" else raw)
            return "used" if kept.load(PARTITION) is not None else "ignored"

        yield attempt


def _snapshot_samples() -> Iterator[bytes]:
    with scratch() as folder:
        SnapshotFolder(folder, "t").write(_fold())
        raw = next(folder.iterdir()).read_bytes()
        yield raw
        yield b"0" + raw[1:]


def _keystore(path: Path) -> str:
    keys = FileKeyStore(path)
    try:
        box = keys.seal("k1", b"x")
        return str(keys.unseal("k1", box) == b"x")
    except KeyDestroyedError:
        return "no such key"


def _keystore_samples() -> Iterator[bytes]:
    material = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
    yield f'{{"key":"root","material":"{material}"}}\n{{"key":"k1","material":"{material}"}}\n'.encode()


def _camera_memory(path: Path) -> str:
    register = CameraRegister({}, "t", path, lambda _: None)
    return str(len(register._known.cameras))  # noqa: SLF001 - what a start would begin with


def _camera_samples() -> Iterator[bytes]:
    yield (
        b'{"offsets":{"0":12},"heads":{"371602":[3,"' + b"0" * 64 + b'"]},"cameras":{"371602":{"c1":{"camera":"c1","name":"n","place":'
        b'{"lat_wgs84":37.3,"lon_wgs84":117.9,"area":"371602001002"},"owner":"police","url":"rtsp://u:p@127.0.0.1/1"}}}}'
    )


@contextmanager
def _evidence() -> Iterator[Attempt]:
    with scratch() as folder:
        outside = folder / "secret"
        outside.write_bytes(b"outside the store")
        keys = FileKeyStore(folder / "keys")
        store = FsspecEvidenceStore(str(folder / "store"), keys)
        saved = store.save(b"original", b"public", key=keys.create(), taken_at_ms=0, camera=None)

        def attempt(raw: bytes) -> str:
            name = raw.decode("utf-8", "replace").replace("HASH", saved.public_sha256)
            if store.public(name) != b"public":
                raise AssertionError(f"something else than the picture: {name!r:.300}")
            store.original(Picture(sha256=name, public_sha256=name, taken_at_ms=0, key=saved.key))
            return "found"

        yield attempt


def _paths() -> Iterator[bytes]:
    yield from (b"HASH", b"0" * 64, b"../../secret", b"HASH/../../secret", b"%2e%2e/secret", b"public/HASH", b"\0HASH")


TARGETS = {
    target.name: target
    for target in (
        Target(name="settings", about="nuandeng.toml", form="lines", samples=lambda: iter((_TOML,)), attack=_file(_settings),
               refuses=(SettingsError,), words=(b"[web", b"]]", b"'''", b'"""', b"= nan", b"= 1979-05-27", b"= {", b"= [")),
        Target(name="runtime", about="the runtime file", form="json", samples=_runtime_samples, attack=_file(_runtime),
               refuses=(msgspec.MsgspecError, UnicodeDecodeError, RecursionError)),
        Target(name="snapshots", about="snapshots of folded partitions", form="octets", samples=_snapshot_samples, attack=_snapshots),
        Target(name="keystore", about="the keystore's file", form="lines", samples=_keystore_samples, attack=_file(_keystore),
               refuses=(UnreadableError,), words=(b'{"key":"root","material":""}\n', b'"material":"AAAA"')),
        Target(name="camera_memory", about="what the video adapter remembers", form="json", samples=_camera_samples,
               attack=_file(_camera_memory)),
        Target(name="evidence_paths", about="names that become paths", form="octets", samples=_paths, attack=_evidence,
               refuses=(UnreadableError,), words=(b"HASH", b"../", b"\\..\\", b"file://", b"~", b"secret")),
    )
}  # fmt: skip
