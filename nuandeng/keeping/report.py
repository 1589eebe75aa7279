"""What an export says in words: the commits one after another, for people. Personal fields stay ciphertext and are named as such."""

import datetime as dt
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any, NamedTuple

import msgspec

from contracts.commit import Commit
from contracts.values import Candidate, Picture, Place, Sealed
from nuandeng.keeping.words import EVENTS, FIELDS, MACHINERY, ROLES, VALUES

_CITY_TIME = dt.timezone(dt.timedelta(hours=8))
_SEALED = "(密文 sealed)"
TITLE = ("暖灯 · 日志导出", "Nuandeng · export of the log")
_OWN = {"incident", "jurisdiction"}


class Happened(NamedTuple):
    """One event. facts: (label, value), for people."""

    zh: str
    en: str
    facts: list[tuple[str, str]]


class Entry(NamedTuple):
    """One commit. place: jurisdiction and sequence, as the proof is named; who: role in both languages, and the account."""

    date: str
    time: str
    place: str
    who: str
    happened: list[Happened]


def entries_of(commits: Sequence[Commit]) -> Iterator[Entry]:
    """Say what each commit did; one that only keeps the books of the platform says nothing here, and lies in commits/ all the same."""
    for commit in commits:
        date, _, time = _when(commit.occurred_at_ms).partition(" ")
        happened = [_happened(event, date) for event in commit.events if type(event).__name__ not in MACHINERY]
        if happened:
            role = commit.actor.role.value
            who = f"{ROLES.get(role, role)} {role} · {commit.actor.account}"
            yield Entry(date, time, f"{commit.jurisdiction}/{commit.sequence}", who, happened)


def about(title: str, commits: Sequence[Commit]) -> list[tuple[str, str]]:
    """What stands at the head of a report."""
    first, last = commits[0].occurred_at_ms, commits[-1].occurred_at_ms
    return [
        ("内容 Subject", title),
        ("记录 Commits", f"{len(commits)},  {_when(first)} — {_when(last)} (UTC+8)"),
        ("核对 Verify", "README.txt 说明如何核对;个人信息为密文。How to check: README.txt; personal fields are ciphertext."),
    ]


def html_of(title: str, commits: Sequence[Commit], pictures: Sequence[str]) -> str:
    """A page with the blurred pictures. pictures: their paths beside the page."""
    head = "".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in about(title, commits))
    body = "\n".join(_section(entry) for entry in entries_of(commits))
    shown = "\n".join(f'<figure><img src="{escape(path)}" alt=""><figcaption>{escape(path)}</figcaption></figure>' for path in pictures)
    return (
        f'<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style></head>\n'
        f"<body><h1>{escape(TITLE[0])}<small>{escape(TITLE[1])}</small></h1><dl>{head}</dl>\n{body}\n{shown}</body></html>\n"
    )


_STYLE = (
    "body{font:15px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#1d2530}"
    "h1 small{display:block;font-size:.5em;color:#667}dt{color:#667}dd{margin:0}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.2em 1em;border-bottom:1px solid #ccd;padding-bottom:1em}"
    "section{display:grid;grid-template-columns:7em 1fr;gap:0 1em;padding:.7em 0;border-bottom:1px solid #eef}"
    "time,.who{color:#667;font-size:.87em}h2{font-size:1em;margin:0}h2 span{font-weight:400;color:#667}"
    "p{margin:.1em 0 .3em;font-size:.87em}p b{font-weight:400;color:#667}img{max-width:100%}"
)


def _section(entry: Entry) -> str:
    parts = "".join(
        f"<h2>{escape(one.zh)} <span>{escape(one.en)}</span></h2><p>"
        + " · ".join(f"<b>{escape(label)}</b> {escape(value)}" for label, value in one.facts)
        + "</p>"
        for one in entry.happened
    )
    where = f'<span class="who">{escape(entry.place)} · {escape(entry.who)}</span>'
    return f"<section><time>{entry.date}<br>{entry.time}</time><div>{where}{parts}</div></section>"


def _happened(event: msgspec.Struct, date: str) -> Happened:
    name = type(event).__name__
    zh, en = EVENTS.get(name, ("", name))
    # Of the same day the time is enough.
    facts = [(label, value.removeprefix(f"{date} ")) for label, value in _facts(event)]
    return Happened(zh or name, en or name, facts)


def _facts(event: msgspec.Struct) -> Iterator[tuple[str, str]]:
    for field in event.__struct_fields__:
        value = getattr(event, field)
        if field not in _OWN and value not in (None, "", (), False):
            label = " ".join(FIELDS[field]) if field in FIELDS else field
            yield label, _said(field, value)


def _said(field: str, value: Any) -> str:
    match value:
        case Sealed():
            return _SEALED
        case Picture():
            return value.public_sha256[:16]
        case Place():
            return f"{value.name} ({value.lat_wgs84:.5f}, {value.lon_wgs84:.5f}; {value.area})".strip()
        case Candidate():
            far = "" if value.distance_m is None else f" {value.distance_m} m"
            return f"{value.unit} {VALUES.get(value.kind.value, value.kind.value)}{far}"
        case tuple():
            return f"{len(value)}" if len(value) > 8 or field == "boxes" else ", ".join(_said(field, one) for one in value)
        case True:
            return "是 yes"
        case int() if field.endswith("_ms") and value > 10**12:
            return _when(value)
        case int() | float() if field.endswith("_m"):
            return f"{value:g} m"
        case int() | float() if field.endswith("_s"):
            return f"{value:g} s"
        case msgspec.Struct():
            return f"({', '.join(said for _, said in _facts(value))})"
    text = str(value)
    if text in VALUES:
        return f"{VALUES[text]} {text.replace('_', ' ')}"
    return text if len(text) <= 300 else f"{text[:300]}…"


def _when(at_ms: int) -> str:
    return dt.datetime.fromtimestamp(at_ms / 1000, _CITY_TIME).isoformat(sep=" ", timespec="seconds")[:19]
