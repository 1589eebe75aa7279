"""The page on who may do what in Kafka, and the table that it is made from."""

from contracts.accounts import ACCOUNTS, ADMIN, DISPATCHER, RETIRED, TOOLS
from contracts.topics import COMMITS, OBSERVATIONS, TOPICS, TRACKS_CHANGELOG, WARNINGS
from nuandeng.accounts_page import PAGE, page
from nuandeng.platform_parts import WORKERS
from nuandeng.settings import Settings


def test_the_page_is_what_the_table_says() -> None:
    """docs/accounts.md is what `python -m nuandeng.accounts_page` writes."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_what_holds_for_the_table() -> None:
    """Stated here by hand: the log has one writer, every part an account, every topic a writer and a reader, no name is used twice."""
    assert [account.name for account in ACCOUNTS if COMMITS in account.writes] == [DISPATCHER]
    names = [account.name for account in ACCOUNTS]
    assert len(set(names)) == len(names)
    assert not {ADMIN, *RETIRED} & set(names)
    assert {*WORKERS, "web", TOOLS, *(f"{kind}-adapter" for kind in Settings().adapters)} <= set(names)
    known = {topic.name for topic in TOPICS}
    for account in ACCOUNTS:
        assert set(account.writes) | set(account.reads) <= known
        assert len(set(account.writes)) == len(account.writes)
    for topic in known - {TRACKS_CHANGELOG}:
        assert [account.name for account in ACCOUNTS if topic in account.writes], topic
        assert [account.name for account in ACCOUNTS if topic in account.reads and account.name != TOOLS], topic
    # Only adapters write what was seen and warned of, and whoever sends dead letters again.
    writers_of_facts = {account.name for account in ACCOUNTS if {OBSERVATIONS, WARNINGS} & set(account.writes)}
    assert writers_of_facts == {"video-adapter", "weather-adapter", TOOLS}
