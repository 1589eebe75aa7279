"""A damaged keystore says so, and to restore its backup; it never opens with a key that is none."""

from pathlib import Path

import pytest

from contracts.errors import UnreadableError
from stream.vault.keystore import FileKeyStore

ROOT = b'{"key":"root","material":"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="}\n'


@pytest.mark.parametrize(
    "line",
    [
        b'{"key":"k1","material":"AAAA"}\n',
        b'{"key":"k1","material":"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5M"}\n',
        b'{"key":"k1","material":"\xb8"}\n',
        '{"key":"k1","material":"é"}\n'.encode(),
        b'{"key":"root","material":""}\n',
    ],
)
def test_damage_is_told_as_damage(tmp_path: Path, line: bytes) -> None:
    """ValueError, binascii.Error or UnicodeDecodeError before; an empty root was taken for one."""
    path = tmp_path / "keys"
    path.write_bytes(ROOT + line)
    with pytest.raises(UnreadableError, match="backup"):
        FileKeyStore(path)
