"""One import from end to end: look at every row, then send, or don't."""

import os
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, NamedTuple

from camera_adapters.datum import Datum
from contracts.runtime import Runtime
from nuandeng.importing.cell_codes import Language, Trouble
from nuandeng.importing.changes import Outcome, Unseal, change_of
from nuandeng.importing.columns import Register, read_mapping
from nuandeng.importing.errors import FileChangedError
from nuandeng.importing.registers import Bad, Checker
from nuandeng.importing.rejected import rejected_file
from nuandeng.importing.sending import Sender, Sent
from nuandeng.importing.standing import Standing, read_standing
from nuandeng.importing.table import opened_file, read_table
from nuandeng.importing.town import Town, borders_of
from stream.commands import CommandGate
from stream.vault.keystore import FileKeyStore
from stream.vault.sealer import TextSealer

_SHOWN_MOST = 20


class Order(NamedTuple):
    """What somebody asked for. datum: of coordinates whose row names none. passwords: where first passwords of accounts are written.

    by: who brings them in, as the log will say.
    """

    register: Register
    path: Path
    sheet: str | None = None
    columns: Path | None = None
    datum: Datum = Datum.WGS84
    dry_run: bool = False
    skip_bad: bool = False
    lang: Language = "en"
    passwords: Path | None = None
    by: str = ""


class Survey(NamedTuple):
    """What a file holds. bad: rows with something wrong; shown: the first troubles; erased: rows of persons who stay erased."""

    rows: int
    bad: int
    codes: Counter[str]
    shown: tuple[Trouble, ...]
    outcomes: Counter[Outcome]
    erased: tuple[int, ...]
    unused: tuple[str, ...]


class Imported(NamedTuple):
    """sent None: nothing was sent. rejected: the file of rows that were left out."""

    survey: Survey
    sent: Sent | None = None
    rejected: Path | None = None

    @property
    def whole(self) -> bool:
        """Whether every row was sound, and all that was sent was decided."""
        return not self.survey.bad and (self.sent is None or not (self.sent.refused or self.sent.unanswered))


class _Context(NamedTuple):
    order: Order
    mapping: dict[str, str]
    town: Town
    standing: Standing

    def checker(self) -> Checker:
        return Checker(self.order.register, self.town, self.standing, self.order.datum)


def run_import(runtime: Runtime, order: Order) -> Imported:
    """Look at a file, and import it unless the order says not to, or a row is bad and bad rows are not to be skipped.

    Raises:
        ImportFileError: nothing was sent, but FileChangedError. StoreAwayError, UnreadableError, SettingsError, OSError.
    """
    mapping = read_mapping(order.columns, order.register)
    keys = FileKeyStore(Path(runtime.keystore))
    with opened_file(order.path) as file:
        context = _Context(order, mapping, Town(runtime.jurisdictions, borders_of(runtime.borders)), read_standing(runtime))
        before, unseal = _mark(file), TextSealer(keys).unseal_text
        found = survey(file, context.checker(), order, mapping=mapping, standing=context.standing, unseal=unseal)
        if order.dry_run or (found.bad and not order.skip_bad):
            return Imported(found)
        if _mark(file) != before:
            raise FileChangedError(f"{order.path} was written to while it was read.")
        return _sent(runtime, context, keys, file, found)


def survey(file: BinaryIO, checker: Checker, order: Order, *, mapping: dict[str, str], standing: Standing, unseal: Unseal) -> Survey:
    """Look at every row. Raises ImportFileError, UnreadableError."""
    table = read_table(file, order.register, sheet=order.sheet, mapping=mapping)
    rows = bad = 0
    codes: Counter[str] = Counter()
    outcomes: Counter[Outcome] = Counter()
    shown: list[Trouble] = []
    erased: list[int] = []
    for rows, one in enumerate(checker.checked(table), 1):  # noqa: B007 - its last value is how many there were
        if isinstance(one, Bad):
            bad += 1
            codes.update(trouble.code for trouble in one.troubles)
            shown += one.troubles[: _SHOWN_MOST - len(shown)]
            continue
        outcome = change_of(order.register, one, standing, unseal).outcome
        outcomes[outcome] += 1
        if outcome is Outcome.ERASED and len(erased) < _SHOWN_MOST:
            erased.append(one.row)
    return Survey(rows, bad, codes, tuple(shown), outcomes, tuple(erased), table.heads.unused)


def _sent(runtime: Runtime, context: _Context, keys: FileKeyStore, file: BinaryIO, found: Survey) -> Imported:
    order = context.order
    before = _mark(file)
    rejected = order.path.with_name(f"{order.path.name}.rejected.csv") if found.bad else None
    gate = CommandGate(runtime)
    with ExitStack() as stack:
        stack.callback(gate.close)
        table = read_table(file, order.register, sheet=order.sheet, mapping=context.mapping)
        refuse = stack.enter_context(rejected_file(rejected, table.heads, order.lang)) if rejected is not None else None
        if order.passwords is not None:
            from nuandeng.importing.passwords import first_passwords  # noqa: PLC0415 - brings the web's passwords along

            give = stack.enter_context(first_passwords(runtime, keys, order.passwords))
            sender = Sender(order.register, context.standing, keys, gate, by=order.by, before_sending=give)
        else:
            sender = Sender(order.register, context.standing, keys, gate, by=order.by)
        for one in context.checker().checked(table):
            if isinstance(one, Bad):
                if refuse is None or _mark(file) != before:
                    raise FileChangedError(f"{order.path} was written to while it was read.")
                refuse.add(one)
            else:
                sender.add(one)
        return Imported(found, sender.finish(), rejected)


def _mark(file: BinaryIO) -> tuple[int, int]:
    found = os.fstat(file.fileno())
    return found.st_mtime_ns, found.st_size
