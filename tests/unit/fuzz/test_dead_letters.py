"""A dead letter is written by whoever may write facts; sending it again must not be more than that."""

import pytest

from contracts.errors import UnreadableError
from contracts.observations import DeadLetter
from contracts.runtime import KafkaAccess, Runtime
from contracts.topics import COMMITS, DEAD_LETTERS, RAW_INTAKE, TOPICS, TRACKS_CHANGELOG
from stream.deadletters import octets_of, topic_of

KAFKA = KafkaAccess(bootstrap="127.0.0.1:1", topic_prefix="p.")
RUNTIME = Runtime(kafka=KAFKA, valkey_url="", data_dir="", keystore="", secrets_store="", evidence="")


def letter(topic: str, raw: str = "") -> DeadLetter:
    return DeadLetter(reason="r", detail="", source="s", raw=raw, at_ms=0, topic=topic)


@pytest.mark.parametrize("topic", [COMMITS, f"p.{COMMITS}", DEAD_LETTERS, TRACKS_CHANGELOG, "__consumer_offsets", "", "p.p." + RAW_INTAKE])
def test_a_letter_is_no_way_into_the_log(topic: str) -> None:
    """It was sent with the dispatcher's account to whatever topic it named."""
    with pytest.raises(UnreadableError):
        topic_of(letter(topic), RUNTIME)


def test_topics_of_facts_and_commands_take_theirs_back() -> None:
    """With the prefix that workers write, and without, as adapters do."""
    named = {one.name for one in TOPICS} - {COMMITS, DEAD_LETTERS, TRACKS_CHANGELOG}
    for name in named:
        assert topic_of(letter(name), RUNTIME) == topic_of(letter(f"p.{name}"), RUNTIME) == f"p.{name}"


def test_damaged_octets_are_said() -> None:
    """Not base64."""
    with pytest.raises(UnreadableError):
        octets_of(letter(RAW_INTAKE, "AAAAA"))
    with pytest.raises(UnreadableError):
        octets_of(letter(RAW_INTAKE, "é"))
