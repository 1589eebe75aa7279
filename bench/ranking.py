"""How long it takes to share a city's volunteers out among all incidents that a plan's activation dispatches at once.

As in the product: the first wave under a red warning, three units asked for each incident and a spare one, within two kilometres. What is
measured is `share_out`, from units as columns to candidates with reasons. `ranking_one_each_ms`: one unit for each incident.
`ranking_columns_ms`: making the columns from the state.
"""

import gc
import random
import statistics
import time

from contracts.registry_entries import UnitEntry
from contracts.terms import UnitKind, UnitState, Urgency
from contracts.values import Place
from dispatch.recommend.asks import Ask
from dispatch.recommend.batch import share_out
from dispatch.recommend.force import Fix, Force, force_of
from dispatch.unit.entity import Unit

INCIDENTS = 1_000
VOLUNTEERS = 17_000
HALF_DEGREES = 0.35  # as in bench/recommendation.py, the size of a city's built-up districts
CODE = "371602"
NOW_MS = 1_768_744_800_000
_ROUNDS = 15


def _volunteers(rng: random.Random) -> tuple[list[Unit], dict[str, Fix]]:
    units = [
        Unit(
            entry=UnitEntry(unit=f"v{number}", kind=UnitKind.VOLUNTEER, area=f"{CODE}001"), version=1, duty=UnitState.AVAILABLE,
            load_h=rng.choice([0.0, 0.0, 1.5, 4.0]), answers=tuple(rng.random() < 0.7 for _ in range(rng.randrange(6))),
        )
        for number in range(VOLUNTEERS)
    ]  # fmt: skip
    return units, {unit.entry.unit: (NOW_MS - rng.randrange(900_000), *_somewhere(rng)) for unit in units}


def _somewhere(rng: random.Random) -> tuple[float, float]:
    return 37.4 + rng.uniform(-HALF_DEGREES, HALF_DEGREES), 118.0 + rng.uniform(-HALF_DEGREES, HALF_DEGREES)


def _asks(rng: random.Random, wanted: int) -> list[Ask]:
    asks = []
    for number in range(INCIDENTS):
        lat, lon = _somewhere(rng)
        asks.append(
            Ask(
                key=f"i{number}", place=Place(lat_wgs84=lat, lon_wgs84=lon, area=f"{CODE}001000"), urgency=rng.choice(list(Urgency)),
                wanted=wanted, open_slots=1, kinds=frozenset({UnitKind.VOLUNTEER, UnitKind.PATROL}), radius_m=2_000,
            )
        )  # fmt: skip
    return asks


def measure() -> dict[str, float]:
    """One run; see bench/goals.py for what the names mean."""
    rng = random.Random(17)  # noqa: S311 - drawn places
    units, fixes = _volunteers(rng)
    began_s = time.perf_counter()
    force = force_of(units, fixes, NOW_MS)
    columns_s = time.perf_counter() - began_s
    share_out(_asks(rng, 3), force)  # loads the solver
    gc.freeze()  # as the workers do once they are up
    return {
        "ranking_ms": _median_ms(rng, force, 3), "ranking_one_each_ms": _median_ms(rng, force, 1), "ranking_columns_ms": columns_s * 1000,
    }  # fmt: skip


def _median_ms(rng: random.Random, force: Force, wanted: int) -> float:
    spent_s = []
    for _ in range(_ROUNDS):
        asks = _asks(rng, wanted)
        began_s = time.perf_counter()
        shares = share_out(asks, force)
        spent_s.append(time.perf_counter() - began_s)
        assert all(share.given == wanted <= len(share.candidates) for share in shares.values())
    return statistics.median(spent_s) * 1000


if __name__ == "__main__":
    print(measure())
