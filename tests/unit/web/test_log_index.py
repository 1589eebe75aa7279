"""From the places that are known, reading begins as near as possible and never too late."""

from hypothesis import given
from hypothesis import strategies as st

from web.log_index import BEGINNING, LogIndex, Place


def place(sequence: int) -> Place:
    """Of a log in which every record is this jurisdiction's."""
    return Place(sequence, sequence, f"h{sequence}")


@given(st.lists(st.lists(st.integers(1, 5_000), max_size=50), max_size=20), st.integers(1, 6_000))
def test_the_place_lies_before_what_is_asked_and_memory_is_bounded(learned: list[list[int]], asked: int) -> None:
    """Whatever was learned in whatever order; the newest place is never forgotten."""
    index = LogIndex(places_most=8, jurisdictions_most=2)
    for sequences in learned:
        index.learn("371602", map(place, sequences))
    found = index.before("371602", asked)
    assert found.sequence < asked
    assert found in {BEGINNING, *(place(sequence) for sequences in learned for sequence in sequences)}
    everything = [sequence for sequences in learned for sequence in sequences]
    if everything:
        assert index.before("371602", max(everything) + 1) == place(max(everything))
    assert len(index._known.get("371602", ())) <= 8


def test_jurisdictions_that_nobody_asks_for_are_forgotten_first() -> None:
    """The third pushes the first out."""
    index = LogIndex(jurisdictions_most=2)
    for jurisdiction in ("371602", "371603", "371621"):
        index.learn(jurisdiction, [place(10)])
    assert [index.before(jurisdiction, 11).sequence for jurisdiction in ("371602", "371603", "371621")] == [0, 10, 10]
