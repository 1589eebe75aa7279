"""The page on life cycles, written from the tables that decide() itself uses: `python -m dispatch.page > docs/lifecycle.md`."""

import sys
from typing import Final

from contracts.codes import REFUSALS
from contracts.terms import Role
from dispatch.clocks import TIMERS, ByUrgency
from dispatch.roles import SENDERS
from dispatch.transitions import ASSIGNMENT, INCIDENT, UNIT, Row

_ROLES: Final = {
    Role.PUBLIC: "public", Role.OPERATOR: "OP", Role.SUPERVISOR: "SUP", Role.RESPONDER: "R", Role.STATION: "ST", Role.AGENCY: "AG",
    Role.VERIFIER: "V", Role.AUDITOR: "auditor", Role.ADMIN: "admin", Role.SYSTEM: "SYS",
}
_HEAD: Final = """# Life cycles

This page is printed by `python -m dispatch.page` from the tables in `dispatch/transitions.py`, `dispatch/clocks.py`,
`dispatch/roles.py` and
`contracts/codes.py`, which the rules themselves use; a test fails when it is out of date.

Roles: OP operator 值班员, SUP supervisor 值班长, R responder 志愿者 / 车组, ST station 救助站, AG agency 协办单位, V verifier 核查员,
SYS the platform itself. A move without a command follows from something
else: a clock, an arrival, the end of another task. A command that finds the wrong state is refused `wrong_state`; `not_your_role`
means that somebody else could do it now, or that the role never does it.
"""
_CHINESE: Final = {
    "reported": "上报", "received": "受理", "filed": "立案", "on_hold": "挂起", "dispatched": "派遣",
    "in_progress": "处置", "feedback": "反馈", "verified": "核查", "closed": "结案", "rejected": "不予受理", "merged": "并案",
    "cancelled": "撤销",
}


def _name(state: str | None) -> str:
    if state is None:
        return "archived"
    chinese = _CHINESE.get(state)
    return state.upper() if chinese is None else f"{state.upper()} {chinese}"


def _table(title: str, rows: tuple[Row, ...]) -> list[str]:
    lines = [f"## {title}", "", "| from | to | who | by command | clock | note |", "|---|---|---|---|---|---|"]
    for row in rows:
        before = ", ".join(_name(state) for state in row.before) or "—"
        who = ", ".join(_ROLES[role] for role in row.who)
        by = ", ".join(f"`{command.__name__}`" for command in row.by)
        lines.append(f"| {before} | {_name(row.to)} | {who} | {by} | {row.clock} | {row.note} |")
    return [*lines, ""]


def _timers() -> list[str]:
    lines = ["## Timers", "", "Every figure is a setting; these are the defaults. Seconds unless the name says otherwise.", ""]
    lines += ["| timer | very urgent 特急 | urgent 急 | routine 一般 |", "|---|---|---|---|"]
    plain = []
    for name in TIMERS.__struct_fields__:
        value = getattr(TIMERS, name)
        if isinstance(value, ByUrgency):
            lines.append(f"| `{name}` | {value.very_urgent} | {value.urgent} | {value.routine} |")
        else:
            shown = ", ".join(str(part) for part in value) if isinstance(value, tuple) else str(value)
            plain.append(f"| `{name}` | {shown} |")
    return [*lines, "", "| timer | value |", "|---|---|", *plain, ""]


def _senders() -> list[str]:
    lines = ["## Who may send which command", "", "| command | roles |", "|---|---|"]
    for body, roles in SENDERS.items():
        lines.append(f"| `{body.__name__}` | {', '.join(_ROLES[role] for role in Role if role in roles)} |")
    return [*lines, ""]


def _refusals() -> list[str]:
    lines = ["## Refusals", "", "| code | what is wrong | what to do |", "|---|---|---|"]
    lines += [f"| `{refusal.code}` | {refusal.title} | {refusal.what_to_do} |" for refusal in REFUSALS.values()]
    return lines


def page() -> str:
    """Return the page as Markdown."""
    lines = [_HEAD]
    lines += _table("Incident 事件", INCIDENT)
    lines += _table("Assignment 任务", ASSIGNMENT)
    lines += _table("Unit 力量", UNIT)
    lines += _timers() + _senders() + _refusals()
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the page."""
    sys.stdout.write(page())


if __name__ == "__main__":
    main()
