"""The vault keeps keys, pictures and secrets, shares them between processes, and forgets what was destroyed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import KeyDestroyedError, UnreadableError
from stream.vault.evidence import FsspecEvidenceStore
from stream.vault.keystore import FileKeyStore
from stream.vault.sealer import TextSealer
from stream.vault.secrets import SecretsStore


def test_what_was_sealed_opens_again_in_another_process(tmp_path: Path) -> None:
    """A key that was made is on the disk before its name is known, so any other process can open what it sealed."""
    keys = FileKeyStore(tmp_path / "keys")
    key = keys.create()
    box = keys.seal(key, "张三 13800000000".encode())
    program = (
        "import sys; from pathlib import Path; from stream.vault.keystore import FileKeyStore;"
        "print(FileKeyStore(Path(sys.argv[1])).unseal(sys.argv[2], bytes.fromhex(sys.argv[3])).decode())"
    )
    said = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "keys"), key, box.hex()],
        capture_output=True, check=True, env={**os.environ, "PYTHONUTF8": "1"},
    )
    assert said.stdout.decode().strip() == "张三 13800000000"


def test_two_open_stores_see_each_others_keys(tmp_path: Path) -> None:
    """A reader reads on when the file has grown."""
    one, other = FileKeyStore(tmp_path / "keys"), FileKeyStore(tmp_path / "keys")
    made = one.create_many(3)
    assert [other.unseal(key, one.seal(key, b"x")) for key in made] == [b"x"] * 3
    late = other.create()
    assert one.unseal(late, other.seal(late, b"y")) == b"y"


def test_a_destroyed_key_is_gone_everywhere_and_not_in_the_file(tmp_path: Path) -> None:
    """Erasing a person leaves nothing that could open the fields, in any process."""
    one, other = FileKeyStore(tmp_path / "keys"), FileKeyStore(tmp_path / "keys")
    gone, kept = one.create(), one.create()
    box, kept_box = one.seal(gone, b"x"), one.seal(kept, b"y")
    assert other.unseal(gone, box) == b"x"
    one.destroy(gone)
    for store in (one, other, FileKeyStore(tmp_path / "keys")):
        with pytest.raises(KeyDestroyedError):
            store.unseal(gone, box)
        assert store.unseal(kept, kept_box) == b"y"
    assert gone.encode() not in (tmp_path / "keys").read_bytes()


def test_only_the_owner_may_read_the_key_file(tmp_path: Path) -> None:
    """Mode 0600, also after a rewrite."""
    keys = FileKeyStore(tmp_path / "keys")
    keys.destroy(keys.create())
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o600


def test_half_a_line_left_by_a_kill_costs_nothing(tmp_path: Path) -> None:
    """A process killed while it appended leaves the other keys readable and the next one whole."""
    keys = FileKeyStore(tmp_path / "keys")
    first = keys.create()
    with (tmp_path / "keys").open("ab") as file:
        file.write(b'{"key":"khalf","mat')
    again = FileKeyStore(tmp_path / "keys")
    second = again.create()
    assert FileKeyStore(tmp_path / "keys").unseal(second, again.seal(second, b"z")) == b"z"
    assert again.unseal(first, keys.seal(first, b"a")) == b"a"


@given(box=st.binary(max_size=64))
def test_hostile_boxes_are_unreadable(box: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No bytes open but those that were sealed, and nothing else is raised."""
    keys = FileKeyStore(tmp_path_factory.getbasetemp() / "hostile-keys")
    key = keys.create()
    with pytest.raises(UnreadableError):
        keys.unseal(key, box)


def test_a_sealed_field_cannot_be_moved_to_another_person(tmp_path: Path) -> None:
    """The key's name belongs to the ciphertext."""
    keys = FileKeyStore(tmp_path / "keys")
    sealer = TextSealer(keys)
    one, other = keys.create_many(2)
    sealed = sealer.seal_text(one, "李四")
    assert sealer.unseal_text(sealed) == "李四"
    with pytest.raises(UnreadableError):
        sealer.unseal_text(type(sealed)(key=other, box=sealed.box))


def test_a_picture_is_found_by_hash_and_its_original_is_sealed(tmp_path: Path) -> None:
    """The public copy is readable as it is; the original only through its key; a changed byte is noticed."""
    keys = FileKeyStore(tmp_path / "keys")
    store = FsspecEvidenceStore(str(tmp_path / "evidence"), keys)
    picture = store.save(b"original", b"blurred", key=keys.create(), taken_at_ms=5, camera="c1")
    assert (store.public(picture.public_sha256), store.original(picture)) == (b"blurred", b"original")
    files = [path for path in (tmp_path / "evidence").rglob("*") if path.is_file()]
    assert len(files) == 2
    assert all(b"original" not in path.read_bytes() for path in files)
    for path in files:
        path.write_bytes(b"changed")
    with pytest.raises(UnreadableError):
        store.public(picture.public_sha256)
    store.remove(picture)
    with pytest.raises(UnreadableError):
        store.public("../../keys")


def test_secrets_are_shared_and_encrypted(tmp_path: Path) -> None:
    """Two processes' stores see the same values; the file holds no plain one; the first of two makers wins."""
    keys = FileKeyStore(tmp_path / "keys")
    one, other = (SecretsStore(tmp_path / "secrets.db", keys) for _ in range(2))
    one.put("password:op", b"argon2-hash")
    assert other.get("password:op") == b"argon2-hash"
    assert other.put_new("vapid", b"first") == b"first"
    assert one.put_new("vapid", b"second") == b"first"
    one.put("push:u1:a", b"s")
    assert other.under("push:u1:") == {"push:u1:a": b"s"}
    other.delete("push:u1:a")
    assert one.get("push:u1:a") is None
    assert all(b"argon2-hash" not in path.read_bytes() for path in tmp_path.glob("secrets.db*"))
