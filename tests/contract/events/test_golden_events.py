"""Every event ever written decodes for ever."""

from pathlib import Path

import msgspec
import pytest

from contracts.events import Event, Fact, event_type
from dispatch.evolve import ROUTES
from tests.contract.events.write_golden import ALL_EVENTS, GOLDEN

FILES = sorted(GOLDEN.glob("*.json"))
decode = msgspec.json.Decoder(Event).decode


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_was_written_once_decodes_and_loses_nothing(path: Path) -> None:
    """A golden file decodes to the event that its name says, and every field that stands in it is kept."""
    written = path.read_bytes()
    event = decode(written)
    assert event_type(type(event)) == path.stem
    kept = msgspec.json.decode(msgspec.json.encode(event))
    assert kept == msgspec.json.decode(written)


@pytest.mark.parametrize("event", ALL_EVENTS, ids=lambda event: event.__name__)
def test_every_event_has_a_golden_file(event: type[Fact]) -> None:
    """A new event or version comes with its golden file (write_golden makes it)."""
    assert (GOLDEN / f"{event_type(event)}.json").is_file()


def test_every_event_is_folded_exactly_once() -> None:
    """No event stands in the log without a fold, and no fold waits for an event that there is not."""
    assert set(ROUTES) == set(ALL_EVENTS)


def test_an_unknown_event_version_or_field_is_refused() -> None:
    """What is not known is an error, never silently dropped."""
    for record in (
        b'{"type":"IncidentReceived.99","incident":"i","file_due_at_ms":1}',
        b'{"type":"IncidentReceived.1","incident":"i","file_due_at_ms":1,"more":1}',
        b'{"type":"IncidentReceived.1","incident":"i"}',
    ):
        with pytest.raises(msgspec.ValidationError):
            decode(record)
