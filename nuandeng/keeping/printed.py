"""The report on paper: A4, Chinese and English beside each other, each commit with its time, its number and who it was."""

from collections.abc import Sequence
from pathlib import Path

from contracts.commit import Commit
from nuandeng.failures import SetupMissingError
from nuandeng.keeping.font import Font
from nuandeng.keeping.pdf import HEIGHT_PT, WIDTH_PT, Paper
from nuandeng.keeping.report import TITLE, Entry, about, entries_of
from nuandeng.setup.npm_package import locked_package

PACKAGE = "@fontsource/noto-sans-sc"
_MARGIN_PT, _FOOT_PT, _TIME_PT = 52.0, 46.0, 92.0
_LEADING = 1.45


def fonts() -> list[tuple[str, Font]]:
    """The two parts of the font. Raises SetupMissingError: they were not set up; UnreadableError."""
    folder = locked_package(PACKAGE).folder
    found = []
    for part in ("latin", "chinese-simplified"):
        path: Path = folder / "files" / f"noto-sans-sc-{part}-400-normal.woff"
        try:
            found.append((f"NotoSansSC-{part}", Font(path.read_bytes())))
        except OSError as err:
            raise SetupMissingError(f"The report's font is missing: {path}.") from err
    return found


def printed(title: str, commits: Sequence[Commit]) -> bytes:
    """Return the report as a PDF. Raises SetupMissingError, UnreadableError."""
    return _Layout(title, Paper(fonts())).of(commits)


class _Layout:
    """y_pt: how far down the page is written."""

    def __init__(self, title: str, paper: Paper) -> None:
        self._title, self._paper = title, paper
        self._y_pt = 0.0
        self._date = ""

    def of(self, commits: Sequence[Commit]) -> bytes:
        self._page()
        self._head(commits)
        for entry in entries_of(commits):
            self._entry(entry)
        for number in range(self._paper.pages):
            self._foot(number)
        return self._paper.file(f"{TITLE[0]} {self._title}")

    def _page(self) -> None:
        self._paper.new_page()
        self._y_pt, self._date = _MARGIN_PT, ""

    def _room(self, needed_pt: float) -> None:
        if self._y_pt + needed_pt > HEIGHT_PT - _MARGIN_PT - _FOOT_PT / 2:
            self._page()

    def _line(self, x_pt: float, text: str, size_pt: float, grey: float = 0.1) -> None:
        self._room(size_pt * _LEADING)
        self._y_pt += size_pt * _LEADING
        self._paper.text(x_pt, self._y_pt, text, size_pt, grey=grey)

    def _head(self, commits: Sequence[Commit]) -> None:
        self._line(_MARGIN_PT, TITLE[0], 20)
        self._line(_MARGIN_PT, TITLE[1], 11, 0.4)
        self._y_pt += 8
        for label, value in about(self._title, commits):
            self._paper.text(_MARGIN_PT, self._y_pt + 9 * _LEADING, label, 9, grey=0.45)
            for line in self._paper.wrapped(value, 9, WIDTH_PT - 2 * _MARGIN_PT - _TIME_PT):
                self._line(_MARGIN_PT + _TIME_PT, line, 9)
        self._y_pt += 10
        self._paper.rule(_MARGIN_PT, self._y_pt, WIDTH_PT - 2 * _MARGIN_PT, 0.5)
        self._y_pt += 4

    def _entry(self, entry: Entry) -> None:
        # Its first three lines stay together.
        self._room(62)
        self._y_pt += 6
        left, top = _MARGIN_PT + _TIME_PT, self._y_pt + 9 * _LEADING
        self._paper.text(_MARGIN_PT, top, entry.time, 11)
        if entry.date != self._date:
            self._paper.text(_MARGIN_PT, top + 13, entry.date, 8.5, grey=0.45)
            self._date = entry.date
        end = WIDTH_PT - _MARGIN_PT - self._paper.width(entry.place, 8.5)
        self._paper.text(end, top, entry.place, 8.5, grey=0.45)
        self._line(left, entry.who, 9, 0.45)
        for one in entry.happened:
            self._room(11.5 * _LEADING + 9 * _LEADING)
            self._y_pt += 11.5 * _LEADING
            self._paper.text(left, self._y_pt, one.zh, 11.5, grey=0)
            self._paper.text(left + self._paper.width(f"{one.zh}  ", 11.5), self._y_pt, one.en, 9.5, grey=0.4)
            self._facts(left, one.facts)
        self._y_pt += 8
        self._paper.rule(_MARGIN_PT, self._y_pt, WIDTH_PT - 2 * _MARGIN_PT, 0.87)

    def _facts(self, left_pt: float, facts: list[tuple[str, str]]) -> None:
        """Label and value beside each other, as many to a line as fit; none is torn apart that fits into one."""
        right_pt, x_pt = WIDTH_PT - _MARGIN_PT, WIDTH_PT * 1.0
        for label, value in facts:
            label_pt, value_pt = (self._paper.width(text, 9) for text in (f"{label} ", value))
            if x_pt + label_pt + min(value_pt, right_pt - left_pt - label_pt) > right_pt:
                self._room(9 * _LEADING)
                self._y_pt += 9 * _LEADING
                x_pt = left_pt
            self._paper.text(x_pt, self._y_pt, label, 9, grey=0.5)
            first, *more = self._paper.wrapped(value, 9, right_pt - x_pt - label_pt)
            self._paper.text(x_pt + label_pt, self._y_pt, first, 9, grey=0.1)
            for line in more:
                self._line(left_pt + label_pt, line, 9)
            x_pt = right_pt if more else x_pt + label_pt + value_pt + 14

    def _foot(self, number: int) -> None:
        said = f"第 {number + 1} 页,共 {self._paper.pages} 页 · page {number + 1} of {self._paper.pages}"
        self._paper.text(_MARGIN_PT, HEIGHT_PT - _FOOT_PT, self._title, 8.5, grey=0.5, page=number)
        self._paper.text(WIDTH_PT - _MARGIN_PT - self._paper.width(said, 8.5), HEIGHT_PT - _FOOT_PT, said, 8.5, grey=0.5, page=number)
