"""JSON whose strings are not UTF-8: msgspec raises UnicodeDecodeError for it, which is none of its own errors."""

import base64
from pathlib import Path

import pytest

from camera_adapters.camera_register import CameraRegister, Known, step
from camera_adapters.intake import read_intake
from contracts.errors import UnreadableError
from contracts.observations import DeadLetter
from nuandeng.failures import SettingsError
from nuandeng.installation import Installation
from nuandeng.settings import KafkaSettings, Settings
from stream.deadletters import numbered_letter
from web.board.cards import decode
from web.board.redis_model import decode_entry


def test_a_pushed_record_becomes_one_letter() -> None:
    """Of the two adapters that read the topic only the one for weather says so."""
    record = b'{"type":"RawIntake.1","kind":"weather","received_at_ms":1,"body":"\xc0\x80"}'
    (letter,) = read_intake(record, lambda kind: kind == "weather", lambda _, __: [])
    assert isinstance(letter, DeadLetter)
    assert (letter.reason, base64.b64decode(letter.raw)) == ("unreadable", record)
    assert read_intake(record, lambda kind: kind.startswith("case:"), lambda _, __: []) == []


def test_the_register_of_cameras_follows_on(tmp_path: Path) -> None:
    """The thread that reads the log ended at the first such record, and at the next start at its own memory."""
    known = Known()
    assert not step(known, 0, b'{"jurisdiction":"\xff\xfe","sequence":1,"previous":""}')
    assert not step(known, 0, b'{"x":' + b"[" * 5000)
    assert known == Known()
    memory = tmp_path / "cameras.json"
    memory.write_bytes(b'{"heads":{"\xc0":[1,""]}}')
    CameraRegister({}, "t", memory, lambda _: None)


@pytest.mark.parametrize("raw", [b'{"type":"DeadLetter.1","reason":"\xc0"}', b"[" * 5000, b"", b"null"])
def test_a_letter_that_is_none_hides_no_other(raw: bytes) -> None:
    """`nuandeng deadletters` stopped at it."""
    found = numbered_letter(7, raw)
    assert (found.number, found.letter.reason, base64.b64decode(found.letter.raw)) == (7, "unreadable", raw)


def test_the_read_model_is_read_as_damaged() -> None:
    """The follower asks for a snapshot instead of ending."""
    with pytest.raises(UnreadableError):
        decode_entry(b'{"jurisdiction":"\xff","sequence":1,"at_ms":1,"command_id":"","events":[],"changes":[]}')
    with pytest.raises(UnreadableError):
        decode("unit", b'{"id":"\xc0","jurisdiction":"371602","version":1}')


def test_a_file_of_passwords_is_named(tmp_path: Path) -> None:
    """The command line says which setting is wrong."""
    wrong = tmp_path / "passwords.json"
    wrong.write_bytes(b'{"tools":"\xff"}')
    with pytest.raises(SettingsError, match="passwords_file"):
        _ = Installation(Settings(data_dir=str(tmp_path), kafka=KafkaSettings(bootstrap="127.0.0.1:1", passwords_file=str(wrong)))).runtime
