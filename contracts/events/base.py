"""What all events share."""

from contracts.values import Value


def _tag(name: str) -> str:
    return f"{name}.1"


class Fact(Value, frozen=True, kw_only=True, tag_field="type", tag=_tag):
    """Base of all events. Fields `*_at_ms` are epoch milliseconds of the log's time; a clock that an event sets stands in it.

    So a fold needs no settings: a timeout that is changed later does not change what was decided.
    """
