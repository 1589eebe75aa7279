"""The page on what stands in Kafka."""

from contracts.topics import TOPICS
from nuandeng.events_page import PAGE, page


def test_events_page_is_what_the_types_say() -> None:
    """docs/events.md is what the types say; `python -m nuandeng.events_page` writes it."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_topic_is_on_the_page() -> None:
    """Whoever reads a topic with a tool of their own finds it described."""
    assert all(f"`{topic.name}`" in page() for topic in TOPICS)
