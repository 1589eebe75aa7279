"""Keys ahead: nobody's key is given to a second person, and each is on the disk before somebody uses it."""

from pathlib import Path

import gevent
import pytest

from stream.vault.keystore import FileKeyStore
from web.new_keys import NewKeys


def test_each_key_is_given_once_and_opens_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    keys = FileKeyStore(path)
    ahead = NewKeys(keys)
    given = []
    for number in range(300):
        given.append(ahead.take())
        if number % 7 == 0:
            gevent.sleep(0.001)  # whoever makes keys in a thread hands them over
    assert len(set(given)) == 300
    sealed = {key: keys.seal(key, key.encode()) for key in given}
    again = FileKeyStore(path)
    assert all(again.unseal(key, box) == key.encode() for key, box in sealed.items())


def test_a_disk_that_fails_is_said_when_no_key_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = FileKeyStore(tmp_path / "keys")
    ahead = NewKeys(keys)
    given = {ahead.take()}

    def full(_count: int) -> tuple[str, ...]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keys, "create_many", full)
    given |= {ahead.take() for _ in range(len(ahead))}
    with pytest.raises(OSError, match="No space"):
        ahead.take()
    monkeypatch.undo()
    assert ahead.take() not in given
