"""What the command says of an import, in Chinese and English."""

from collections.abc import Iterator

from contracts.codes import REFUSALS
from nuandeng.importing.cell_codes import CELL_CODES, Language, Trouble
from nuandeng.importing.changes import Outcome
from nuandeng.importing.run import Imported, Survey

_OUTCOMES: dict[Outcome, tuple[str, str]] = {
    Outcome.NEW: ("新增", "new"),
    Outcome.CHANGED: ("变更", "changed"),
    Outcome.SAME: ("不变", "unchanged"),
    Outcome.ERASED: ("已销毁,不动", "erased, left alone"),
}


def lines_of(imported: Imported, lang: Language, *, dry_run: bool) -> Iterator[str]:
    """The lines to print. None of them holds anything of a cell."""
    yield from _survey_lines(imported.survey, lang)
    sent = imported.sent
    if sent is None:
        yield _said(lang, "试运行,未作任何更改。", "A dry run: nothing was changed.") if dry_run else _said(
            lang, "有错误,一行也没有导入。改正后重试,或用 --skip-bad 只导入正确的行。",
            "Nothing was imported. Correct the rows that are named, or import the others with --skip-bad.",
        )  # fmt: skip
        return
    yield _said(
        lang, f"{sent.commands} 条命令;已入日志 {sent.decided} 行", f"{sent.commands} commands; {sent.decided} rows stand in the log"
    )
    for one in sent.refused:
        rows = f"{one.rows[0]}–{one.rows[1]}"
        do = REFUSALS[one.code].what_to_do if one.code in REFUSALS else ""
        yield _said(
            lang, f"被拒绝 {one.size} 行(第 {rows} 行之间):{one.code}", f"refused {one.size} rows (within {rows}): {one.code}. {do}"
        )
    if sent.unanswered:
        yield _said(
            lang, f"{sent.unanswered} 行尚未得到答复:稍后再导入同一文件,已入日志的不会重复。",
            f"{sent.unanswered} rows are not answered yet: import the same file again later; what stands counts once.",
        )  # fmt: skip
    if imported.rejected is not None:
        yield _said(
            lang, f"未导入的行及原因:{imported.rejected}(含个人信息,用后请删除)",
            f"rows that were left out, with reasons: {imported.rejected} (it holds personal fields; delete it after use)",
        )  # fmt: skip


def _survey_lines(found: Survey, lang: Language) -> Iterator[str]:
    outcomes = ", ".join(f"{_said(lang, *_OUTCOMES[outcome])} {found.outcomes[outcome]}" for outcome in Outcome if found.outcomes[outcome])
    yield _said(lang, f"共 {found.rows} 行,有误 {found.bad} 行", f"{found.rows} rows, {found.bad} with errors") + (
        f"; {outcomes}" if outcomes else ""
    )
    if found.unused:
        columns = ", ".join(found.unused)
        yield _said(lang, f"未使用的列:{columns}", f"columns that are not used: {columns}")
    yield from (_trouble_line(trouble, lang) for trouble in found.shown)
    more = found.codes.total() - len(found.shown)
    if more:
        codes = ", ".join(f"{code} {count}" for code, count in found.codes.most_common())
        yield _said(lang, f"另有 {more} 处错误;合计:{codes}", f"and {more} more errors; in all: {codes}")
    if found.erased:
        rows = ", ".join(map(str, found.erased)) + (" …" if found.outcomes[Outcome.ERASED] > len(found.erased) else "")
        says = CELL_CODES["person_erased"].says(lang)
        yield _said(lang, f"第 {rows} 行 [person_erased]:{says}", f"row {rows} [person_erased]: {says}")


def _trouble_line(trouble: Trouble, lang: Language) -> str:
    says = CELL_CODES[trouble.code].says(lang)
    if lang == "zh":
        return f"第 {trouble.row} 行 {trouble.column or '-'} 列({trouble.field}) [{trouble.code}]:{says}"
    return f"row {trouble.row}, column {trouble.column or '-'} ({trouble.field}) [{trouble.code}]: {says}"


def _said(lang: Language, zh: str, en: str) -> str:
    return zh if lang == "zh" else en
