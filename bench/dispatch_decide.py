"""How long one command takes to decide and fold, with a county of 17,000 volunteers. Prints microseconds per command.

Run: python -m bench.dispatch_decide
"""

from time import perf_counter

from contracts import commands as cmd
from contracts.commit import Commit
from contracts.registry_entries import UnitEntry
from contracts.terms import Role, Source, UnitKind, UnitState, Urgency
from contracts.values import Actor, Place
from dispatch import State, apply, decide

ROSTER = 17_000
ROUNDS = 3_000
START_MS = 1_768_744_800_000
PLACE = Place(lat_wgs84=37.38, lon_wgs84=117.97, area="371602001002")
OPERATOR = Actor(account="op", role=Role.OPERATOR, area="371602")
SYSTEM = Actor(account="sys", role=Role.SYSTEM)


class Bench:
    """A state and the two halves of a command, timed apart."""

    def __init__(self) -> None:
        self.state = State("371602")
        self.count = 0
        self.spent: dict[str, list[float]] = {}

    def send(self, body: cmd.AnyBody, actor: Actor, label: str | None = None) -> None:
        """Decide and fold one command."""
        self.count += 1
        now_ms = START_MS + self.count
        command = cmd.Command(id=f"c{self.count}", jurisdiction="371602", actor=actor, body=body, sent_at_ms=now_ms)
        begun = perf_counter()
        events, writes = decide(self.state, command, now_ms)
        decided = perf_counter()
        commit = Commit(
            jurisdiction="371602", sequence=self.state.sequence + 1, previous=self.state.head, command_id=command.id, occurred_at_ms=now_ms,
            actor=actor, events=events,
        )
        folding = perf_counter()
        apply(self.state, commit, "0", writes)
        if label is not None:
            self.spent.setdefault(label, []).append((decided - begun + perf_counter() - folding) * 1e6)


def main() -> None:
    """Register everybody, then measure."""
    bench = Bench()
    for first in range(0, ROSTER, 500):
        units = tuple(UnitEntry(unit=f"v{n}", kind=UnitKind.VOLUNTEER, area="371602001") for n in range(first, first + 500))
        bench.send(cmd.RegisterUnits(units=units), SYSTEM)
    for n in range(ROUNDS):
        me = Actor(account=f"a{n}", role=Role.RESPONDER, area="371602", unit=f"v{n}")
        bench.send(cmd.SetDuty(unit=f"v{n}", state=UnitState.AVAILABLE), me, "duty")
        bench.send(cmd.ReportIncident(source=Source.PUBLIC, place=PLACE, urgency=Urgency.URGENT), SYSTEM, "report")
        incident = f"371602-i{bench.state.sequence}"
        bench.send(cmd.ReceiveIncident(incident=incident), OPERATOR, "receive")
        bench.send(cmd.FileIncident(incident=incident), OPERATOR, "file")
        bench.send(cmd.ReceiveIncident(incident=incident), OPERATOR, "refused")
    for label, spent in bench.spent.items():
        spent.sort()
        print(f"{label:8} median {spent[len(spent) // 2]:6.1f} µs   99 % {spent[len(spent) * 99 // 100]:6.1f} µs")


if __name__ == "__main__":
    main()
