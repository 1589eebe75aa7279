"""Where everybody was last: read whole once, then only what moved, so that a second's look costs what happened in it."""

from collections.abc import Iterable

from web.ports import Fixes, ReadModel


class Whereabouts:
    """By jurisdiction; those that somebody looks at."""

    def __init__(self, read_model: ReadModel) -> None:
        self._read_model = read_model
        self._known: dict[str, dict[str, tuple[int, float, float]]] = {}
        self._at: dict[str, str] = {}
        self._epoch: str | None = None

    def known(self, jurisdiction: str) -> Fixes:
        """Return the last fixes as of the last look."""
        return self._known.get(jurisdiction, {})

    def fresh(self, jurisdictions: Iterable[str], epoch: str | None) -> dict[str, Fixes]:
        """Look, and return what is new since the last look. epoch: of the read model. Raises StoreAwayError, UnreadableError."""
        wanted = set(jurisdictions)
        if epoch != self._epoch:
            self._at.clear()
            self._epoch = epoch
        found: dict[str, Fixes] = {}
        for name, moves in self._read_model.moves({name: at for name, at in self._at.items() if name in wanted}).items():
            if moves.cut:
                del self._at[name]
                continue
            self._at[name] = moves.at
            self._known[name].update(moves.fixes)
            found[name] = moves.fixes
        for name in sorted(wanted - self._at.keys()):
            # The end first: what moves in between is told twice rather than never.
            end, before = self._read_model.moves_end(name), self.known(name)
            now = self._known[name] = self._read_model.positions(name)
            self._at[name] = end
            found[name] = {unit: fix for unit, fix in now.items() if before.get(unit) != fix}
        return found
