"""What an export says in words: the commits one after another, for people. Personal fields stay ciphertext and are named as such."""

import datetime as dt
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

import msgspec

from contracts.commit import Commit
from contracts.values import Picture, Sealed

_CITY_TIME = dt.timezone(dt.timedelta(hours=8))
# What an export is mostly of; whatever has no name here goes by its own.
_NAMES = {
    "IncidentReported": "上报", "IncidentReportedAgain": "再次上报", "SightingOpened": "发现", "SightingAttached": "再次看到",
    "SightingEnded": "离开视野", "IncidentReceived": "受理", "IncidentFiled": "立案", "IncidentRejected": "不予受理",
    "IncidentMerged": "并案", "IncidentHeld": "挂起", "IncidentWoken": "恢复", "IncidentCancelled": "撤销",
    "UrgencyChanged": "调整紧急程度", "IncidentDispatched": "派遣", "WaveStarted": "开始询问", "OfferMade": "询问",
    "OfferAccepted": "接受", "OfferDeclined": "婉拒", "OfferExpired": "未答", "AssignmentMoved": "进展",
    "IncidentStarted": "处置", "IncidentEscalated": "升级", "ClockAlerted": "时限提醒", "IncidentFedBack": "反馈",
    "IncidentVerified": "核查通过", "VerificationFailed": "核查不通过", "IncidentClosed": "结案", "IncidentReopened": "重开",
    "IncidentArchived": "归档", "NoteAdded": "备注", "EvidenceOpened": "调阅原件", "DeliveryRecorded": "送达",
    "CommandRejected": "命令未被接受", "PersonErased": "个人信息销毁", "CheckpointRecorded": "日志检查点",
}  # fmt: skip
_SEALED = "(密文 sealed)"


def lines_of(title: str, commits: Sequence[Commit]) -> Iterator[str]:
    """The report as lines of text."""
    yield f"暖灯 · 日志导出  Nuandeng, export of the log: {title}"
    yield f"{len(commits)} 条记录 commits; 时间为 UTC+8; 校验方法见 README.txt"
    for commit in commits:
        yield ""
        yield f"{_when(commit.occurred_at_ms)}  {commit.jurisdiction}/{commit.sequence}  {commit.actor.account} ({commit.actor.role})"
        for event in commit.events:
            name = type(event).__name__
            facts = "; ".join(f"{field}: {value}" for field, value in _facts(event))
            yield f"  {_NAMES.get(name, '')} {name}  {facts}".replace("   ", "  ")


def html_of(title: str, commits: Sequence[Commit], pictures: Sequence[str]) -> str:
    """The same with the blurred pictures. pictures: their paths beside the page."""
    body = "\n".join(escape(line) for line in lines_of(title, commits))
    shown = "\n".join(f'<figure><img src="{escape(path)}" alt=""><figcaption>{escape(path)}</figcaption></figure>' for path in pictures)
    style = "body{font-family:sans-serif;max-width:60em;margin:2em auto;padding:0 1em}pre{white-space:pre-wrap}img{max-width:100%}"
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{style}</style>'
    return f'<!doctype html>\n<html lang="zh-CN"><head>{head}</head>\n<body><pre>{body}</pre>\n{shown}</body></html>\n'


def _facts(event: msgspec.Struct) -> Iterator[tuple[str, str]]:
    for field in event.__struct_fields__:
        value = getattr(event, field)
        if value not in (None, "", (), False):
            yield field, _said(field, value)


def _said(field: str, value: Any) -> str:
    if isinstance(value, Sealed):
        return _SEALED
    if isinstance(value, Picture):
        return value.public_sha256[:16]
    if isinstance(value, tuple):
        return f"{len(value)}" if len(value) > 8 or field == "boxes" else f"[{', '.join(_said(field, one) for one in value)}]"
    if isinstance(value, int) and field.endswith("_ms") and value > 10**12:
        return _when(value)
    if isinstance(value, msgspec.Struct):
        return f"({', '.join(said for _, said in _facts(value))})"
    text = str(value)
    return text if len(text) <= 300 else f"{text[:300]}…"


def _when(at_ms: int) -> str:
    return dt.datetime.fromtimestamp(at_ms / 1000, _CITY_TIME).isoformat(sep=" ", timespec="seconds")[:19]
