"""What a library repeats is said once in a while, and nothing else is left out."""

import logging

from stream.repeats import EVERY_S, Repeats


def entry(text: str, *arguments: object, level: int = logging.ERROR) -> logging.LogRecord:
    """What a library logs."""
    return logging.LogRecord("aiokafka", level, "", 0, text, arguments, None)


def test_the_same_is_said_again_only_after_a_while_and_with_how_often_it_was() -> None:
    """Other arguments are the same kind; what comes later carries the number of those that were left out."""
    now = [100.0]
    repeats = Repeats(lambda: now[0])
    assert repeats.filter(entry("node %s is away", 1))
    for number in range(50):
        assert not repeats.filter(entry("node %s is away", number))
    now[0] += EVERY_S
    again = entry("node %s is away", 2)
    assert repeats.filter(again)
    assert again.getMessage() == "node 2 is away (left out before: 50 like it)"
    now[0] += EVERY_S
    last = entry("node %s is away", 3)
    assert repeats.filter(last)
    assert last.getMessage() == "node 3 is away"


def test_what_differs_is_said_at_once() -> None:
    """Another text, another level, another library."""
    repeats = Repeats(lambda: 0.0)
    stranger = logging.LogRecord("kafka", logging.ERROR, "", 0, "a", (), None)
    assert all(map(repeats.filter, (entry("a"), entry("b"), entry("a", level=logging.WARNING), stranger)))


def test_texts_without_end_do_not_grow_it() -> None:
    """A library that puts its arguments into the text itself."""
    repeats = Repeats(lambda: 0.0)
    for number in range(5000):
        assert repeats.filter(entry(f"odd {number}"))
    assert len(repeats._seen) <= 1000
