"""What makes a whole file unfit to be imported. What is wrong with one cell stands in `cell_codes`."""

from nuandeng.failures import PlatformError


class ImportFileError(PlatformError):
    """Base: the file as a whole is refused, and nothing was sent. Messages name rows and columns, never what stands in them."""

    code = "import_file"
    what_to_do = "Correct the file and run the import again; nothing was sent."


class FileUnreadableError(ImportFileError):
    """There is no such file, or it is none."""

    code = "file_unreadable"
    what_to_do = "Name a file that is there and that you may read."


class FileUnwritableError(ImportFileError):
    """What the import has to say in a file cannot be written there."""

    code = "file_unwritable"
    what_to_do = "Copy the file to a folder that you may write to, and import it from there; nothing was sent."


class FileTooLargeError(ImportFileError):
    """More bytes, rows or columns than any register has."""

    code = "file_too_large"
    what_to_do = "Import it in parts; docs/importing.md says how much one file may hold."


class NoTableError(ImportFileError):
    """Neither CSV nor XLSX."""

    code = "no_table"
    what_to_do = "Save it as .xlsx without a password, or as CSV in UTF-8."


class EncodingError(ImportFileError):
    """The text is neither UTF-8 nor GB18030."""

    code = "encoding_wrong"
    what_to_do = "Save it as CSV UTF-8, or as .xlsx."


class CsvBrokenError(ImportFileError):
    """Octets of zero, quotation marks that never close, lines without an end."""

    code = "csv_broken"
    what_to_do = "Look at the row that is named with a text editor, or save the table anew from the spreadsheet."


class XlsxBrokenError(ImportFileError):
    """Not what a spreadsheet program writes."""

    code = "xlsx_broken"
    what_to_do = "Open it in a spreadsheet program and save it anew as .xlsx, or as CSV UTF-8."


class XlsxBombError(ImportFileError):
    """Unpacked, it would be far larger than any register."""

    code = "xlsx_bomb"
    what_to_do = "Do not open it. Ask whoever sent it; a register of a whole province stays far below these bounds."


class XlsxForbiddenError(ImportFileError):
    """A document type, an entity, or a part outside the file."""

    code = "xlsx_forbidden"
    what_to_do = "No spreadsheet program writes that. Ask whoever sent it, or save it as CSV UTF-8."


class SheetUnknownError(ImportFileError):
    """The workbook has no sheet of that name."""

    code = "sheet_unknown"
    what_to_do = "Name a sheet as its tab does, or leave --sheet out for the first one. A CSV file has no sheets."


class HeadsWrongError(ImportFileError):
    """A column that is needed has no head, or two columns have the same."""

    code = "heads_wrong"
    what_to_do = "Take the heads of `nuandeng import template`, or say with --columns what yours are called."


class ColumnsFileError(ImportFileError):
    """The --columns file does not say what it should."""

    code = "columns_invalid"
    what_to_do = 'Write `[columns]` and under it lines such as `phone = "手机"`: our name, then your head.'


class FileChangedError(ImportFileError):
    """The file was written to while it was read."""

    code = "file_changed"
    what_to_do = "Close it in the spreadsheet program and run the import again; what stands already counts once."


class FileTakenError(ImportFileError):
    """What would be written is there already."""

    code = "file_taken"
    what_to_do = "Name a file that is not there yet; nothing is written over."
