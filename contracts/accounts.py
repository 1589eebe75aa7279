"""Kafka accounts: one for each part of the platform, and what each may read and write. Whatever is not here is refused by the broker.

The broker's rules, docs/accounts.md and docs/asyncapi.json are made from this table.
"""

import msgspec

from contracts.topics import (
    COMMANDS,
    COMMITS,
    DEAD_LETTERS,
    OBSERVATIONS,
    POSITIONS,
    RAW_INTAKE,
    REPORTS,
    TOPICS,
    TRACKS_CHANGELOG,
    WARNINGS,
)


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One account. does: in a few words. writes, reads: topics. groups: consumer groups that it may be in."""

    name: str
    does: str
    writes: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


# May do everything: makes the other accounts, the topics and the rules. No part of the platform logs in with it.
ADMIN = "admin"
# The only one that may write the log.
DISPATCHER = "dispatcher"
# Of the commands that are run beside the platform.
TOOLS = "tools"
# What accounts were called in releases before this table; set-up removes them.
RETIRED = ("platform",)


def _worker(name: str) -> str:
    """The group of a role's Faust app."""
    return f"nuandeng-{name}"


# A Faust app does not start without an agent: where a role has none of its own, it counts dead letters.
ACCOUNTS: tuple[Account, ...] = (
    Account(
        name=DISPATCHER, does="decides commands, and alone writes the log", writes=(COMMITS, COMMANDS, DEAD_LETTERS),
        reads=(COMMANDS, COMMITS, DEAD_LETTERS), groups=("dispatcher", _worker("dispatcher")),
    ),
    Account(
        name="projector", does="folds the log and positions into the read model", writes=(COMMANDS, DEAD_LETTERS),
        reads=(COMMITS, POSITIONS, DEAD_LETTERS), groups=(_worker("projector"),),
    ),
    Account(
        name="effects", does="does what commits owe: waves, pushes", writes=(COMMANDS,), reads=(COMMITS, DEAD_LETTERS),
        groups=("effects", _worker("effects")),
    ),
    Account(
        name="sightings", does="observations to tracks, tracks to reports", writes=(COMMANDS, DEAD_LETTERS, TRACKS_CHANGELOG),
        reads=(OBSERVATIONS, COMMITS, TRACKS_CHANGELOG), groups=(_worker("sightings"),),
    ),
    Account(
        name="weather", does="warnings and reported cases to commands", writes=(COMMANDS, DEAD_LETTERS),
        reads=(WARNINGS, REPORTS, COMMITS), groups=(_worker("weather"),),
    ),
    Account(
        name="web", does="desks and phones: commands, positions, what is pushed to us", writes=(COMMANDS, POSITIONS, RAW_INTAKE),
        reads=(COMMITS,),
    ),
    Account(name="video-adapter", does="watches cameras", writes=(OBSERVATIONS, DEAD_LETTERS), reads=(COMMITS,)),
    Account(
        name="weather-adapter", does="reads warning services", writes=(WARNINGS, DEAD_LETTERS), reads=(RAW_INTAKE,),
        groups=("weather-intake",),
    ),
    Account(
        name="cases-adapter", does="reads platforms' case feeds", writes=(REPORTS, DEAD_LETTERS), reads=(RAW_INTAKE,),
        groups=("case-intake",),
    ),
    Account(name="witness", does="signs checkpoints of the log", writes=(COMMANDS,), reads=(COMMITS,)),
    Account(name="keeper", does="removes pictures and positions whose time is over", reads=(COMMITS,)),
    Account(name="traces", does="tells a collector of traces", reads=(COMMITS,)),
    Account(
        name=TOOLS, does="the command line: replay, audit, dead letters, erasures, backups",
        writes=(COMMANDS, OBSERVATIONS, WARNINGS, REPORTS, RAW_INTAKE, POSITIONS), reads=tuple(topic.name for topic in TOPICS),
        groups=("tools",),
    ),
)  # fmt: skip
BY_NAME = {account.name: account for account in ACCOUNTS}
