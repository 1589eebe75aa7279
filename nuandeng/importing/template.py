"""An empty table with the right heads, and one row that shows what goes where and is never imported."""

import io
from pathlib import Path

from nuandeng.importing.cell_codes import Language
from nuandeng.importing.columns import REGISTERS, Register
from nuandeng.importing.errors import NoTableError
from nuandeng.importing.rejected import as_csv, write_new
from nuandeng.importing.xlsx_writing import write_xlsx

_EXAMPLE = {"zh": "# 示例(带 # 的行不导入):", "en": "# Example (rows with # are not imported): "}


def template_rows(register: Register, lang: Language) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Heads, and the example."""
    columns = REGISTERS[register]
    heads = tuple(column.head(lang) for column in columns)
    examples = [column.example[0 if lang == "zh" else 1] for column in columns]
    return heads, (f"{_EXAMPLE[lang]}{examples[0]}", *examples[1:])


def write_template(register: Register, path: Path, lang: Language) -> None:
    """Write a .csv or .xlsx file that was not there. Raises NoTableError, FileTakenError, FileUnwritableError, OSError."""
    rows = template_rows(register, lang)
    match path.suffix.lower():
        case ".csv":
            raw = as_csv(rows)
        case ".xlsx":
            packed = io.BytesIO()
            write_xlsx(packed, rows, sheet=register, columns=len(rows[0]))
            raw = packed.getvalue()
        case _:
            raise NoTableError(f"{path.name} ends neither in .csv nor in .xlsx.")
    write_new(path, raw)
