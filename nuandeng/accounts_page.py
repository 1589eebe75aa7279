"""Writes docs/accounts.md from contracts/accounts.py: `python -m nuandeng.accounts_page`."""

from collections.abc import Iterator

from contracts.accounts import ACCOUNTS, ADMIN
from contracts.topics import TOPICS
from nuandeng.checkout import ROOT

PAGE = ROOT / "docs" / "accounts.md"
_INTRODUCTION = f"""\
# Who may do what in Kafka

Each part of the platform logs in to Kafka as itself (SASL, SCRAM-SHA-256), and the broker lets it do what stands here. Everything else is
refused: another topic, another consumer group, making, changing or deleting topics, rules or accounts. Only the dispatcher's account
writes the log, and not even that one can take anything out of it.

Passwords are made once for each installation (`secrets.json` in its data directory, mode 0600). A part is told its own and no other's, by a
runtime file of mode 0600. `{ADMIN}` may do everything and belongs to no part: the supervisor makes the accounts, topics and rules with it
before anything else starts, and adds what a later release brings at its first start.

At a broker of yours (`kafka.bootstrap`): name a password for each account in `kafka.passwords_file`, then run `nuandeng topics` once with a
runtime file whose `account` is `{ADMIN}`. For containers the service `topics` does so at every start.

This page is generated from `contracts/accounts.py` by `python -m nuandeng.accounts_page`; a test tries every line of it, and everything
that is not in it, on a real broker.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([_INTRODUCTION, *_accounts(), *_topics()])


def _accounts() -> Iterator[str]:
    yield "## By account\n"
    yield "| account | what for | writes | reads | consumer groups |\n|---|---|---|---|---|"
    for account in ACCOUNTS:
        cells = (_names(names) for names in (account.writes, account.reads, account.groups))
        yield f"| `{account.name}` | {account.does} | {' | '.join(cells)} |"
    yield ""


def _topics() -> Iterator[str]:
    yield "## By topic\n"
    yield "| topic | written by | read by |\n|---|---|---|"
    for topic in TOPICS:
        writers = _names([account.name for account in ACCOUNTS if topic.name in account.writes])
        readers = _names([account.name for account in ACCOUNTS if topic.name in account.reads])
        yield f"| `{topic.name}` | {writers} | {readers} |"
    yield ""


def _names(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
